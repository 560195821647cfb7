"""Each picture is decoded once: fills the store with a data set's pictures, and says what was found on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.data.config import DataOptions
from miwake.data.header import BadPicture, Header, too_large
from miwake.data.identity import identity
from miwake.data.known import Known, stat_key
from miwake.data.preprocess import load, load_raw, read_bytes
from miwake.data.store import Entry, Facts, Store
from miwake.data.window import Window
from miwake.machine import cores
from miwake.types import Dataset, Preprocessing, Sentence

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""

_CHUNK_BYTES = 64 * 2**20
_CHUNK_PICTURES = 1024
_MAX_THREADS = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Stored:
    """What is known about a data set's pictures once they are in the store."""

    slots: NDArray[np.int64]
    """(N) number of each row's picture in the store; -1 where it could not be read or was not asked for."""
    identity: NDArray[np.int64]
    """(N) equal for pictures whose bytes or whose pixels are equal; a number of its own for each other row."""
    width: NDArray[np.int32]
    """(N) pixels of the whole picture, upright; 0 where it could not be read."""
    height: NDArray[np.int32]
    """(N) pixels of the whole picture, upright; 0 where it could not be read."""
    content: tuple[str, ...]
    """(N) what names each picture's bytes, wherever it lies; empty where it could not be read."""
    mode: tuple[str, ...]
    """(N) layout of the pixels in the file, Pillow's name; empty where it could not be read."""
    bad_rows: NDArray[np.int64]
    """Rows that could not be read, ascending."""
    bad: tuple[tuple[str, Sentence], ...]
    """Path and reason of each of them."""


@dataclass(slots=True)
class Row:
    """What became of a row."""

    content: bytes | None = None
    facts: Facts | None = None
    reason: Sentence = ""


def fill(
    store: Store,
    dataset: Dataset,
    preprocessing: Preprocessing,
    options: DataOptions,
    *,
    rows: NDArray[np.int64] | None = None,
    progress: Progress | None = None,
) -> Stored:
    """Decode and store those pictures of a data set that are not in the store.

    May be stopped at any moment and called again: it goes on where it was.

    Args:
        store: made by `open_store` for the same preprocessing.
        dataset: its pictures are files, or packed pixels, which take the same way.
        preprocessing: how pictures are fitted.
        options: gives the largest picture that is decoded.
        rows: which ones; all where None.
        progress: called after every chunk.

    Raises:
        WriteError: the disk is full or may not be written to; what was stored before stays.
    """
    asked = np.arange(len(dataset)) if rows is None else np.asarray(rows, np.int64)
    if dataset.pixels is None:
        files = {int(row): dataset.file(row) for row in asked}
        found = fill_files(store, files, _picture(preprocessing, options.max_pixels), progress)
    else:
        pixels, found = dataset.pixels, {int(row): Row() for row in asked}
        work = ((row, _packed(store, pixels[row], preprocessing)) for row in found)
        decode_all(store, work, found, len(found), 0, progress)
    for row in found.values():
        facts = row.facts
        if facts is not None and facts.width * facts.height > options.max_pixels:
            # stored by a run with a higher limit
            row.reason = too_large(facts.width, facts.height, options.max_pixels)
            row.facts = None
    return _stored(store, dataset, found, options, preprocessing.window)


Make = Callable[[int, bytes], tuple[NDArray[np.uint8], Facts]]
"""From a row and its file's bytes to what is stored of it, and what is known about it. Raises `BadPicture`."""


def fill_files(store: Store, files: Mapping[int, Path], make: Make, progress: Progress | None = None) -> dict[int, Row]:
    """Store what is made of files, by row; files that have not changed since they were stored are not read."""
    found = {row: Row() for row in files}
    paths = {row: str(file.absolute()) for row, file in files.items()}
    stats = {path: stat_key(path) for path in paths.values()}
    known = Known()
    try:
        contents = known.find(stats)
        there = store.find(set(contents.values()))
        for row, path in paths.items():
            found[row].content = contents.get(path)
            found[row].facts = there.get(contents.get(path, b""))
        rest = [row for row, what in found.items() if what.facts is None]
        work = ((row, _file(store, row, Path(paths[row]), make)) for row in rest)

        def note(done: Sequence[int]) -> None:
            known.note(
                [
                    (paths[row], stat, content)
                    for row in done
                    if (stat := stats[paths[row]]) is not None and (content := found[row].content) is not None
                ]
            )

        decode_all(store, work, found, len(found), len(found) - len(rest), progress, note)
    finally:
        known.close()
    return found


Job = Callable[[], tuple[bytes, Entry | None]]
"""Gives the content, and the entry where the store does not have it. Raises `BadPicture`."""


def _file(store: Store, row: int, path: Path, make: Make) -> Job:
    def job() -> tuple[bytes, Entry | None]:
        data = read_bytes(path)
        content = hashlib.sha256(data).digest()
        if store.find((content,)):
            return content, None
        picture, facts = make(row, data)
        return content, Entry(content=content, picture=picture, facts=facts)

    return job


def _picture(preprocessing: Preprocessing, max_pixels: int) -> Make:
    def make(row: int, data: bytes) -> tuple[NDArray[np.uint8], Facts]:
        picture, raw = load_raw(data, preprocessing, max_pixels)
        header = raw.header
        kind = raw.kind if header.orientation == 1 else f"{raw.kind} turned {header.orientation}"
        return picture, facts_of(header, kind, picture)

    return make


def facts_of(header: Header, kind: str, picture: NDArray[np.uint8]) -> Facts:
    """What is kept of a file beside its stored picture."""
    return Facts(
        slot=-1,
        width=header.width,
        height=header.height,
        format=header.format,
        mode=header.mode,
        orientation=header.orientation,
        kind=kind,
        thumb=thumb_of(picture),
        pixels=None,
    )


def _packed(store: Store, pixels: NDArray[np.uint8], preprocessing: Preprocessing) -> Job:
    def job() -> tuple[bytes, Entry | None]:
        content = packed_content(pixels)
        if store.find((content,)):
            return content, None
        picture = load(pixels, preprocessing)
        height, width = pixels.shape[:2]
        facts = Facts(
            slot=-1,
            width=width,
            height=height,
            format="pixels",
            mode=packed_mode(pixels.shape[2]),
            orientation=1,
            kind="full",
            thumb=thumb_of(picture),
            pixels=content,
        )
        return content, Entry(content=content, picture=picture, facts=facts)

    return job


def packed_content(pixels: NDArray[np.uint8]) -> bytes:
    """What names a packed picture (H, W, C): a hash of its shape and pixels."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()


def content_name(content: bytes) -> str:
    """16 hexadecimal digits of a hash of a picture's bytes."""
    return content[:8].hex()


def packed_mode(channels: int) -> str:
    """Name of a packed picture's layout."""
    return {1: "L", 3: "RGB"}.get(channels, f"{channels} channels")


def thumb_of(picture: NDArray[np.uint8]) -> bytes:
    """A hash of stored pixels."""
    return hashlib.sha256(picture.data).digest()[:16]


def decode_all(
    store: Store,
    work: Iterable[tuple[int, Job]],
    found: dict[int, Row],
    total: int,
    done: int,
    progress: Progress | None,
    note: Callable[[Sequence[int]], None] = lambda rows: None,
) -> None:
    """Let threads decode a chunk while the one before it goes to the disk; the decoders do without Python's lock."""
    if progress is not None:
        progress(done, total)
    threads = min(cores(), _MAX_THREADS)
    size = max(1, min(_CHUNK_PICTURES, _CHUNK_BYTES // store.bytes_per_picture))
    # a few pictures at a time: small ones take less than handing them to a thread does
    few = max(1, min(32, size // (4 * threads)))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="miwake-decode")
    try:
        before: list[Future[list[_Done]]] = []
        for chunk in chain(_chunks(work, size), ([],)):
            now = [pool.submit(_several, part) for part in _chunks(chunk, few)]
            results = [result for future in before for result in future.result()]
            if results:
                _keep(store, results, found)
                note([row for row, _, _ in results])
                done += len(results)
                if progress is not None:
                    progress(done, total)
            before = now
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_Done = tuple[int, bytes | BadPicture, Entry | None]
"""Row; content or what is wrong; the picture, where the store did not have it."""


def _several(part: Iterable[tuple[int, Job]]) -> list[_Done]:
    done: list[_Done] = []
    for row, job in part:
        try:
            done.append((row, *job()))
        except BadPicture as error:
            done.append((row, error, None))
    return done


def _chunks(work: Iterable[tuple[int, Job]], size: int) -> Iterator[list[tuple[int, Job]]]:
    rest = iter(work)
    while chunk := list(islice(rest, size)):
        yield chunk


def _keep(store: Store, results: Sequence[_Done], found: dict[int, Row]) -> None:
    entries = [entry for _, _, entry in results if entry is not None]
    if entries:
        store.add(entries)
    contents = {row: content for row, content, _ in results if isinstance(content, bytes)}
    there = store.find(set(contents.values()))
    for row, content, _ in results:
        if isinstance(content, bytes):
            found[row].content, found[row].facts = content, there[content]
        else:
            found[row].reason = content.reason


def _stored(
    store: Store, dataset: Dataset, found: dict[int, Row], options: DataOptions, window: Window | None
) -> Stored:
    count = len(dataset)
    slots, numbers = np.full(count, -1, np.int64), np.arange(count, dtype=np.int64)
    width, height = np.zeros(count, np.int32), np.zeros(count, np.int32)
    mode, content = [""] * count, [""] * count
    good = {row: (what.content or b"", what.facts) for row, what in found.items() if what.facts is not None}
    for row, (name, facts) in good.items():
        content[row] = content_name(name)
        slots[row], width[row], height[row], mode[row] = facts.slot, facts.width, facts.height, facts.mode
    bad = [(row, what.reason) for row, what in sorted(found.items()) if what.facts is None]
    for row, number in identity(store, dataset, good, options.max_pixels, window).items():
        numbers[row] = number
    return Stored(
        slots=slots,
        identity=numbers,
        width=width,
        height=height,
        content=tuple(content),
        mode=tuple(mode),
        bad_rows=np.array([row for row, _ in bad], np.int64),
        bad=tuple((dataset.paths[row], reason) for row, reason in bad),
    )
