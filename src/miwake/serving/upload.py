"""A request's pictures, read within limits of bytes, number, time and memory, and never put on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from miwake.look.text import clean, shorten
from miwake.serving.config import ServeOptions
from miwake.serving.refusals import Refusal, full

_MEMORY = 32
"""Requests of the largest size that are read at once; further ones are refused."""
_LINGER = 1.0
"""Seconds for which what is refused is still taken in."""


@dataclass(frozen=True)
class Upload:
    """A picture as it was sent."""

    name: str
    """As the sender calls it, made safe to show; nothing is ever stored under it."""
    data: bytes


class Memory:
    """The bytes of all requests that are being read or answered.

    Args:
        limit: of all of them together.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.used = limit, 0

    @contextmanager
    def borrowed(self) -> Iterator[Share]:
        """A request's share, given back at its end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.used -= share.bytes


class Share:
    """What one request holds of the memory."""

    def __init__(self, memory: Memory) -> None:
        self.memory, self.bytes = memory, 0

    def grow(self, count: int) -> None:
        """Hold so many more bytes.

        Raises:
            Refusal: all requests together would hold too many.
        """
        if self.memory.used + count > self.memory.limit:
            raise full(1)
        self.memory.used += count
        self.bytes += count


def memory_for(options: ServeOptions) -> Memory:
    """Room for a number of the largest requests."""
    return Memory(_MEMORY * options.max_bytes)


async def body(request: Request, options: ServeOptions, share: Share) -> bytes:
    """A request's bytes.

    Raises:
        Refusal: too many, too slow, or no room for them.
    """
    said = request.headers.get("content-length", "")
    coming = request.stream()
    if said.isdecimal() and int(said) > options.max_bytes:
        await _let_pass(coming, options)
        raise _too_large(options)
    parts: list[bytes] = []
    total = 0
    try:
        async with asyncio.timeout(options.timeout):
            async for part in coming:
                total += len(part)
                if total > options.max_bytes:
                    await _let_pass(coming, options)
                    raise _too_large(options)
                share.grow(len(part))
                parts.append(part)
    except TimeoutError:
        raise Refusal(
            408, f"The bytes did not arrive within {options.timeout} s.", headers={"connection": "close"}
        ) from None
    return b"".join(parts)


async def _let_pass(coming: AsyncGenerator[bytes, None], options: ServeOptions) -> None:
    """Take in some of what is refused: who closes over bytes that were not read resets the connection, and takes the
    answer away from a sender that is still sending (RFC 9112, section 9.6)."""
    total = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            async for part in coming:
                total += len(part)
                if total > options.max_bytes:
                    return


def _too_large(options: ServeOptions) -> Refusal:
    return Refusal(
        413,
        "The request is too large.",
        expected=f"{options.max_bytes:,} bytes at most",
        todo="send fewer or smaller pictures.",
        headers={"connection": "close"},
    )


async def pictures(request: Request, options: ServeOptions, share: Share) -> list[Upload]:
    """The pictures of a request: its body, or the files of a form.

    Raises:
        Refusal: none, too many, or neither a picture nor a form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        found = await _form(request, options, await body(request, options, share))
    elif kind.startswith("image/") or kind in ("", "application/octet-stream"):
        found = [Upload("picture", await body(request, options, share))]
    else:
        raise Refusal(
            415,
            f"The request's content type is {shorten(clean(kind), 80)}.",
            expected="a picture (image/jpeg, application/octet-stream, …) or multipart/form-data",
            todo="curl --data-binary @FILE -H 'Content-Type: image/jpeg' … or curl -F picture=@FILE …",
        )
    if not found or not any(upload.data for upload in found):
        raise Refusal(400, "The request holds no picture.", todo="curl -F picture=@FILE …")
    return found


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40  # the body is in memory already, and within its limit


async def _form(request: Request, options: ServeOptions, data: bytes) -> list[Upload]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield data

    most = options.max_pictures
    try:
        parser = _InMemory(request.headers, stream(), max_files=most, max_fields=8, max_part_size=4096)
        form = await parser.parse()
    except MultiPartException as error:
        if "Too many files" in error.message:
            raise Refusal(413, "The request holds too many pictures.", expected=f"{most} at most") from None
        raise Refusal(400, f"The form cannot be read: {error.message}") from None
    except Exception:
        # a form that is broken in a way that the parser did not foresee
        raise Refusal(400, "The form cannot be read.", expected="multipart/form-data (RFC 7578)") from None
    found = []
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            found.append(Upload(shorten(clean(value.filename or "picture"), 120, middle=True), await value.read()))
    await form.close()
    return found
