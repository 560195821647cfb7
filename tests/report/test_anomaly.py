"""The report of an anomaly detector: in both languages, with little and with much."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.oddity import figures
from miwake.look.page import LIMIT
from miwake.look.text import LANGUAGES, Language
from miwake.look.words import words
from miwake.report.anomaly import Card, OddityContents, render
from miwake.report.contents import Command, DataFacts, ModelSummary
from miwake.types import Figure, Note, Preprocessing


def contents(good: int = 30, bad: int = 12, cards: int = 6, language: Language = "en") -> OddityContents:
    random = np.random.default_rng(0)
    scores = np.concatenate([random.gamma(2, 0.3, good), random.gamma(6, 0.4, bad)])
    found = figures(
        scores,
        np.concatenate([np.zeros(good, np.int64), 1 + np.arange(bad) % 2]),
        None,
        classes=("good", "<crack>", "凹み"),
        split="test",
        threshold=1.4,
        chosen="rate",
        expected=Figure(0.01, 0.001, 0.05),
        costs=None,
        groups=None,
        options=EvaluateOptions(bootstrap_rounds=50),
    )
    picture = random.integers(0, 255, (300, 200, 3), dtype=np.uint8)
    return OddityContents(
        title="parts <1>",
        data=DataFacts(
            name="parts",
            source="mvtec",
            classes=("good", "<crack>", "凹み"),
            counts=((50, 10, 30), (0, 0, 6), (0, 0, 6)),
            pictures=(50, 10, 42),
            notes=("as it is",),
            split=(Note("divide.good.alone"),),
        ),
        evaluation=found,
        model=ModelSummary(architecture="net", why=(), parameters=1000, operations=None),
        method="patchcore",
        paper="Roth 2022",
        preprocessing=Preprocessing(size=(64, 64), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3),
        cards=[
            Card(
                picture=picture,
                outlined=picture,
                heat=picture,
                path=f"bad/{number}.png",
                true="<crack>",
                good=False,
                odd=number % 2 == 0,
                false_alarms=1e-7 if number % 2 == 0 else 0.3,
            )
            for number in range(cards)
        ],
        commands=[Command(line="miwake predict run", why=Note("next.predict"))],
        language=language,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("good", "bad", "cards"), [(30, 12, 6), (30, 0, 0), (0, 12, 2), (2, 1, 1)])
def test_it_is_whole(language: Language, good: int, bad: int, cards: int) -> None:
    page = render(contents(good, bad, cards, language))
    assert f'lang="{language}"' in page
    sections = re.findall(r'<section id="(\w+)"', page)
    links = re.findall(r'href="#(\w+)"', page)
    assert set(links) == set(sections)
    assert ("places" in sections) == (cards > 0)
    assert ("kinds" in sections) == (bad > 0)
    assert page.count("<img ") == 3 * cards


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_defect_with_a_mask_is_shown_beside_its_outline(language: Language) -> None:
    plain = contents(cards=3, language=language)
    masked = [replace(plain.cards[0], truth=plain.cards[0].picture), *plain.cards[1:]]
    page = render(replace(plain, cards=masked))
    assert page.count("<img ") == 4 + 3 + 3
    assert page.count("triple quad") == 1
    captions = re.findall(r'<span class="tag">([^<]*)</span></div>', page)
    wanted = [words(f"odd.report.card.{name}", language) for name in ("picture", "truth", "outline", "heat")]
    assert captions[:4] == wanted
    assert captions[4:] == 2 * [wanted[0], *wanted[2:]]
    assert "<crack>" not in page
    assert "parts <1>" not in page
    assert "nan" not in re.sub(r'src="[^"]*"', "", page)
    assert len(page.encode()) < LIMIT


def test_many_large_pictures_get_fewer_and_smaller() -> None:
    many = contents(cards=24)
    assert 3 * 4 <= render(many).count("<img ") <= 3 * 24


def test_dots_are_one_for_each_score() -> None:
    page = render(contents(30, 12))
    chart = re.search(r'<svg[^>]*aria-labelledby="scores-t.*?</svg>', page, re.DOTALL)
    assert chart is not None
    assert chart[0].count('class="f-first"') == 30
    assert chart[0].count('class="f-wrong"') == 12
