"""Show or clear the pictures that are kept decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from miwake.data.store import Usage


@dataclass(frozen=True)
class Cached:
    """What the cache holds, after clearing where that was asked for."""

    folder: Path
    stores: tuple[Usage, ...]
    freed: int | None
    """Bytes that clearing gave back; None where nothing was cleared."""


def cache(*, clear: bool = False) -> Cached:
    """Show or clear the pictures that are kept decoded.

    Args:
        clear: Remove them, but for those that a run has open; the next run decodes anew.

    Returns:
        What is kept: an entry for each size of stored pictures.

    Raises:
        MiwakeError: the cache folder cannot be read or cleared.
    """
    from miwake.data import disk, store

    freed = store.clear()[0] if clear else None
    return Cached(disk.cache_folder(), tuple(store.usage()), freed)


def show(cached: Cached) -> int:
    """A table."""
    from miwake.look.terminal import say, table

    if cached.freed is not None:
        say(f"{cached.freed / 1e6:,.1f} MB are free again.")
    if cached.stores:
        rows = [
            (u.name, f"{u.pictures:,}", f"{u.bytes / 1e6:,.1f}", "in use" if u.in_use else "") for u in cached.stores
        ]
        table(rows, header=("stored pictures", "pictures", "MB", ""))
    else:
        say("Nothing is kept.")
    say(f"Folder: {cached.folder} (MIWAKE_CACHE names another). `miwake cache --clear` empties it.")
    return 0
