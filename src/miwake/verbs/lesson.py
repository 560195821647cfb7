"""The lectures step by step: how neurons, convolution and learning work, here and as a page to touch."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.look.text import Language

if TYPE_CHECKING:
    from miwake.lessons.catalogue import Entry


@dataclass(frozen=True)
class Lessons:
    """The lessons that were asked for."""

    entries: tuple[Entry, ...]
    """All of them in the order of the path, or the one of the name."""
    page: Path | None
    """The page that was written; None for the list."""
    lang: Language


def lesson(
    name: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = None,
    *,
    out: str | PathLike[str] | None = None,
    lang: Language | None = None,
) -> Lessons:
    """The lectures step by step: how neurons, convolution and learning work, here and as a page to touch.

    Args:
        name: Which lesson; left away, they are listed.
        out: The page, an HTML file; left away, lesson-NAME.LANGUAGE.html in this folder.
        lang: Language of the lesson: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        What was asked for, and where its page is.

    Raises:
        MiwakeError: there is no such lesson, or the page cannot be written.
    """
    from miwake.errors import UsageError
    from miwake.lessons.catalogue import entries, entry
    from miwake.look.language import spoken

    language = spoken(lang)
    if name is None:
        if out is not None:
            raise UsageError("--out needs a lesson.", expected="a name", todo="`miwake lesson` lists them.")
        return Lessons(entries(), None, language)
    found = entry(name)
    # where one works: browsers that are packed as a snap or a flatpak cannot open files of hidden folders
    page = Path(out) if out is not None else Path(f"lesson-{found.name}.{language}.html")
    if page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out is {page}.", expected="an HTML file", todo=f"write {found.name}.html")

    from miwake.lessons.page.write import write

    write(found.name, page, language)
    return Lessons((found,), page.absolute(), language)


def show(lessons: Lessons) -> int:
    """The list, or the lesson itself and where its page is."""
    from miwake.lessons.catalogue import following
    from miwake.lessons.terminal import listed, told
    from miwake.look.terminal import say
    from miwake.look.words import words

    if lessons.page is None:
        say("\n".join(listed(lessons.lang)))
        return 0
    (found,) = lessons.entries
    for line in told(found.name, lessons.lang):
        print(line)
    print()
    say(words("lesson.page", lessons.lang, path=lessons.page), bold=True)
    after = following(found.name)
    if after:
        say(words("lesson.next", lessons.lang, name=after))
    return 0
