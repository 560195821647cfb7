"""The report of a segmentation: in both languages, with little and with much."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.pixel_wording import sentences, summary, warnings
from miwake.evaluation.pixels import collected, compare
from miwake.evaluation.segmentation import PixelEvaluation, evaluated
from miwake.look.page import LIMIT
from miwake.look.text import LANGUAGES, Language, cells
from miwake.report.contents import Command, DataFacts, ModelSummary
from miwake.report.segment import Card, SegmentContents, render
from miwake.types import Note, Preprocessing


def found(count: int = 12, classes: int = 3, dividing: int | None = None) -> PixelEvaluation:
    random = np.random.default_rng(0)
    truth = random.integers(0, classes, (count, 20, 24)).repeat(2, 1).astype(np.uint8)
    answer = np.where(random.random(truth.shape) < 0.2, 0, truth).astype(np.uint8)
    answer[answer == classes - 1] = 0  # never found
    parts = [compare(a, t, classes + 1, dividing=dividing) for a, t in zip(answer, truth, strict=True)]
    return evaluated(
        collected(parts),
        classes=("<road>", "空", *(f"class {n}" for n in range(2, classes)), "unseen"),
        split="test",
        void=0.1,
        dividing=dividing,
        temperature=1.1,
        groups=None,
        options=EvaluateOptions(bootstrap_rounds=50),
    )


def contents(
    count: int = 12, classes: int = 3, cards: int = 6, language: Language = "en", epochs: int = 5
) -> SegmentContents:
    picture = np.random.default_rng(0).integers(0, 255, (300, 200, 3), dtype=np.uint8)
    evaluation = found(count, classes)
    return SegmentContents(
        title="streets <1>",
        data=DataFacts(
            name="streets",
            source="segmentation",
            classes=evaluation.classes,
            counts=((50, 10, 30),) * (classes + 1),
            pictures=(50, 10, 42),
            notes=("as it is",),
            split=(Note("divide.good.alone"),),
        ),
        evaluation=evaluation,
        model=ModelSummary(architecture="net", why=(), parameters=1000, operations=None),
        preprocessing=Preprocessing(size=(64, 64), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3),
        colours=[(1, 2, 3)] * (classes + 1),
        cards=[Card(pictures=(picture,) * 4, path=f"a/{number}.png", iou=0.1 * number) for number in range(cards)],
        history=[{"train_loss": 2 / (n + 1), "val_loss": "", "val_mean_iou": f"{n / 9}"} for n in range(epochs)],
        kept=2,
        configuration={"asked": {"data": "x"}},
        environment={"python": "3"},
        commands=(Command(line="miwake predict", why=Note("next.predict")),),
        language=language,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(2, 2, 0, 0), (12, 3, 6, 5), (12, 40, 60, 80)])
def test_it_is_whole_and_below_the_limit(language: Language, size: tuple[int, int, int, int]) -> None:
    count, classes, cards, epochs = size
    page = render(contents(count, classes, cards, language, epochs))
    assert len(page.encode()) < LIMIT
    assert "<road>" not in page
    assert "&lt;road&gt;" in page
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert ('<section id="worst"' in page) == (cards > 0)
    assert ('<section id="learning"' in page) == (epochs > 1)
    assert page.count("<svg") > 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_on_the_figures(language: Language) -> None:
    for evaluation in (found(), found(2), found(dividing=0), replace(found(), groups=4)):
        assert all(cells(line) <= 80 for line in summary(evaluation, language).splitlines())
        said = sentences(evaluation, language)
        assert len(said) >= 3
        assert not any("nan" in sentence for sentence in said)
    cautions = " ".join(warnings(found(2), language))
    assert "unseen" in cautions
    assert "class 2" in cautions  # never found
    assert str(found(2).count) in cautions
    assert sentences(found(dividing=0), language) != sentences(found(), language)


def test_epochs_that_were_not_judged_lie_on_a_line_between_those_that_were() -> None:
    from miwake.report.segment import _joined

    assert _joined((None, 0.5, None, None, 0.8)) == (None, 0.5, pytest.approx(0.6), pytest.approx(0.7), 0.8)
    assert _joined((None, None)) == (None, None)
