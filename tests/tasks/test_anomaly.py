"""The question "is something wrong here?": which data it takes, how it decides, what it counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from miwake.errors import DataError, UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.run import Header
from miwake.tasks.anomaly import Anomaly
from miwake.tasks.odd import OddityMeter, _small
from miwake.types import Batch, Dataset, Oddity, Preprocessing

TASK = Anomaly(classes=("good", "defect"))


def dataset(classes: tuple[str, ...], targets: list[int], task: str = "classify") -> Dataset:
    return Dataset(
        name="parts",
        source="folder",
        root=Path(),
        task=task,
        classes=classes,
        paths=[f"{n}.png" for n in range(len(targets))],
        targets=np.array(targets),
        split=np.zeros(len(targets), np.int8),
    )


@pytest.mark.parametrize("good", ["good", "OK", "MT_Free", "normal", "良品", "正常", "pass"])
def test_classes_with_a_good_one_are_taken(good: str) -> None:
    found = Anomaly.adopt(dataset(("crack", good, "x"), [0, 1, 2, 1]))
    assert found.classes == (good, "crack", "x")
    assert found.task == "anomaly"
    assert found.targets.tolist() == [1, 0, 2, 0]
    assert [found.label(row) for row in range(4)] == ["crack", good, "x", good]


@pytest.mark.parametrize("classes", [("a", "b"), ("good", "ok"), ("ungood", "bad")])
def test_without_exactly_one_good_class_it_asks(classes: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="which of the classes"):
        Anomaly.adopt(dataset(classes, [0, 1]))


def outputs(scores: list[float], hot: int = 5) -> np.ndarray:
    maps = np.full((len(scores), 16), 0.1)
    maps[:, hot] = scores
    return np.column_stack([scores, maps])


def header(options: EvaluateOptions | None = None, bad: tuple[float, ...] = ()) -> Header:
    good = np.linspace(0.5, 1.5, 200)
    every = [*good.tolist(), *bad]
    targets = np.array([0] * 200 + [1] * len(bad))
    calibration, decision = TASK.calibrate(outputs(every), targets, options or EvaluateOptions())
    shape = Preprocessing(size=(32, 32), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    return Header(
        task="anomaly",
        settings=TASK.to_json(),
        architecture="x",
        preprocessing=shape,
        calibration=calibration,
        decision=decision,
    )


def test_answers_have_a_rate_a_decision_and_a_place() -> None:
    calm, odd = TASK.answers(outputs([0.7, 9.0]), ["a", "b"], header(), sizes=[(40, 80), (40, 80)])
    assert isinstance(calm, Oddity)
    assert isinstance(odd, Oddity)
    assert (calm.label, odd.label) == ("good", "defect")
    assert calm.false_alarms == pytest.approx(0.8, abs=0.02)
    assert odd.false_alarms <= 1e-5
    assert calm.regions == ()
    (region,) = odd.regions
    # place 5 of a grid of 4 × 4 is the second of the second row
    assert 15 <= (region.left + region.right) / 2 <= 45
    assert 5 <= (region.top + region.bottom) / 2 <= 25


def test_the_threshold_follows_the_rate_that_was_asked_for() -> None:
    scores = np.linspace(0.5, 1.5, 1000)
    shares = []
    for rate in ("1/2", "1/10", "1/100"):
        answers = TASK.answers(outputs(scores.tolist()), [""] * 1000, header(EvaluateOptions(false_alarms=rate)))
        shares.append(np.mean([answer.label == "defect" for answer in answers]))
    assert shares == pytest.approx([0.5, 0.1, 0.01], abs=0.012)


def test_costs_need_defects_and_follow_them() -> None:
    options = EvaluateOptions(cost="miss=10,false-alarm=1")
    with pytest.raises(UsageError, match="needs defects among the validation pictures"):
        header(options)
    cheap, dear = (
        header(EvaluateOptions(cost=f"miss={miss},false-alarm=1"), bad=(1.2, 1.3, 3.0)).decision["threshold"]
        for miss in (1, 100)
    )
    assert dear < cheap
    with pytest.raises(DataError, match="No good pictures"):
        TASK.calibrate(outputs([1.0]), np.array([1]), EvaluateOptions())


def test_scores_speak_for_the_class_that_is_asked_about() -> None:
    raw = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
    assert TASK.scores(raw, torch.tensor([0, 1])).tolist() == [-2.0, 2.0]


def test_the_meter_knows_better_from_worse() -> None:
    def figures(scores: list[float], labels: list[int]) -> dict[str, float]:
        meter = OddityMeter()
        batch = Batch(torch.zeros(len(labels), 1, 1, 1), torch.tensor(labels), torch.arange(len(labels)))
        meter.update(torch.tensor(scores)[:, None], batch)
        assert meter.guessed() == max(labels.count(0), len(labels) - labels.count(0))
        return meter.compute()

    assert figures([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 2])["fit"] == 1.0
    assert figures([1.0, 4.0, 3.0, 2.0], [0, 0, 1, 2])["fit"] == 0.5
    assert figures([1.0, 2.0], [0, 0])["fit"] > figures([2.0, 3.0], [0, 0])["fit"]


def test_kinds_of_other_data_need_not_be_known() -> None:
    found = TASK.renamed(dataset(("fine", "rust"), [0, 1], "anomaly"))
    assert found.classes == ("good", "rust")
    assert TASK.right("defect", "rust")
    assert TASK.right("good", "good")
    assert not TASK.right("good", "rust")


def test_a_small_defect_stays_when_a_large_mask_is_made_smaller() -> None:
    mask = np.zeros((2001, 1500), bool)
    mask[1000, 700] = True
    small = _small(mask)
    assert max(small.shape) <= 512
    assert small.sum() == 1


def test_it_is_what_the_file_says() -> None:
    task = replace(TASK, method="padim")
    assert Anomaly.from_json(task.to_json()) == task
