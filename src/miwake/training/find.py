"""The learning-rate range test: raise the rate step by step until the loss runs away (Smith 2017, section 3.3)."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from miwake.training.job import Job, NonFiniteLoss
from miwake.training.rehearsal import Rehearsal

_LOW, _HIGH = 1e-5, 1.0  # rates between which it looks
_STEPS = 80
_SMOOTH = 0.9  # share of the running mean of the loss that stays at each step
_APART = 4.0  # the loss has run away when it is so many times its least


def find_rate(job: Job) -> float:
    """A learning rate for the highest point of the schedule, found on a copy of the model.

    It is the rate at which the smoothed loss falls most steeply over the logarithm of the rate.
    """
    state = torch.get_rng_state()
    recipe = replace(job.recipe, learning_rate=1.0, average=0.0, schedule="constant", warmup=0.0)
    rehearsal = Rehearsal(job, recipe)
    rates, losses, mean = [], [], 0.0
    for step in range(_STEPS):
        rate = _LOW * (_HIGH / _LOW) ** (step / (_STEPS - 1))
        try:
            loss = rehearsal.step_at(rate)
        except NonFiniteLoss:
            break
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        rates.append(rate)
        losses.append(mean / (1 - _SMOOTH ** (step + 1)))
        if losses[-1] > _APART * min(losses):
            break
    torch.set_rng_state(state)
    return _steepest(rates, losses)


def _steepest(rates: list[float], losses: list[float]) -> float:
    """The rate at which the loss falls most, over a window of a few steps; the first steps only warm up."""
    window = 5
    falls = {
        (losses[step + window] - losses[step]) / math.log(rates[step + window] / rates[step]): rates[step + window // 2]
        for step in range(window, len(rates) - window)
    }
    return falls[min(falls)] if falls else rates[len(rates) // 2]
