"""Which pictures are the same: byte for byte, or pixel for pixel in another file.

Equal pixels are found without decoding everything in full. Pictures of different size differ. Of equal size and
decoded in one way, they can only be equal if their stored, smaller pictures are; decoded in different ways (a JPEG
scaled while decoding, and the PNG that was made of it) only if those are nearly equal. The few that remain are decoded
in full and compared exactly.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.data.preprocess import read_bytes
from miwake.data.store import Facts, Store
from miwake.data.window import Window
from miwake.machine import cores
from miwake.types import Dataset

_NEAR = 4.0
"""How far the means of a sixteenth of a picture may differ, of 255, between two ways of decoding the same."""


def pixel_hash(data: bytes, max_pixels: int, window: Window | None = None) -> bytes:
    """Hash of a picture's shape and its upright RGB pixels, decoded in full.

    Raises:
        BadPicture: the file cannot be used.
    """
    pixels = decode(data, channels=3, max_pixels=max_pixels, window=window)
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()


def identity(
    store: Store,
    dataset: Dataset,
    good: Mapping[int, tuple[bytes, Facts]],
    max_pixels: int,
    window: Window | None = None,
) -> dict[int, int]:
    """A number for each of these rows, the lowest of the rows that hold the same picture.

    Args:
        store: holds the pictures.
        dataset: names their files.
        good: row to the content and what the store knows about it.
        max_pixels: pictures with more are not decoded.
        window: through which the store's pictures are seen.
    """
    row_of: dict[bytes, int] = {}
    facts_of: dict[bytes, Facts] = {}
    for row, (content, facts) in sorted(good.items()):
        row_of.setdefault(content, row)
        facts_of[content] = facts
    hashes = {content: facts.pixels for content, facts in facts_of.items() if facts.pixels is not None}
    wanted = _candidates(store, facts_of)
    if dataset.pixels is None:
        missing = sorted(content for content in wanted if content not in hashes)
        paths = [dataset.file(row_of[content]) for content in missing]

        def full(number: int) -> bytes | None:
            try:
                data = read_bytes(paths[number])
                if hashlib.sha256(data).digest() != missing[number]:
                    return None
                return pixel_hash(data, max_pixels, window)
            except BadPicture:
                # it changed since it was stored
                return None

        with ThreadPoolExecutor(min(cores(), 16)) as pool:
            new = {c: h for c, h in zip(missing, pool.map(full, range(len(missing))), strict=True) if h is not None}
        if new:
            store.note_pixels(new.items())
            hashes.update(new)
    first: dict[bytes, int] = {}
    numbers: dict[int, int] = {}
    for row, (content, _) in sorted(good.items()):
        numbers[row] = first.setdefault(hashes.get(content, content), row)
    return numbers


def _candidates(store: Store, facts_of: Mapping[bytes, Facts]) -> set[bytes]:
    """Contents that may have the same pixels as another one."""
    sizes: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    for content, facts in facts_of.items():
        sizes[facts.width, facts.height].append(content)
    found: set[bytes] = set()
    for contents in sizes.values():
        if len(contents) < 2:
            continue
        alike: dict[tuple[str, bytes], list[bytes]] = defaultdict(list)
        for content in contents:
            alike[facts_of[content].kind, facts_of[content].thumb].append(content)
        found.update(content for group in alike.values() if len(group) > 1 for content in group)
        kinds = np.array([facts_of[content].kind for content in contents])
        if len(set(kinds.tolist())) > 1:
            near = _near(store, [facts_of[content].slot for content in contents], kinds)
            found.update(contents[number] for number in near)
    return found


def _near(store: Store, slots: list[int], kinds: NDArray[np.str_]) -> list[int]:
    """Numbers of those pictures that are nearly equal to one of another kind."""
    marks = np.concatenate([_marks(store, slots[start : start + 256]) for start in range(0, len(slots), 256)])
    near: list[int] = []
    for kind in np.unique(kinds):
        own, others = (kinds == kind).nonzero()[0], (kinds != kind).nonzero()[0]
        distance, _ = scipy.spatial.cKDTree(marks[others]).query(marks[own], p=np.inf, distance_upper_bound=_NEAR)
        near.extend(own[np.isfinite(distance)].tolist())
    return near


def _marks(store: Store, slots: list[int]) -> NDArray[np.float32]:
    """(n, 16) mean brightness of the parts of stored pictures, on a grid of four by four at most."""
    pictures = np.empty((len(slots), *store.shape), np.uint8)
    store.read(slots, pictures)
    grey = pictures.mean(axis=3, dtype=np.float32)
    rows, columns = (np.unique(np.arange(4) * length // 4) for length in store.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(grey, rows, axis=1), columns, axis=2)
    areas = np.outer(np.diff(rows, append=store.shape[0]), np.diff(columns, append=store.shape[1]))
    means: NDArray[np.float32] = (sums / areas).reshape(len(slots), -1).astype(np.float32)
    return means
