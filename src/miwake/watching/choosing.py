"""For which answers something is done."""

from __future__ import annotations

from collections.abc import Collection

from miwake.tasks.task import Task
from miwake.types import Prediction


def act_on(
    answer: Prediction, task: Task, labels: Collection[str] | None, threshold: float
) -> tuple[str, float] | None:
    """The label for which a command is run, and its probability; None where it is not.

    Args:
        answer: to a picture.
        task: that answered; of several labels that hold, the most probable one of those that are asked for.
        labels: those that are asked for; None for all, but not for "I don't know".
        threshold: least probability.
    """
    if answer.label is None:
        return None
    if getattr(task, "multilabel", False):
        holds = [name for name in answer.label.split(";") if name]
        found = [(answer.probabilities[task.classes.index(name)], name) for name in holds if name in task.classes]
    else:
        found = [(answer.probability, answer.label)]
    found = [(p, name) for p, name in found if (labels is None or name in labels) and p >= threshold]
    if not found:
        return None
    probability, label = max(found)
    return label, probability
