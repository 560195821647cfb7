"""Gathers what the report of a classifier shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.pictures import Pictures
from miwake.explanation.gabor import Study, study, telling
from miwake.files import write_text
from miwake.networks import bases, first_filters
from miwake.report.contents import Mistake, ReportContents
from miwake.report.write import render
from miwake.types import Dataset
from miwake.verbs._judge import Judged
from miwake.verbs._report import (
    Finished,
    as_trained,
    commands,
    data_facts,
    examples,
    model_summary,
    seen,
    settings_of,
    shown,
)

_MISTAKES, _STUDIED = 24, 96


def write(finished: Finished) -> None:
    """Gather what the report shows, and write it."""
    write_text(finished.run.report, render(contents(finished)))


def contents(finished: Finished) -> ReportContents:
    """Everything that `report.write` lays out."""
    run, judged, dataset, pictures = finished.run, finished.judged, finished.dataset, finished.pictures
    fitted, choice, model = finished.fitted, finished.choice, finished.fitted.model
    config, history = run.config(), run.history()
    first, drawn = first_filters(model), {name: pictures.numpy() for name, pictures in bases(model).items()}
    filters = None if first is None else first.numpy()
    kept = next((n for n, row in enumerate(fitted.history) if row is fitted.best or row == fitted.best), None)
    return ReportContents(
        title=run.name,
        data=data_facts(dataset, judged),
        evaluation=judged.evaluations["test"],
        validation=judged.evaluations.get("val"),
        model=model_summary(judged, choice, model, dataset),
        preprocessing=judged.header.preprocessing,
        history=history,
        kept=kept,
        mistakes=_mistakes(judged, dataset, pictures),
        examples=examples(dataset, pictures),
        seen=seen(dataset, pictures, judged, as_trained(choice, fitted)),
        filters=filters,
        bases=drawn,
        study=_study(next(iter(drawn.values()), filters)),
        configuration={"asked": config["request"], "chosen": settings_of(config["chosen"])},
        environment=run.environment(),
        commands=commands(run, interrupted=fitted.interrupted),
        language=finished.language,
    )


def _study(filters: NDArray[Any] | None) -> Study | None:
    """Of the first layer, where its filters are large enough and finite."""
    tells = filters is not None and telling(filters) and bool(np.isfinite(filters).all())
    return study(filters[:_STUDIED]) if filters is not None and tells else None


def _mistakes(judged: Judged, dataset: Dataset, pictures: Pictures) -> Sequence[Mistake]:
    """The mistakes on test, the most confident ones first."""
    wrong = []
    for row, answer in zip(judged.rows["test"].tolist(), judged.answers["test"], strict=True):
        true = dataset.label(row)
        if answer.label is not None and answer.label != true:
            wrong.append((answer.probability, row, answer, true))
    wrong.sort(key=lambda item: (-item[0], item[1]))
    return [
        Mistake(
            picture=shown(dataset, pictures, row),
            path=answer.path,
            true=true,
            predicted=answer.label,
            probability=probability,
        )
        for probability, row, answer, true in wrong[:_MISTAKES]
    ]
