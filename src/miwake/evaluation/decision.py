"""When to answer, and what, from what mistakes cost. Chosen on validation; on test it is only applied."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake.choice import Choice, Rule, choose
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.costs import Costs, read_costs

__all__ = ["Costs", "actual_costs", "constant_cost", "fit_decision", "read_costs"]

_SURE = 3.0  # standard deviations


def fit_decision(
    probabilities: NDArray[np.float64],
    targets: NDArray[np.integer],
    options: EvaluateOptions,
    classes: tuple[str, ...],
) -> Rule | None:
    """The rule by which to answer; None where the user says nothing of costs.

    Calibrated probabilities give every answer an expected cost. The cheapest is given where it costs at most
    `unknown_cost`, which is the best threshold if the probabilities are right (Chow 1970). Another threshold is
    taken only if it would have cost less on validation, and by so much that the probabilities must be wrong (three
    standard deviations, and not for a single picture's sake): with few pictures, or rare and dear mistakes, the best of
    many thresholds is mostly luck.

    Args:
        probabilities: (N, K) calibrated, of the validation split.
        targets: (N) class numbers, or (N, K) 0/1 labels.
        options: costs.
        classes: K names.

    Raises:
        UsageError, DataError: as `read_costs`.
    """
    multilabel = targets.ndim == 2
    counts = targets.sum(0) if multilabel else np.bincount(targets, minlength=len(classes))
    costs = read_costs(options, classes, multilabel=multilabel, counts=[int(count) for count in counts])
    if costs is None:
        return None
    rule = Rule(costs=costs.matrix, positive=costs.positive, notes=costs.notes)
    if options.unknown_cost is None:
        return rule
    choice = choose(probabilities, rule, multilabel=multilabel)
    paid = actual_costs(choice, targets, rule)
    variance = _variance(probabilities, choice, rule, multilabel)
    return Rule(
        costs=costs.matrix,
        unknown_cost=options.unknown_cost,
        highest_cost=_threshold(choice.cost, variance, paid, options.unknown_cost),
        positive=costs.positive,
        notes=costs.notes,
    )


def _variance(probabilities: NDArray[np.float64], choice: Choice, rule: Rule, multilabel: bool) -> NDArray[np.float64]:
    """(N) variance of what the chosen classes cost, if the probabilities are right."""
    costs = np.array(rule.costs)
    if multilabel:
        at_stake = np.where(choice.labels, costs[:, 1], costs[:, 0])
        return np.asarray((probabilities * (1 - probabilities) * at_stake**2).sum(1))
    paid = costs[:, choice.labels.argmax(1)].T
    return np.asarray((probabilities * (paid - choice.cost[:, None]) ** 2).sum(1))


def _threshold(
    expected: NDArray[np.float64], variance: NDArray[np.float64], paid: NDArray[np.float64], unknown: float
) -> float:
    """Highest expected cost at which to answer.

    Args:
        expected: (N) what each answer is expected to cost.
        variance: (N) of that.
        paid: (N) what it did cost.
        unknown: what it costs not to answer.
    """
    if len(expected) < 2:
        return unknown
    order = np.argsort(expected, kind="stable")
    expected, variance, gain = expected[order], variance[order], unknown - paid[order]  # of answering
    saved = np.concatenate([[0.0], np.cumsum(gain)])
    # between equal expectations there is no threshold
    possible = np.concatenate([[True], expected[1:] > expected[:-1], [True]])
    theory = int(np.searchsorted(expected, unknown, side="right"))
    best = int(np.where(possible, saved, -np.inf).argmax())
    between, sign = slice(min(theory, best), max(theory, best)), 1.0 if best > theory else -1.0
    promised = sign * (unknown - expected[between])
    found = sign * gain[between]
    beyond = found - promised
    # one dear mistake is no proof: what is left without the most telling picture must suffice
    surprise = float(beyond.sum()) - max(float(beyond.max(initial=0.0)), 0.0)
    if found.sum() <= 0 or surprise <= _SURE * float(np.sqrt(variance[between].sum())):
        return unknown
    if best == len(gain):
        return float(expected[-1])
    return float(expected[0] / 2 if best == 0 else (expected[best - 1] + expected[best]) / 2)


def actual_costs(choice: Choice, targets: NDArray[np.integer], rule: Rule) -> NDArray[np.float64]:
    """(N) what the chosen classes cost, seen from the truth; of pictures that get no answer `unknown_cost`."""
    costs = np.array(rule.costs)
    if targets.ndim == 2:
        missed = (targets > 0) & ~choice.labels
        alarm = (targets == 0) & choice.labels
        paid = missed @ costs[:, 0] + alarm @ costs[:, 1]
    else:
        paid = costs[targets, choice.labels.argmax(1)]
    return np.where(choice.known, paid, rule.unknown_cost or 0.0)


def constant_cost(targets: NDArray[np.integer], rule: Rule) -> float:
    """Cost per picture of the cheapest answer that looks at no picture, "I don't know" among them."""
    costs = np.array(rule.costs)
    if targets.ndim == 2:
        held = targets.mean(0)
        cheapest = float(np.minimum(held * costs[:, 0], (1 - held) * costs[:, 1]).sum())
    else:
        share = np.bincount(targets, minlength=len(costs)) / len(targets)
        cheapest = float((share @ costs).min())
    return cheapest if rule.unknown_cost is None else min(cheapest, rule.unknown_cost)
