from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import miwake.look
from miwake.look.text import LANGUAGES
from miwake.look.words import catalogue, placeholders, words


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_is_there_in_every_language_with_the_same_placeholders(key: str) -> None:
    texts = catalogue()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(texts.values())
    assert len({placeholders(text) for text in texts.values()}) == 1


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_choice_by_number_has_a_number(key: str) -> None:
    for text in catalogue()[key].values():
        assert text.count("|") <= 1
        assert "|" not in text or "n" in placeholders(text)


def test_japanese_is_japanese() -> None:
    same = {key for key, texts in catalogue().items() if texts["en"] == texts["ja"]}
    assert same <= {"report.auc", "evaluate.auc"}, same


def test_every_file_of_words_is_found() -> None:
    folder = Path(miwake.look.__file__).parent
    for file in folder.glob("words_*.py"):
        keys = sys.modules[f"miwake.look.{file.stem}"].WORDS
        assert keys.keys() <= catalogue().keys()


def test_words_fill_in_and_choose() -> None:
    assert words("unit.pictures", "en", n="1") == "1 picture"
    assert words("unit.pictures", "en", n="1,200") == "1,200 pictures"
    assert words("unit.pictures", "ja", n="1") == "1枚の画像"
    with pytest.raises(KeyError):
        words("no.such.text", "en")


def test_two_files_may_not_define_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("miwake.look.words_terminal")
    module.WORDS = {"report.skip": {"en": "a", "ja": "b"}}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "miwake.look.words_terminal", module)
    with pytest.raises(ValueError, match=r"words_terminal defines again: report\.skip"):
        catalogue.__wrapped__()
