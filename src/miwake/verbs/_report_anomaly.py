"""Gathers what the report of an anomaly detector shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake import anomaly
from miwake.anomaly import outline
from miwake.data.masks import read_mask
from miwake.files import write_text
from miwake.report.anomaly import Card, OddityContents, render
from miwake.tasks.anomaly import Anomaly
from miwake.types import Dataset, Oddity
from miwake.verbs._report import Finished, commands, data_facts, model_summary, settings_of, shown

_MISTAKES, _FOUND = 12, 12


def write(finished: Finished) -> None:
    """Gather what the report shows, and write it."""
    run, judged, task = finished.run, finished.judged, finished.judged.task
    assert isinstance(task, Anomaly)
    config = run.config()
    contents = OddityContents(
        title=run.name,
        data=data_facts(finished.dataset, judged),
        evaluation=judged.evaluations["test"],
        model=model_summary(judged, finished.choice, finished.fitted.model, finished.dataset),
        method=task.method,
        paper=anomaly.find(task.method).PAPER,
        preprocessing=judged.header.preprocessing,
        cards=_cards(finished),
        configuration={"asked": config["request"], "chosen": settings_of(config["chosen"])},
        environment=run.environment(),
        commands=commands(run, interrupted=finished.fitted.interrupted),
        language=finished.language,
    )
    write_text(run.report, render(contents))


def _cards(finished: Finished) -> list[Card]:
    """Mistakes, the clearest first, then found defects spread evenly from the oddest down."""
    judged, dataset = finished.judged, finished.dataset
    good_name = judged.task.classes[0]
    wrong, found = [], []
    for row, answer in zip(judged.rows["test"].tolist(), judged.answers["test"], strict=True):
        assert isinstance(answer, Oddity)
        good, odd = int(dataset.targets[row]) == 0, answer.label != good_name
        if good == odd:
            # a good picture that looks very odd, a defect that does not at all
            wrong.append((answer.false_alarms if good else -answer.false_alarms, row, answer))
        elif odd:
            found.append((answer.false_alarms, row, answer))
    wrong.sort(key=lambda item: item[:2])
    found.sort(key=lambda item: item[:2])
    places = np.unique(np.linspace(0, len(found) - 1, min(len(found), _FOUND)).astype(int)).tolist() if found else []
    chosen = [*wrong[:_MISTAKES], *(found[place] for place in places)]
    cards = []
    for _, row, answer in chosen:
        picture, odd = shown(dataset, finished.pictures, row), answer.label != good_name
        cards.append(
            Card(
                picture=outline.coloured(picture),
                outlined=outline.outlined(picture, answer, odd=odd),
                heat=outline.heated(picture, answer),
                truth=_truth(dataset, row, picture),
                path=answer.path,
                true=dataset.label(row),
                good=int(dataset.targets[row]) == 0,
                odd=odd,
                false_alarms=answer.false_alarms,
            )
        )
    return cards


def _truth(dataset: Dataset, row: int, picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The picture with the outline of its mask; None where it has none."""
    file = dataset.mask_file(row)
    return None if file is None else outline.traced(picture, read_mask(file).inside())
