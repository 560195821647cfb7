"""Figures of an anomaly detector, and what is said of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.oddity import OddityEvaluation, figures
from miwake.evaluation.oddity_wording import sentences, summary, warnings
from miwake.evaluation.results import to_json
from miwake.look.text import LANGUAGES, cells
from miwake.types import Figure

QUICK = EvaluateOptions(bootstrap_rounds=300)


def judged(
    good: int = 80, bad: int = 40, seed: int = 0, groups: np.ndarray | None = None, **changes: object
) -> tuple[OddityEvaluation, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    scores = np.concatenate([random.normal(0, 1, good), random.normal(1.5, 1, bad)])
    targets = np.concatenate([np.zeros(good, np.int64), 1 + np.arange(bad) % 2])
    settings: dict[str, object] = {
        "classes": ("good", "crack", "dent"),
        "split": "test",
        "threshold": 1.2,
        "chosen": "rate",
        "expected": Figure(0.1, 0.05, 0.2),
        "costs": None,
        "groups": groups,
        "options": QUICK,
    }
    return figures(scores, targets, None, **{**settings, **changes}), scores, targets


def test_they_are_what_the_definitions_say() -> None:
    found, scores, targets = judged()
    bad, said = targets > 0, scores >= 1.2
    assert found.auroc.value == pytest.approx(roc_auc_score(bad, scores))
    assert found.f1.value == pytest.approx(f1_score(bad, said), rel=1e-5)
    assert found.false_alarms.value == pytest.approx(said[~bad].mean())
    assert found.found.value == pytest.approx(said[bad].mean())
    crack, dent = found.kinds
    rows = targets != 2
    assert crack.auroc.value == pytest.approx(roc_auc_score(bad[rows], scores[rows]))
    assert (crack.count, dent.count, found.masks) == (20, 20, 0)
    assert math.isnan(found.pro.value)
    for figure in (found.auroc, found.f1, found.false_alarms, found.found, crack.auroc):
        assert figure.low <= figure.value <= figure.high


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    true = 0.8556  # of normals 1.5 apart, Φ(1.5 / √2)
    held = [
        found.auroc.low <= true <= found.auroc.high
        for found in (judged(60, 40, seed, options=EvaluateOptions(bootstrap_rounds=200))[0] for seed in range(60))
    ]
    assert np.mean(held) >= 0.88


def test_groups_widen_them() -> None:
    random = np.random.default_rng(1)
    alone, _, _ = judged(seed=2)
    together, _, _ = judged(seed=2, groups=random.integers(0, 12, 120))
    assert together.groups <= 12
    assert together.auroc.high - together.auroc.low > 0
    assert together.false_alarms.high > alone.false_alarms.high


def test_costs() -> None:
    found, scores, targets = judged(costs=(50.0, 1.0))
    bad, said = targets > 0, scores >= 1.2
    expected = (50 * (bad & ~said) + (~bad & said)).mean()
    assert found.cost_per_picture == pytest.approx(expected)


@pytest.mark.parametrize(("good", "bad"), [(10, 0), (0, 10), (1, 1), (30, 3)])
def test_little_data_has_figures_that_can_be_written_and_told(good: int, bad: int) -> None:
    found, _, _ = judged(good, bad)
    json.dumps(to_json(found), allow_nan=False)
    for language in LANGUAGES:
        assert all(cells(line) <= 80 for line in summary(found, language).splitlines())
        said = [*sentences(found, language), *warnings(found, language)]
        assert said
        assert not any("nan" in sentence for sentence in said)
    if not bad:
        assert any("not known" in sentence for sentence in warnings(found))


def test_more_false_alarms_than_promised_are_said() -> None:
    found, _, _ = judged()
    calm = replace(found, expected=Figure(0.1, 0.05, 0.2), false_alarms=Figure(0.12, 0.06, 0.2))
    loud = replace(found, expected=Figure(0.01, 0.005, 0.02), false_alarms=Figure(0.12, 0.06, 0.2))
    assert not any("more false alarms" in sentence for sentence in warnings(calm))
    assert any("more false alarms" in sentence for sentence in warnings(loud))
