"""`miwake lesson`, as its user sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

import miwake as mw
from miwake.lessons.catalogue import names
from miwake.look.text import cells


def test_the_list_names_every_lesson(miwake):
    ended = miwake("lesson")
    assert ended.code == 0
    assert all(f"  {name} " in ended.out for name in names())
    assert all(cells(line) <= 80 for line in ended.out.splitlines())
    assert "畳み込み" in miwake("lesson", "--lang", "ja").out


def test_the_language_is_that_of_the_environment(tmp_path, monkeypatch, miwake):
    monkeypatch.setenv("MIWAKE_LANG", "ja")
    ended = miwake("lesson", "neuron", "--out", tmp_path / "neuron.html")
    assert "操作できるページ" in ended.out
    assert '<html lang="ja">' in (tmp_path / "neuron.html").read_text(encoding="utf-8")


def test_a_lesson_is_shown_and_its_page_lies_where_one_works(tmp_path, monkeypatch, miwake):
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "cache"))
    ended = miwake("lesson", "convolution", cwd=tmp_path)
    assert ended.code == 0
    page = tmp_path / "lesson-convolution.en.html"
    assert page.is_file()
    assert str(page) in ended.out.replace("\n", "")
    assert "1 0 2 0 2 0 1" in ended.out
    assert "miwake lesson channels-stride-padding" in ended.out
    assert list(tmp_path.iterdir()) == [page]  # and nothing in the cache, where nobody would look for it


def test_the_page_goes_where_it_is_asked_for(tmp_path, miwake):
    page = tmp_path / "letter.html"
    ended = miwake("lesson", "Convolution", "--out", page, "--lang", "ja")
    assert ended.code == 0
    assert '<html lang="ja">' in page.read_text(encoding="utf-8")
    assert "操作できるページ" in ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["convolutoin"], "convolution"),
        (["neuron", "--out", "page.pdf"], "neuron.html"),
        (["--out", "page.html"], "miwake lesson"),
        (["neuron", "--out", "nowhere/page.html"], "nowhere"),
        (["neuron", "--lang", "fr"], "fr"),
    ],
)
def test_wrong_use(arguments, said, tmp_path, miwake):
    ended = miwake("lesson", *arguments, cwd=tmp_path)
    assert ended.code == 2
    assert said in ended.err + ended.out
    assert not list(tmp_path.iterdir())


def test_from_python(tmp_path):
    shown = mw.lesson("som", out=tmp_path / "som.html", lang="ja")
    assert shown.page == tmp_path / "som.html"
    assert isinstance(shown.page, Path)
    assert [entry.name for entry in mw.lesson().entries] == list(names())
    assert mw.lesson().page is None
