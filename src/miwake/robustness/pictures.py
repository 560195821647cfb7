"""Pictures of an attack, as people look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.prediction import Predictor
from miwake.robustness.ball import Norm, lengths
from miwake.robustness.results import Example
from miwake.robustness.victim import Victim
from miwake.types import Prediction


def answers(predictor: Predictor, victim: Victim, pictures: Tensor, paths: Sequence[str]) -> list[Prediction]:
    """The most probable answers with calibrated probabilities, whatever mistakes cost.

    Args:
        predictor: gives calibration.
        victim: answers.
        pictures: (n, C, H, W) in 0…255.
        paths: (n) names.
    """
    with torch.no_grad():
        outputs = victim.outputs(pictures.float()).double().cpu().numpy()
    return predictor.task.answers(outputs, paths, replace(predictor.header, decision={}))


def as_array(pictures: Tensor) -> NDArray[np.uint8]:
    """(n, H, W, C) uint8 of (n, C, H, W) in 0…255."""
    whole = pictures.round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(whole.permute(0, 2, 3, 1).cpu().numpy())


def examples(
    predictor: Predictor,
    victim: Victim,
    before: Tensor,
    after: Tensor,
    paths: Sequence[str],
    truth: Sequence[str],
    norm: Norm,
) -> list[Example]:
    """What a change was, and what came of it.

    Args:
        predictor: gives calibration.
        victim: answers.
        before: (n, C, H, W) float32 in 0…255.
        after: (n, C, H, W) likewise.
        paths: (n) names.
        truth: (n) true classes.
        norm: that sizes are given in.
    """
    if not len(before):
        return []
    change = after - before
    largest = lengths(change, "linf").clamp_min(1e-6)
    shown = as_array(127.5 + change * (127.5 / largest)[:, None, None, None])
    sizes = lengths(change, norm).tolist()
    pairs = zip(answers(predictor, victim, before, paths), answers(predictor, victim, after, paths), strict=True)
    originals, results = as_array(before), as_array(after)
    return [
        Example(
            picture=originals[number],
            change=shown[number],
            amplified=127.5 / float(largest[number]),
            changed=results[number],
            path=paths[number],
            true=truth[number],
            before=first.label or "",
            before_probability=first.probability,
            after=second.label or "",
            after_probability=second.probability,
            size=sizes[number],
        )
        for number, (first, second) in enumerate(pairs)
    ]
