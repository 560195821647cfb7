"""How far a stated probability can be taken at its word, and the one number that mends it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from miwake.evaluation.results import Bin

BINS = 15
_RANGE = (math.log(0.02), math.log(50.0))


def negative_log_likelihood(logits: NDArray[Any], targets: NDArray[np.integer], *, temperature: float = 1.0) -> float:
    """Mean over the pictures, in nats; of several labels the sum over the labels.

    Args:
        logits: (N, K) before calibration; they are divided by `temperature`.
        targets: (N) class numbers, or (N, K) 0/1 labels.
    """
    return _smoothed(np.asarray(logits, np.float64), targets, 0.0)(1 / temperature)


def fit_temperature(logits: NDArray[Any], targets: NDArray[np.integer], *, multilabel: bool = False) -> float:
    """The temperature by which to divide logits, fitted on validation (Guo et al. 2017, section 4.2).

    It minimises the negative log-likelihood with the true class standing for (n + 1) / (n + 2) instead of 1, as
    Platt (1999) smooths targets: without that, a small validation split without a mistake would make every
    probability 1. It is 1 where that is at least as likely as what was found, and without pictures.

    Args:
        logits: (N, K).
        targets: (N) class numbers, or (N, K) 0/1 labels.
        multilabel: whether several labels may hold at once.
    """
    if (targets.ndim == 2) != multilabel:
        raise ValueError("targets must be (N), or (N, K) for several labels")
    if not len(logits) or (logits.shape[1] == 1 and not multilabel):
        return 1.0
    logits = np.asarray(logits, np.float64)
    smoothed = _smoothed(logits, targets, 1.0 / (len(logits) + 2))
    found = minimize_scalar(lambda log: smoothed(math.exp(-log)), bounds=_RANGE, method="bounded")
    temperature = math.exp(float(found.x))
    plain = _smoothed(logits, targets, 0.0)
    return temperature if plain(1 / temperature) < plain(1.0) else 1.0


def _smoothed(logits: NDArray[np.float64], targets: NDArray[np.integer], smoothing: float) -> Callable[[float], float]:
    """Negative log-likelihood as a function of the inverse temperature; targets give `smoothing` away."""
    if targets.ndim == 2:
        aim = np.where(targets > 0, 1.0 - smoothing, smoothing)
        reward = float((aim * logits).sum(1).mean())
        return lambda inverse: float(np.logaddexp(0.0, logits * inverse).sum(1).mean()) - inverse * reward
    true = np.take_along_axis(logits, targets[:, None], 1)[:, 0]
    others = (logits.sum(1) - true) / max(1, logits.shape[1] - 1)
    reward = float(((1.0 - smoothing) * true + smoothing * others).mean())
    return lambda inverse: float(logsumexp(logits * inverse, axis=1).mean()) - inverse * reward


def confidences(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], *, multilabel: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What was stated and whether it came true, (N, M) each.

    Of one class that is the highest probability (M = 1; Guo 2017, section 2); of several labels every label's own
    probability (M = K).

    Args:
        probabilities: (N, K).
        truth: (N, K).
        multilabel: whether several labels may hold at once.
    """
    if multilabel:
        return probabilities, truth
    best = probabilities.argmax(1)[:, None]
    return np.take_along_axis(probabilities, best, 1), np.take_along_axis(truth, best, 1)


def bin_of(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the bin; bin m of M covers (m/M, (m+1)/M]."""
    return np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """The bars of a reliability diagram; an empty one has no confidence and no accuracy (NaN)."""
    place = bin_of(confidence).ravel()
    count = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, confidence.ravel(), BINS) / count
        accuracy = np.bincount(place, right.ravel(), BINS) / count
    return tuple(
        Bin(
            low=m / BINS,
            high=(m + 1) / BINS,
            count=int(count[m]),
            confidence=float(mean[m]),
            accuracy=float(accuracy[m]),
        )
        for m in range(BINS)
    )
