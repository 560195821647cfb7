"""The whole account: against scikit-learn, at the edges, and through its file."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from miwake.choice import Rule, probabilities
from miwake.errors import DataError, MiwakeError
from miwake.evaluation import evaluate
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import ClassFigures, Decision, Evaluation, from_json, to_json
from miwake.types import Figure

QUICK = EvaluateOptions(bootstrap_rounds=100)
PLAIN = ((0.0, 1.0), (1.0, 0.0))


def names(count: int) -> tuple[str, ...]:
    return tuple(f"c{k}" for k in range(count))


def pictures(count: int, classes: int, seed: int = 0, gain: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
    logits = rng.normal(size=(count, classes))
    logits[np.arange(count), targets] += gain
    return logits, targets


def labelled(count: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = (rng.random((count, classes)) < 0.4).astype(np.uint8)
    return rng.normal(size=targets.shape) * 1.5 + 2.0 * targets - 1, targets


def account(logits: np.ndarray, targets: np.ndarray, **more: object) -> Evaluation:
    settings: dict[str, object] = {"classes": names(logits.shape[1]), "train_targets": targets, "options": QUICK}
    return evaluate(logits, targets, **(settings | more))  # type: ignore[arg-type]


def test_one_class_a_picture_agrees_with_scikit_learn() -> None:
    logits, targets = pictures(400, 7)
    found = account(logits, targets, temperature=1.7)
    p = probabilities(logits, temperature=1.7)
    chosen = p.argmax(1)
    assert found.accuracy.value == pytest.approx(reference.accuracy_score(targets, chosen))
    assert found.balanced_accuracy.value == pytest.approx(reference.balanced_accuracy_score(targets, chosen))
    assert found.top5 is not None
    assert found.top5.value == pytest.approx(reference.top_k_accuracy_score(targets, p, k=5))
    precision, recall, f1, count = reference.precision_recall_fscore_support(targets, chosen)
    for name, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
        assert getattr(found, name).value == pytest.approx(expected.mean())
        assert [getattr(figures, name).value for figures in found.per_class] == pytest.approx(expected)
    assert [figures.count for figures in found.per_class] == count.tolist()
    assert [figures.predicted for figures in found.per_class] == np.bincount(chosen).tolist()
    assert found.auc.value == pytest.approx(reference.roc_auc_score(targets, p, multi_class="ovr"))
    partial = [reference.roc_auc_score(targets == k, p[:, k], max_fpr=0.1) for k in range(7)]
    assert [figures.partial_auc.value for figures in found.per_class] == pytest.approx(partial)
    assert found.partial_auc.value == pytest.approx(np.mean(partial))
    assert found.loss == pytest.approx(reference.log_loss(targets, p))
    assert np.array(found.confusion).tolist() == reference.confusion_matrix(targets, chosen).tolist()
    assert found.groups is None
    assert found.decision is None


def test_several_labels_agree_with_scikit_learn() -> None:
    logits, targets = labelled(300, 6)
    found = account(logits, targets)
    p = probabilities(logits, multilabel=True)
    chosen = (p > 0.5).astype(int)
    assert found.accuracy.value == pytest.approx(reference.accuracy_score(targets, chosen))
    precision, recall, f1, _ = reference.precision_recall_fscore_support(targets, chosen)
    for name, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
        assert getattr(found, name).value == pytest.approx(expected.mean())
        assert [getattr(figures, name).value for figures in found.per_class] == pytest.approx(expected)
    balanced = [reference.balanced_accuracy_score(targets[:, k], chosen[:, k]) for k in range(6)]
    assert found.balanced_accuracy.value == pytest.approx(np.mean(balanced))
    assert found.auc.value == pytest.approx(reference.roc_auc_score(targets, p))
    assert (found.top5, found.confusion) == (None, None)
    assert found.calibration is not None
    assert sum(b.count for b in found.calibration.bins_after) == 1800


def test_calibration_error_before_and_after() -> None:
    logits, targets = pictures(500, 3)
    found = account(logits, targets, temperature=2.0)
    for temperature, figure, bins in (
        (1.0, found.calibration.ece_before, found.calibration.bins_before),  # type: ignore[union-attr]
        (2.0, found.calibration.ece_after, found.calibration.bins_after),  # type: ignore[union-attr]
    ):
        p = probabilities(logits, temperature=temperature)
        stated, right = p.max(1), p.argmax(1) == targets
        expected = 0.0
        for m in range(15):
            inside = (stated > m / 15) & (stated <= (m + 1) / 15)
            if inside.any():
                expected += inside.mean() * abs(right[inside].mean() - stated[inside].mean())
        assert figure.value == pytest.approx(expected)
        assert sum(b.count * abs(b.accuracy - b.confidence) for b in bins if b.count) / 500 == pytest.approx(expected)
        assert 0 <= figure.low <= figure.value <= figure.high


def test_the_baseline_comes_from_training() -> None:
    logits, targets = pictures(100, 3)
    found = account(logits, targets, train_targets=np.array([2, 2, 0]))
    assert found.baseline_label == "c2"
    assert found.baseline.value == pytest.approx((targets == 2).mean())
    logits, targets = labelled(100, 3)
    found = account(logits, targets, train_targets=np.array([[1, 0, 1], [1, 0, 1], [0, 0, 0]]))
    assert found.baseline_label == "c0;c2"
    assert found.baseline.value == pytest.approx((targets == [1, 0, 1]).all(1).mean())
    assert account(logits, targets, train_targets=np.zeros((1, 3))).baseline_label == ""


def every(evaluation: Evaluation) -> list[Figure]:
    """All shares of an evaluation."""
    rows = [evaluation, *evaluation.per_class]
    found = [value for row in rows for value in vars(row).values() if isinstance(value, Figure)]
    return found + [value for value in vars(evaluation.calibration).values() if isinstance(value, Figure)]


def check(evaluation: Evaluation) -> None:
    """What holds of every evaluation."""
    for figure in every(evaluation):
        if math.isfinite(figure.low):
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert math.isnan(figure.low) == math.isnan(figure.high)
    text = json.dumps(to_json(evaluation), allow_nan=False)
    assert to_json(from_json(json.loads(text))) == json.loads(text)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_small_splits_of_any_shape(count: int, several: bool, grouped: bool) -> None:
    for classes in (1, 2, 6):
        rng = np.random.default_rng(count)
        logits = rng.normal(size=(count, classes))
        targets = (logits > 0).astype(int) if several else rng.integers(0, classes, count)
        rule = None
        if several or classes > 1:
            matrix = np.ones((classes, 2)) if several else np.ones((classes, classes)) - np.eye(classes)
            rule = Rule(costs=tuple(map(tuple, matrix.tolist())), unknown_cost=0.2, highest_cost=0.2)
        check(account(logits, targets, rule=rule, groups=np.arange(count) // 2 if grouped else None))


def test_a_class_without_pictures_and_one_that_is_never_named() -> None:
    targets = np.array([0] * 30 + [1] * 30 + [2])
    logits = np.zeros((61, 4))
    logits[np.arange(61), np.where(targets == 2, 0, targets)] = 3
    found = account(logits, targets)
    absent, unnamed = found.per_class[3], found.per_class[2]
    assert (absent.count, unnamed.count, unnamed.predicted) == (0, 1, 0)
    for figures in (absent.recall, absent.auc, absent.f1, absent.precision, unnamed.precision):
        assert math.isnan(figures.value)
    assert unnamed.recall.value == 0
    assert unnamed.recall.high > 0.7  # one picture says next to nothing
    assert unnamed.auc.high - unnamed.auc.low > 0.7
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.precision.value == pytest.approx((30 / 31 + 1 + 0) / 3)
    check(found)


def test_perfect_scores_keep_their_doubt() -> None:
    targets = np.arange(60) % 3
    found = account(10.0 * np.eye(3)[targets], targets)
    for figure in (found.accuracy, found.recall, found.precision, found.f1, found.auc, found.partial_auc):
        assert (figure.value, figure.high) == (1, 1)
        assert 0.7 < figure.low < 0.97
    assert found.per_class[0].recall.low < 0.87


def test_groups_carry_the_doubt() -> None:
    logits, targets = pictures(600, 3)
    group = np.arange(600) // 60
    logits[group % 2 == 0] *= -1  # every other group goes wrong as a whole
    alone, grouped = account(logits, targets), account(logits, targets, groups=[f"g{g}" for g in group])
    assert (alone.groups, grouped.groups) == (None, 10)
    for name in ("accuracy", "recall", "f1", "auc"):
        narrow, wide = getattr(alone, name), getattr(grouped, name)
        assert narrow.value == wide.value
        assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_one_group_has_no_intervals() -> None:
    logits, targets = pictures(50, 3)
    rule = Rule(costs=((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)), unknown_cost=0.1, highest_cost=0.1)
    found = account(logits, targets, groups=["x"] * 50, rule=rule)
    assert found.groups == 1
    assert found.decision is not None
    for figure in [*every(found), found.decision.answered, found.decision.cost_per_picture]:
        assert math.isnan(figure.low)
    assert math.isfinite(found.accuracy.value)
    check(found)


def test_a_rule_is_applied_as_it_is() -> None:
    logits, targets = pictures(500, 2)
    rule = Rule(costs=((0, 1), (20, 0)), unknown_cost=0.4, highest_cost=0.3, positive=("c1",))
    found = account(logits, targets, rule=rule)
    p = probabilities(logits)[:, 1]
    expected = np.minimum(20 * p, 1 - p)
    chosen, known = (20 * p > 1 - p).astype(int), expected <= 0.3
    decision = found.decision
    assert decision is not None
    assert (decision.highest_cost, decision.threshold, decision.positive) == (0.3, None, ("c1",))
    assert decision.answered.value == pytest.approx(known.mean())
    assert decision.accuracy_answered.value == pytest.approx((chosen == targets)[known].mean())
    paid = np.where(known, np.array(rule.costs)[targets, chosen], 0.4)
    assert decision.cost_per_picture.value == pytest.approx(paid.mean())
    error = 1.96 * paid.std() / math.sqrt(500)
    assert decision.cost_per_picture.high - decision.cost_per_picture.low == pytest.approx(2 * error, rel=0.35)
    assert found.accuracy.value == pytest.approx((chosen == targets).mean())
    for k, fate in enumerate(decision.per_class):
        of = targets == k
        assert fate.right.value == pytest.approx((known & (chosen == k))[of].mean())
        assert fate.unknown.value == pytest.approx((~known)[of].mean())
        assert fate.right.value + fate.wrong.value + fate.unknown.value == pytest.approx(1)
    check(found)


def test_a_threshold_as_a_probability() -> None:
    logits, targets = pictures(50, 2)
    found = account(logits, targets, rule=Rule(costs=PLAIN, unknown_cost=0.2, highest_cost=0.2)).decision
    assert isinstance(found, Decision)
    assert found.threshold == pytest.approx(0.8)
    assert replace(found, costs=((0, 4), (4, 0))).threshold == pytest.approx(0.95)
    assert replace(found, costs=((0, 4), (1, 0))).threshold is None
    assert replace(found, highest_cost=None).threshold is None


def test_no_mistake_seen_is_not_no_cost() -> None:
    targets = np.arange(40) % 2
    found = account(10.0 * np.eye(2)[targets], targets, rule=Rule(costs=((0, 1), (50, 0)))).decision
    assert found is not None
    assert (found.cost_per_picture.value, found.cost_per_picture.low) == (0, 0)
    assert found.cost_per_picture.high > 2


def test_nothing_answered() -> None:
    logits, targets = pictures(40, 2)
    found = account(logits, targets, rule=Rule(costs=PLAIN, unknown_cost=0.0, highest_cost=0.0)).decision
    assert found is not None
    assert found.answered.value == 0
    assert math.isnan(found.accuracy_answered.value)
    assert found.cost_per_picture == Figure(0, 0, pytest.approx(found.cost_per_picture.high))


@pytest.mark.parametrize("several", [False, True])
def test_the_taxonomy_is_an_evaluation_of_its_own(tmp_path: Path, several: bool) -> None:
    path = tmp_path / "taxonomy.csv"
    path.write_text("fine,coarse\nc0,a\nc1,b\nc2,a\n", encoding="utf-8")
    logits, targets = labelled(200, 3) if several else pictures(200, 3)
    found = account(logits, targets, temperature=1.3, options=replace(QUICK, taxonomy=path)).taxonomy
    assert found is not None
    assert found.classes == ("a", "b")
    p = probabilities(logits, temperature=1.3, multilabel=several)
    if several:
        p = np.stack([1 - (1 - p[:, 0]) * (1 - p[:, 2]), p[:, 1]], axis=1)
        truth = np.stack([targets[:, 0] | targets[:, 2], targets[:, 1]], axis=1)
        assert found.accuracy.value == pytest.approx(((p > 0.5) == truth).all(1).mean())
        expected = -np.log(np.where(truth > 0, p, 1 - p)).sum(1).mean()
    else:
        p = np.stack([p[:, 0] + p[:, 2], p[:, 1]], axis=1)
        truth = (targets == 1).astype(int)
        assert found.accuracy.value == pytest.approx((p.argmax(1) == truth).mean())
        expected = reference.log_loss(truth, p)
    assert found.loss == pytest.approx(expected)
    check(found)


def test_the_same_seed_gives_the_same_file() -> None:
    logits, targets = pictures(60, 3)
    one, two = (to_json(account(logits, targets)) for _ in range(2))
    assert one == two
    assert to_json(account(logits, targets, options=replace(QUICK, bootstrap_seed=1))) != one


def test_a_newer_file_is_read_as_far_as_it_is_known() -> None:
    data = to_json(account(*pictures(30, 2)))
    assert to_json(from_json(data | {"later": 1})) == data
    assert isinstance(from_json(data).per_class[0], ClassFigures)


def test_outputs_that_are_not_numbers() -> None:
    logits, targets = pictures(30, 3)
    logits[3] = np.nan
    with pytest.raises(MiwakeError, match="1 of 30 pictures of 'test'"):
        account(logits, targets)
    with pytest.raises(DataError, match="'val' has no pictures"):
        account(np.empty((0, 3)), np.empty(0, int), train_targets=targets, split="val")
    with pytest.raises(ValueError, match="do not fit"):
        account(logits, targets[:5])


def test_a_curve_rests_on_the_rarer_side_of_its_groups() -> None:
    group = np.arange(200) // 10
    targets = (group > 0).astype(int)  # class c0 is seen in one group alone
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(200, 2)) + np.eye(2)[targets]
    for figures in account(logits, targets, groups=group).per_class:
        assert figures.auc.high - figures.auc.low > 0.6
    for figures in account(logits, targets).per_class:
        assert figures.auc.high - figures.auc.low < 0.4
