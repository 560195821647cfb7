"""Show or clear the pictures that are kept decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from miwake.look.text import Language

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
    lang: Language


def cache(*, clear: bool = False, lang: Language | None = None) -> Cached:
    """Show or clear the pictures that are kept decoded.

    Args:
        clear: Remove them, but for those that a run has open; the next run decodes anew.
        lang: Language of the table: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        What is kept: an entry for each size of stored pictures.

    Raises:
        MiwakeError: the cache folder cannot be read or cleared.
    """
    from miwake.data import disk, store
    from miwake.look.language import spoken

    language = spoken(lang)
    freed = store.clear()[0] if clear else None
    return Cached(disk.cache_folder(), tuple(store.usage()), freed, language)


def show(cached: Cached) -> int:
    """A table."""
    from miwake.look.terminal import say, table
    from miwake.look.words import words

    lang = cached.lang
    if cached.freed is not None:
        say(words("cache.freed", lang, size=cached.freed / 1e6))
    if cached.stores:
        in_use = words("cache.in_use", lang)
        rows = [(u.name, f"{u.pictures:,}", f"{u.bytes / 1e6:,.1f}", in_use if u.in_use else "") for u in cached.stores]
        table(rows, header=(words("cache.stored", lang), words("cache.pictures", lang), "MB", ""))
    else:
        say(words("cache.empty", lang))
    say(words("cache.folder", lang, folder=cached.folder))
    return 0
