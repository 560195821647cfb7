"""Gathers what the report of a segmentation shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from miwake.anomaly.outline import coloured
from miwake.data.check_masks import presence
from miwake.data.classmap import read_classes
from miwake.data.masks import laid
from miwake.evaluation import pixels as sums
from miwake.evaluation.segmentation import of_pictures
from miwake.files import write_text
from miwake.report.segment import Card, SegmentContents, render
from miwake.segmentation import draw
from miwake.tasks.segment import Segment
from miwake.types import SPLITS, Segmentation
from miwake.verbs._report import Finished, commands, data_facts, model_summary, settings_of, shown

_WORST, _OTHERS = 12, 8


def write(finished: Finished) -> None:
    """Gather what the report shows, and write it."""
    run, judged, task = finished.run, finished.judged, finished.judged.task
    assert isinstance(task, Segment)
    config, fitted = run.config(), finished.fitted
    dataset = finished.dataset
    seen = presence(dataset)  # (N, K)
    counts = tuple(
        (int(train), int(val), int(test))
        for train, val, test in zip(*(seen[dataset.split == part].sum(0) for part in range(len(SPLITS))), strict=True)
    )
    colours = draw.palette(len(task.classes), task.ground)[: len(task.classes)].tolist()
    contents = SegmentContents(
        title=run.name,
        data=replace(data_facts(dataset, judged), counts=counts),
        evaluation=judged.evaluations["test"],
        model=model_summary(judged, finished.choice, fitted.model, dataset),
        preprocessing=judged.header.preprocessing,
        colours=[(red, green, blue) for red, green, blue in colours],
        cards=_cards(finished, task),
        history=run.history(),
        kept=next((n for n, row in enumerate(fitted.history) if row is fitted.best or row == fitted.best), None),
        configuration={"asked": config["request"], "chosen": settings_of(config["chosen"])},
        environment=run.environment(),
        commands=commands(run, interrupted=fitted.interrupted),
        language=finished.language,
    )
    write_text(run.report, render(contents))


def _cards(finished: Finished, task: Segment) -> list[Card]:
    """The worst pictures, then others spread evenly up to the best."""
    judged, dataset = finished.judged, finished.dataset
    rows, answers = judged.rows["test"].tolist(), judged.answers["test"]
    parts = []
    for row, answer in zip(rows, answers, strict=True):
        assert isinstance(answer, Segmentation)
        truth = read_classes(dataset, row)
        full = laid(answer.classes, (truth.shape[0], truth.shape[1]))
        parts.append(sums.compare(full, truth, len(task.classes)))
    found = of_pictures(sums.collected(parts))
    order = [place for place in np.argsort(found, kind="stable").tolist() if np.isfinite(found[place])]
    rest = order[_WORST:]
    spread = np.unique(np.linspace(0, len(rest) - 1, min(len(rest), _OTHERS)).astype(int)).tolist() if rest else []
    colours = draw.palette(len(task.classes), task.ground)
    cards = []
    for place in [*order[:_WORST], *(rest[number] for number in spread)]:
        row, answer = rows[place], answers[place]
        assert isinstance(answer, Segmentation)
        picture, truth = shown(dataset, finished.pictures, row), read_classes(dataset, row)
        cards.append(
            Card(
                pictures=(
                    coloured(picture),
                    draw.overlaid(picture, truth, colours, task.ground),
                    draw.overlaid(picture, answer.classes, colours, task.ground),
                    draw.mistaken(picture, answer.classes, truth),
                ),
                path=answer.path,
                iou=float(found[place]),
            )
        )
    return cards
