from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import miwake.look
from miwake.look.text import LANGUAGES
from miwake.look.words import catalogue, paragraph, placeholders, told, words
from miwake.types import Note


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
    # names of figures that are written alike
    assert same <= {"report.auc", "evaluate.auc", "seg.iou", "seg.dice", "seg.report.card.iou"}, same


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


def test_values_are_written_as_people_of_a_language_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "x.number": {"en": "{n} is {n:d} or {share:.1%}", "ja": "{n}は{n:d}か{share:.1%}"},
        "x.list": {"en": "{names}", "ja": "{names}"},
        "x.joined": {"en": "{names:; }", "ja": "{names:；}"},
        "x.inner": {"en": "so: {said}", "ja": "つまり：{said}"},
    }
    monkeypatch.setitem(vars(miwake.look.words), "catalogue", lambda: catalogue() | texts)
    assert words("x.number", "en", n=1234, share=0.125) == "1,234 is 1234 or 12.5%"
    names = ("a", Note("unit.pictures", {"n": 1}), Note("unit.pictures", {"n": 2000}))
    assert words("x.list", "en", names=names) == "a, 1 picture, 2,000 pictures"
    assert words("x.list", "ja", names=names) == "a、1枚の画像、2,000枚の画像"
    assert words("x.joined", "en", names=names) == "a; 1 picture; 2,000 pictures"
    assert words("x.inner", "ja", said=Note("x.joined", {"names": ("a", "b")})) == "つまり：a；b"
    assert words("x.inner", "en", said=True) == "so: True"


def test_a_note_is_told_in_the_language_that_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    note = Note("divide.groups", {"n": 1})
    assert told(note) == told(note, "en") == "1 group, each kept within one split."
    monkeypatch.setenv("MIWAKE_LANG", "ja")
    assert told(note) == told(note, "ja") == "1個のグループを、それぞれ一つの分割に収めました。"
    assert told("A text of old.") == "A text of old."


@pytest.mark.parametrize(
    "strange",
    [Note("no.such.text", {"n": 3, "a": "b"}), Note("divide.random", {"seed": 0}), Note("costs.other", {"other": "x"})],
)
def test_what_another_version_says_is_shown_as_far_as_it_goes(strange: Note) -> None:
    for name, value in strange.values.items():
        assert f"{name}={value}" in told(strange)
    assert told(strange).startswith(strange.key)


def test_sentences_follow_one_another() -> None:
    notes = (Note("train.scratch"), "A text.")
    assert paragraph(notes, "en") == "So it goes on from there. A text."
    assert paragraph(notes, "ja") == "そこで、その学習を続けます。A text."


def test_a_path_in_a_command_can_be_typed():
    said = words("train.end", "en", model="m", report="r", folder=Path("runs/sp ace"))
    assert said.endswith("Use it: miwake predict 'runs/sp ace' PICTURES…")
    assert "--resume 'sp ace'" in words("train.stopped", "ja", folder="sp ace")
