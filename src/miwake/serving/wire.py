"""What the processes of a server say to each other: JSON with bytes behind it, through a pair of sockets.

No pickle: what has decoded a stranger's picture is not trusted with more than text and bytes.
"""

from __future__ import annotations

import json
import struct
from asyncio import IncompleteReadError, StreamReader
from collections.abc import Sequence
from typing import Any, BinaryIO

Message = tuple[dict[str, Any], list[bytes]]

_HEAD = struct.Struct(">I")
_LARGEST = 1 << 28
"""Bytes of a part; what claims to be larger is not read."""


def packed(message: dict[str, Any], parts: Sequence[bytes] = ()) -> bytes:
    """One message as bytes: the length of its JSON, the JSON with the lengths of the parts, the parts."""
    text = json.dumps({**message, "parts": [len(part) for part in parts]}, ensure_ascii=False).encode()
    return b"".join((_HEAD.pack(len(text)), text, *parts))


def read(file: BinaryIO) -> Message | None:
    """The next message, or None where the other side is gone."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    text = file.read(_HEAD.unpack(head)[0])
    message = json.loads(text)
    parts = [file.read(size) for size in message.pop("parts")]
    return message, parts


async def receive(reader: StreamReader) -> Message | None:
    """The next message of a process that decodes, or None where it is gone or does not keep to the form."""
    try:
        size = _HEAD.unpack(await reader.readexactly(_HEAD.size))[0]
        if size > _LARGEST:
            return None
        message = json.loads(await reader.readexactly(size))
        sizes = message.pop("parts")
        if not all(isinstance(size, int) and 0 <= size <= _LARGEST for size in sizes):
            return None
        return message, [await reader.readexactly(size) for size in sizes]
    except (IncompleteReadError, OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
