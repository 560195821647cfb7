"""The page of an attack, and its sentences."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from miwake.look import words as catalogue_module
from miwake.look.text import LANGUAGES
from miwake.look.words_attack import WORDS
from miwake.report.attacked import bins, render
from miwake.robustness.config import PARTS
from miwake.robustness.corruptions import corruptions
from miwake.robustness.patch import SCENES
from miwake.robustness.results import (
    Bound,
    Check,
    Corrupted,
    Corruptions,
    Example,
    Level,
    Patch,
    Robustness,
    Shown,
    Smallest,
    Texture,
    View,
    to_json,
)
from miwake.robustness.table import summary
from miwake.robustness.wording import sentences
from miwake.types import Figure

HALF = Figure(0.5, 0.4, 0.6)
NAN = Figure(math.nan, math.nan, math.nan)
NAMES = ("steps", "one_step", "strength", "slopes", "chance", "squares", "unbounded")
HOSTILE = "<script>alert(1)</script>\udcff\x1b[2J"
VIEWS = ("tiles_2", "tiles_4", "tiles_8", "silhouette", "outline")


def level(strength: float, value: float) -> Level:
    figure = Figure(value, max(0, value - 0.1), min(1, value + 0.1))
    return Level(strength=strength, accuracy=figure, fooled=round(100 * (1 - value)), rate=HALF)


def sample(**changes: Any) -> Robustness:
    made = Robustness(
        data="digits",
        pictures=100,
        chosen_from=10_000,
        attack="pgd",
        norm="linf",
        strength=8.0,
        steps=40,
        restarts=5,
        target=None,
        hardened=None,
        plain=Figure(0.97, 0.91, 0.99),
        attacked=level(8.0, 0.29),
        rounded=60,
        guessing=0.12,
        curve=tuple(level(strength, 0.9 - 0.2 * place) for place, strength in enumerate((2.0, 4.0, 8.0, 16.0))),
        smallest=Smallest(median=5.5, values=(0.7, 3.0, 5.5, 9.0, math.inf), most=16.0),
        bound=Bound(accuracy=Figure(0.25, 0.18, 0.34), rate=Figure(0.74, 0.64, 0.82), more=4, steps=100),
        masking=tuple(Check(name=name, passed=True, first=10, second=20, pictures=64) for name in NAMES),
        patch=Patch(
            area=0.1,
            target=None,
            pictures=50,
            steps=150,
            plain=HALF,
            control=HALF,
            conditions=tuple((name, HALF) for name in SCENES),
        ),
        corruptions=Corruptions(
            pictures=80,
            plain=HALF,
            mean=HALF,
            each=tuple(
                Corrupted(name=name, family=family, accuracy=(HALF,) * 5) for name, (family, _) in corruptions().items()
            ),
        ),
        texture=Texture(
            plain=HALF,
            pictures=90,
            told=60,
            views=tuple(View(name=name, accuracy=HALF, pictures=60) for name in VIEWS),
            shape=30,
            texture=20,
            neither=10,
            bias=Figure(0.6, 0.46, 0.72),
        ),
        seconds=61.0,
    )
    return replace(made, **changes)


def wanted(**changes: Any) -> Robustness:
    """As `sample`, of an attack that wants one answer."""
    made = sample()
    assert made.patch is not None
    assert made.bound is not None
    return replace(
        made,
        **{
            "target": "7",
            "attacked": replace(made.attacked, accuracy=NAN),
            "curve": tuple(replace(one, accuracy=NAN) for one in made.curve),
            "bound": replace(made.bound, accuracy=NAN),
            "patch": replace(made.patch, target="7"),
            **changes,
        },
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attack_that_wants_one_answer_is_not_quoted_as_robustness(language: Any) -> None:
    html = render(wanted(), shown(), title="run", size=(28, 28), language=language)
    page, said = Page(html), "\n".join(sentences(wanted(), language))
    held = catalogue_module.words("attack.held", language, attack="", of="", about="", range="")[:5]
    assert held in "\n".join(sentences(sample(), language))
    for text in (page.text, said, summary(wanted(), language)):
        assert held not in text
        assert catalogue_module.words("attack.attacked", language) not in text
        assert catalogue_module.words("attack.median", language) not in text
        assert not re.search(r"\bnan\b|None", text)
    assert "74.0%" in page.text  # of those that can be turned into it, the share that was
    assert "74.0%" in summary(wanted(), language)
    assert 'class="dots"' not in html  # marks for right and wrong answers
    assert catalogue_module.words("attack.taken", language, target="7") in page.text
    assert all(len(line) <= 80 for line in summary(wanted(), language).splitlines()[1:])


@pytest.mark.parametrize(
    ("attack", "names"),
    [("pgd", "PGD + APGD"), ("fgsm", "FGSM + APGD"), ("square", "square + APGD"), ("apgd_dlr", "APGD")],
)
def test_the_figure_to_quote_names_the_attacks_that_were_made(attack: str, names: str) -> None:
    assert f"Quote this: after {names} it still gets" in "\n".join(sentences(sample(attack=attack)))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_attack_that_was_not_looked_at_from_all_sides_is_not_called_trusted(language: Any) -> None:
    whole = "\n".join(sentences(sample(), language))
    some = "\n".join(sentences(sample(masking=sample().masking[:2]), language))
    trusted = catalogue_module.words("attack.trusted", language, n=len(NAMES))
    assert trusted in whole
    assert trusted[:20] not in some
    assert "2 of 7" in some or "7項目のうち2項目" in some
    for name in NAMES:
        assert (catalogue_module.words(f"attack.check.short.{name}", language) in some) == (name not in NAMES[:2]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_how_many_pictures_shape_could_be_judged_on(language: Any) -> None:
    page = Page(render(sample(), shown(), title="run", size=(28, 28), language=language))
    section = render(sample(), shown(), title="run", size=(28, 28), language=language).partition('id="texture"')[2]
    expected = "60 of 90 pictures" if language == "en" else "90枚中60枚"
    for text in ("\n".join(sentences(sample(), language)), page.text, section):
        assert expected in text


def picture(channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 12, channels), dtype=np.uint8)


def shown(channels: int = 1) -> Shown:
    one = picture(channels)
    example = Example(
        picture=one,
        change=one,
        amplified=15.9,
        changed=one,
        path=f"{HOSTILE}.png",
        true=HOSTILE,
        before="7",
        before_probability=0.99,
        after="2",
        after_probability=0.5,
        size=8.0,
    )
    return Shown(
        examples=(example,) * 2,
        patch=np.dstack([picture(3), np.full((12, 12), 255, np.uint8)]),
        patched=((one, "7", "2"), (one, "7", "7")),
        corrupted=tuple((name, (one,) * 5) for name in corruptions()),
        views=tuple((name, (one,) * 3) for name in ("plain", *VIEWS, "shape", "texture", "conflict")),
    )


class Page(HTMLParser):
    """Every element is closed in order; headings do not jump; nothing comes from outside."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []
        assert self.headings[0] == 1
        assert all(b <= a + 1 for a, b in pairwise(self.headings))
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag not in ("script", "link", "iframe")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in values:
            self.ids.append(values["id"] or "")
        for name in ("src", "href"):
            assert (values.get(name) or "#").startswith(("data:image/", "#"))
        assert tag != "img" or "alt" in values
        assert tag != "th" or "scope" in values
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channels", [1, 3, 9])
def test_the_page_stands_alone_and_shows_everything(language, channels) -> None:
    html = render(sample(), shown(channels), title=HOSTILE, size=(28, 28), language=language)
    page = Page(html)
    assert len(html) < 5_000_000
    assert page.ids.count("result") == 1
    assert {*PARTS[1:], "examples", "details"} - set(page.ids) == {"bound"}  # a row among the figures
    assert "25.0%" in page.text
    assert not re.search(r"\bnan\b|None|Undefined|inf\b", page.text)
    assert "\x1b" not in page.text


def test_what_a_table_shows_is_said_outside_of_what_scrolls() -> None:
    page = render(sample(), shown(), title="run", size=(28, 28), language="en")
    scrolling = re.findall(r'<div class="scroll".*?</div>', page, re.DOTALL)
    assert any("Gaussian noise" in part for part in scrolling)
    assert "own implementations" in page
    assert not any("own implementations" in part for part in scrolling)


def test_parts_that_were_not_asked_for_leave_no_trace() -> None:
    bare = sample(
        curve=(),
        smallest=None,
        bound=None,
        masking=(),
        patch=None,
        corruptions=None,
        texture=None,
        attacked=level(8, 1.0),
    )
    page = Page(render(bare, Shown(), title="run", size=(28, 28), language="en"))
    assert not set(PARTS) & set(page.ids)
    assert "Nothing fooled it" in page.text


def test_figures_that_could_not_be_computed() -> None:
    texture = sample().texture
    assert texture is not None
    empty = sample(
        plain=NAN,
        attacked=replace(level(8.0, 0.5), accuracy=NAN, rate=NAN),
        smallest=Smallest(median=math.inf, values=(), most=16.0),
        bound=Bound(accuracy=NAN, rate=NAN, more=0, steps=100),
        texture=replace(texture, bias=NAN, shape=0, texture=0),
    )
    page = Page(render(empty, Shown(), title="run", size=(28, 28), language="en"))
    assert not re.search(r"\bnan\b", page.text)
    assert "nan" not in summary(empty)
    assert to_json(empty)["plain"]["value"] is None
    assert to_json(empty)["smallest"]["median"] is None


def test_no_text_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text is said by some page, table or sentence; those of the verb and of training by its own tests."""
    said: set[str] = set()
    whole = catalogue_module.catalogue()

    class Heard(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            said.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(catalogue_module, "catalogue", lambda: Heard(whole))
    texture, smallest = sample().texture, sample().smallest
    assert texture is not None
    assert smallest is not None
    samples = [
        sample(hardened=8.0),
        sample(strength=12.0, attacked=level(12.0, 0.3)),
        sample(norm="l2", strength=127.5, attacked=level(127.5, 0.3)),
        wanted(),
        wanted(smallest=replace(smallest, median=math.inf)),
        sample(masking=tuple(replace(check, passed=False) for check in sample().masking)),
        sample(masking=sample().masking[:2]),
        sample(smallest=replace(smallest, median=math.inf), left_out=("patch", "curve")),
        sample(texture=replace(texture, shape=0, texture=0, bias=NAN)),
    ]
    for one in samples:
        render(one, shown(), title="run", size=(28, 28), language="en")
        summary(one)
    render(samples[0], Shown(), title="run", size=(28, 28), language="en")
    verb = {key for key in WORDS if key.startswith(("attack.at", "attack.written", "train.", "split."))} | {
        "attack.nowhere"
    }
    assert set(WORDS) - said - verb == set()


def test_what_nobody_sees_is_said_in_plain_words() -> None:
    text = " ".join(sentences(sample()))
    assert "A change of 8 of 255 grey levels, which nobody sees, fools it on 50 of 100 pictures" in text
    assert "which" not in sentences(sample(attacked=level(40.0, 0.3)))[0]
    doubtful = sample(masking=(Check(name="squares", passed=False, first=9, second=2, pictures=60),))
    assert "Do not trust these figures" in " ".join(sentences(doubtful))
    assert "a search without gradients beats them" in " ".join(sentences(doubtful))


def test_pictures_are_counted_by_the_smallest_change() -> None:
    edges, counts = bins(Smallest(median=5.0, values=(0.0, 0.7, 3.0, 5.5, 16.0, math.inf), most=16.0))
    assert edges[-1] == 16
    assert sum(counts) == 5
    assert counts[-1] == 1
    assert all(b == 2 * a for a, b in pairwise(edges))
    assert bins(Smallest(median=math.inf, values=(math.inf,), most=4.0)) == ([4.0], [0])


@pytest.mark.parametrize(("shape", "decided"), [(10, True), (9, False)])
def test_a_few_answers_by_shape_or_texture_are_counted_and_not_made_a_share(shape: int, decided: bool) -> None:
    texture = sample().texture
    assert texture is not None
    one = sample(texture=replace(texture, shape=shape, texture=0, neither=40, bias=Figure(1.0, 0.7, 1.0)))
    said = "\n".join(sentences(one))
    assert ("goes by the shape for" in said) == decided
    assert ("it answered 9 by shape or texture: too few" in said) != decided
    assert ("shape, not texture" in summary(one)) == decided
