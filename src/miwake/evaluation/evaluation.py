"""The account of how good a model is on one split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.choice import Rule, choose, probabilities
from miwake.errors import DataError, MiwakeError
from miwake.evaluation import metrics
from miwake.evaluation.calibration import confidences, negative_log_likelihood, reliability
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.decision import actual_costs, constant_cost
from miwake.evaluation.intervals import unbounded, wilson
from miwake.evaluation.measure import Answers, Measured
from miwake.evaluation.results import Calibration, ClassDecision, ClassFigures, Decision, Evaluation
from miwake.evaluation.taxonomy import Taxonomy, read_taxonomy
from miwake.types import Figure


def evaluate(
    logits: NDArray[Any],
    targets: NDArray[Any],
    *,
    classes: tuple[str, ...],
    train_targets: NDArray[Any],
    split: str = "test",
    temperature: float = 1.0,
    rule: Rule | None = None,
    groups: NDArray[Any] | Sequence[str] | None = None,
    options: EvaluateOptions | None = None,
) -> Evaluation:
    """All figures of one split, each with its 95% interval.

    Shares of independent pictures (accuracy, and each class's precision and recall) have Wilson's interval;
    everything else, and with groups everything, a bootstrap that draws pictures or whole groups, with the doubt about
    shares that never vary in it (`miwake.evaluation.unseen`).

    Args:
        logits: (N, K) the network's outputs, before calibration.
        targets: (N) class numbers, or (N, K) 0/1 labels.
        classes: K names.
        train_targets: (M) or (M, K) targets of the training split; the constant answer comes from them.
        split: its name.
        temperature: from `fit_temperature` on validation.
        rule: from `fit_decision` on validation; applied, never fitted here.
        groups: (N) patient, specimen or camera roll of each picture.
        options: `taxonomy`, `bootstrap_rounds` and `bootstrap_seed`.

    Raises:
        DataError: no pictures, or a taxonomy that does not fit.
        MiwakeError: outputs that are not numbers.
    """
    options = options or EvaluateOptions()
    targets, train_targets = np.asarray(targets).astype(np.int64), np.asarray(train_targets).astype(np.int64)
    _check(logits, targets, train_targets, classes, split)
    taxonomy = None if options.taxonomy is None else read_taxonomy(options.taxonomy, classes)
    unit, units = _units(groups, len(targets))
    multilabel = targets.ndim == 2
    before = probabilities(logits, multilabel=multilabel)
    after = probabilities(logits, temperature=temperature, multilabel=multilabel)
    choice = choose(after, rule, multilabel=multilabel)
    constant = _constant(train_targets)
    answers = Answers(
        targets=targets,
        before=before,
        after=after,
        choice=choice,
        constant=(targets == constant).all(1) if multilabel else targets == constant,
        costs=None if rule is None else actual_costs(choice, targets, rule),
        rule=rule,
        unit=unit,
        units=units,
        grouped=groups is not None,
    )
    loss = negative_log_likelihood(logits, targets, temperature=temperature)
    coarse = None
    if taxonomy is not None:
        coarse = _coarse(answers, taxonomy, train_targets, split, temperature, options)
    return _account(answers, classes, split, constant, loss, temperature, rule, coarse, options)


def _check(
    logits: NDArray[Any],
    targets: NDArray[np.int64],
    train_targets: NDArray[np.int64],
    classes: tuple[str, ...],
    split: str,
) -> None:
    if logits.shape != (len(targets), len(classes)) or targets.ndim != train_targets.ndim:
        raise ValueError(
            f"logits {logits.shape}, targets {targets.shape}, training targets {train_targets.shape} and "
            f"{len(classes)} classes do not fit"
        )
    if not len(targets):
        raise DataError(f"The split '{split}' has no pictures.", expected="pictures to judge the model by")
    bad = int((~np.isfinite(logits)).any(1).sum())
    if bad:
        raise MiwakeError(
            f"The model's output is not a number for {bad} of {len(targets)} pictures of '{split}'.",
            expected="finite numbers",
            todo="train again with a lower learning rate, or with --precision fp32.",
        )


def _units(groups: NDArray[Any] | Sequence[str] | None, count: int) -> tuple[NDArray[np.int64], int]:
    """What the bootstrap draws: number of each picture's unit, and how many there are."""
    if groups is None:
        return np.arange(count), count
    if len(groups) != count:
        raise ValueError(f"{len(groups)} groups for {count} pictures")
    names, unit = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    return unit.astype(np.int64), len(names)


def _constant(train_targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most frequent class (), or set of labels (K), in training."""
    found, count = np.unique(train_targets, axis=0, return_counts=True)
    if not len(found):
        return np.zeros(train_targets.shape[1:], np.int64)
    return np.asarray(found[count.argmax()])


def _coarse(
    fine: Answers,
    taxonomy: Taxonomy,
    train_targets: NDArray[np.int64],
    split: str,
    temperature: float,
    options: EvaluateOptions,
) -> Evaluation:
    multilabel = fine.multilabel
    targets, constant = taxonomy.targets(fine.targets), _constant(taxonomy.targets(train_targets))
    after = taxonomy.probabilities(fine.after, multilabel=multilabel)
    answers = Answers(
        targets=targets,
        before=taxonomy.probabilities(fine.before, multilabel=multilabel),
        after=after,
        choice=choose(after, None, multilabel=multilabel),
        constant=(targets == constant).all(1) if multilabel else targets == constant,
        costs=None,
        rule=None,
        unit=fine.unit,
        units=fine.units,
        grouped=fine.grouped,
    )
    smallest = np.finfo(np.float64).tiny
    true = np.where(targets > 0, after, 1 - after) if multilabel else np.take_along_axis(after, targets[:, None], 1)
    loss = float(-np.log(np.maximum(true, smallest)).sum(1).mean())
    return _account(answers, taxonomy.classes, split, constant, loss, temperature, None, None, options)


def _account(
    answers: Answers,
    classes: tuple[str, ...],
    split: str,
    constant: NDArray[np.int64],
    loss: float,
    temperature: float,
    rule: Rule | None,
    coarse: Evaluation | None,
    options: EvaluateOptions,
) -> Evaluation:
    """Give the figures their names and intervals."""
    measured = Measured(answers, options.bootstrap_rounds, options.bootstrap_seed)
    all_units = measured.units
    true, chosen = measured.together(measured.of_class), measured.together(measured.as_class)
    pairs, early_pairs = (measured.together(measured.pairs(share)) for share in (1.0, metrics.PARTIAL))
    if answers.multilabel:
        label, table = ";".join(name for name, held in zip(classes, constant, strict=True) if held), None
    else:
        label = classes[int(constant)]
        table = metrics.confusion(answers.targets, answers.choice.labels.argmax(1), len(classes))
    return Evaluation(
        split=split,
        count=len(answers.targets),
        groups=all_units if answers.grouped else None,
        classes=classes,
        multilabel=answers.multilabel,
        accuracy=measured.share("accuracy", all_units),
        balanced_accuracy=measured.figure("balanced_accuracy", pairs if answers.multilabel else true),
        top5=measured.share("top5", all_units) if "top5" in measured.point else None,
        precision=measured.figure("macro_precision", chosen),
        recall=measured.figure("macro_recall", true),
        f1=measured.figure("macro_f1", true),
        auc=measured.figure("macro_auc", pairs),
        partial_auc=measured.figure("macro_partial_auc", early_pairs),
        loss=loss,
        baseline=measured.share("baseline", all_units),
        baseline_label=label,
        per_class=_per_class(answers, measured, classes),
        confusion=table,
        calibration=_calibration(answers, measured, temperature),
        decision=None if rule is None else _decision(answers, measured, rule, classes),
        taxonomy=coarse,
    )


def _per_class(answers: Answers, measured: Measured, classes: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    count, predicted = answers.truth.sum(0), answers.choice.labels.sum(0)
    true, chosen = measured.of_class, measured.as_class
    pairs, early_pairs = measured.pairs(), measured.pairs(metrics.PARTIAL)
    return tuple(
        ClassFigures(
            name=name,
            count=int(count[k]),
            predicted=int(predicted[k]),
            precision=measured.share("precision", float(chosen[k]), k),
            recall=measured.share("recall", float(true[k]), k),
            f1=measured.figure("f1", float(true[k]), k),
            auc=measured.figure("auc", float(pairs[k]), k),
            partial_auc=measured.figure("partial_auc", float(early_pairs[k]), k),
        )
        for k, name in enumerate(classes)
    )


def _calibration(answers: Answers, measured: Measured, temperature: float) -> Calibration:
    truth, multilabel = answers.truth, answers.multilabel
    return Calibration(
        temperature=temperature,
        ece_before=measured.calibration_error("ece_before"),
        ece_after=measured.calibration_error("ece_after"),
        bins_before=reliability(*confidences(answers.before, truth, multilabel=multilabel)),
        bins_after=reliability(*confidences(answers.after, truth, multilabel=multilabel)),
    )


def _decision(answers: Answers, measured: Measured, rule: Rule, classes: tuple[str, ...]) -> Decision:
    cost = _cost(measured, rule, answers.multilabel)
    return Decision(
        costs=rule.costs,
        positive=rule.positive,
        unknown_cost=rule.unknown_cost,
        highest_cost=rule.highest_cost,
        answered=measured.share("answered", measured.units),
        accuracy_answered=measured.share("accuracy_answered", measured.known),
        cost_per_picture=cost,
        baseline_cost=constant_cost(answers.targets, rule),
        per_class=tuple(
            ClassDecision(
                name=name,
                right=measured.share("right", float(behind), k),
                wrong=measured.share("wrong", float(behind), k),
                unknown=measured.share("unknown", float(behind), k),
            )
            for k, (name, behind) in enumerate(zip(classes, measured.of_class, strict=True))
        ),
    )


def _cost(measured: Measured, rule: Rule, multilabel: bool) -> Figure:
    """Cost per picture."""
    dearest = max(max(row) for row in rule.costs)
    top = sum(max(row) for row in rule.costs) if multilabel else dearest
    found = unbounded(
        measured.value("cost"), measured.draws["cost"][0], measured.units, top=max(top, rule.unknown_cost or 0.0)
    )
    if measured.units > 1 and (found.value == 0 or found.high == found.low):
        # all cost the same: at worst as many as Wilson's interval admits cost nothing, or are of the dearest kind
        others = wilson(0, measured.units).high
        worst = found.value + others * max(0.0, dearest - found.value)
        return Figure(found.value, found.value * (1 - others), worst)
    return found
