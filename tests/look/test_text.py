from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miwake.look.text import cells, clean, compact, decimal, duration, natural, percent, share, shorten, wrap
from miwake.types import Figure

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.9856, "98.6%"), (1.0, "100%"), (0.0, "0%"), (0.99999, "99.9%"), (0.00001, "0.1%"), (NAN, "–"), (0.5, "50.0%")],
)
def test_percent(value: float, shown: str) -> None:
    assert percent(value) == shown


def test_a_share_and_its_interval_have_the_same_decimals() -> None:
    assert share(Figure(0.986, 0.9702, 0.99341)) == ("98.6%", "97.0–99.3%")
    assert share(Figure(0.9941, 0.9702, 0.99984)) == ("99.41%", "97.02–99.98%")
    assert share(Figure(1.0, 0.914, 1.0)) == ("100%", "91.4–100%")
    assert share(Figure(0.9, NAN, NAN)) == ("90.0%", "–")


@given(st.floats(0, 1))
def test_percent_never_claims_all_or_nothing(value: float) -> None:
    assert (percent(value) == "100%") == (value == 1)
    assert (percent(value) == "0%") == (value == 0)


def test_natural_frequencies() -> None:
    assert natural(Figure(0.9, 0.851, 0.939)) == (100, 90, 85, 94)
    assert natural(Figure(0.995, 0.982, 0.999)) == (1000, 995, 982, 999)
    # not known well enough to speak of thousandths
    assert natural(Figure(0.995, 0.9, 1.0)) == (100, 100, 90, 100)
    assert natural(Figure(0.97, NAN, NAN)) == (100, 97, 97, 97)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_natural_frequencies_are_in_order(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    of, about, least, most = natural(Figure(value, low, high))
    assert 0 <= least <= about <= most <= of
    assert least <= low * of + 1e-6
    assert most >= high * of - 1e-6


def test_numbers() -> None:
    assert decimal(0.12345) == "0.123"
    assert decimal(NAN) == "–"
    assert compact(1_234_567) == "1.23 million"
    assert compact(11_200_000, "ja") == "1120万".replace("1120", "1,120")
    assert compact(4_200_000_000) == "4.2 billion"
    assert compact(950) == "950"


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (4.2, "4.2 s", "4.2秒"),
        (9.97, "10 s", "10秒"),
        (92, "1 min 32 s", "1分32秒"),
        (59.7, "1 min 00 s", "1分00秒"),
        (3599.8, "1 h 00 min", "1時間00分"),
        (7500, "2 h 05 min", "2時間05分"),
        (NAN, "–", "–"),
    ],
)
def test_duration(seconds: float, english: str, japanese: str) -> None:
    assert duration(seconds) == english
    assert duration(seconds, "ja") == japanese


def test_what_a_name_could_do_to_a_terminal_or_a_page_is_shown_instead() -> None:
    assert clean("a\x1b[2Jb\nc\x7f") == "a\\x1b[2Jb\\x0ac\\x7f"
    assert clean("gpj.\u202etxt") == "gpj.\\u202etxt"
    assert clean("bad\udcff") == "bad\\udcff"
    assert clean("きゅうり é 🥒") == "きゅうり é 🥒"


@given(st.text())
def test_clean_text_can_be_written(text: str) -> None:
    assert clean(text).encode("utf-8").decode("utf-8") == clean(clean(text))


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(2, 40), st.booleans())
def test_shortened_text_fits(text: str, limit: int, middle: bool) -> None:
    short = shorten(text, limit, middle=middle)
    assert cells(short) <= limit
    assert short == text or (cells(text) > limit and "…" in short)


def test_a_path_keeps_its_end() -> None:
    assert shorten("photographs/of/many/cucumbers/IMG_0001.JPG", 20, middle=True).endswith("IMG_0001.JPG")


@given(st.text(st.sampled_from("ab 見分。け"), max_size=80), st.integers(4, 30))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # only a word that cannot be broken may be longer, and marks that must not begin the next line
        assert cells(line.rstrip("。 ")) <= width or len(line.split()) == 1


def test_wrapping_keeps_a_path_whole() -> None:
    path = "/photos/" + "x" * 100
    assert path in wrap(f"The report is at {path} now", 80)


def test_wrapping_keeps_punctuation_with_its_word() -> None:
    assert not any(line.startswith(("。", "、")) for line in wrap("見分け、見分け。" * 10, 7))


@given(st.text("見ステップ（）。、ー～ab 1", max_size=60), st.integers(8, 20))
def test_wrapping_breaks_lines_as_japanese_typesetting_does(text: str, width: int) -> None:
    lines = wrap(text, width)
    for before, after in itertools.pairwise(lines):
        # but for what the writer separated by a space
        if f"{before} " not in text:
            assert not after.startswith(("ッ", "）", "。", "、", "ー", "～"))
            assert not before.endswith("（")
