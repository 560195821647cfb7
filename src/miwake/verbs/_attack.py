"""The way of an attack: on a run's own test pictures, or on other data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.data.config import DataOptions
from miwake.data.pictures import open_pictures
from miwake.data.source import open_dataset
from miwake.errors import DataError, UsageError
from miwake.files import make_folder, write_json, write_text, write_whole
from miwake.look.terminal import progress
from miwake.look.text import Language
from miwake.look.words import words
from miwake.prediction import Predictor
from miwake.report.attacked import render
from miwake.robustness.config import AttackOptions, check_attack
from miwake.robustness.results import Robustness, to_json
from miwake.robustness.study import Material, limit, study
from miwake.run import Run, is_run, open_run
from miwake.training.config import parse_time
from miwake.types import TEST
from miwake.verbs._evaluation import own_data, renamed, same_planes
from miwake.verbs._request import request_of

_PRINT = 1200
"""Pixels of the patch's side as a file: 10 cm at 300 dots an inch."""


def attack(
    name: str,
    data: str | None,
    *,
    data_options: DataOptions,
    options: AttackOptions,
    out: Path | None,
    device: str,
    language: Language,
) -> tuple[Robustness, Path | None]:
    """See `miwake.verbs.attack`."""
    check_attack(options)
    seconds = limit(options, None if options.time_limit is None else parse_time(options.time_limit))
    if out is not None:
        make_folder(out)
    predictor = Predictor.open(name, device)
    if predictor.task.family != "classify":
        raise UsageError(
            f"The run was trained with --task {predictor.task.name}, whose answers are no classes; an attack is "
            "counted by pictures that are taken for another class.",
            expected="a run of --task classify",
            todo="name such a run; miwake train DATA --task classify makes one.",
        )
    run = None if name == "imagenet" and not is_run(Path(name)) else open_run(name)
    hardened = _hardened(run)
    if data is None:
        if run is None:
            raise UsageError("imagenet has no pictures of its own.", todo="miwake attack imagenet DATA")
        dataset, _ = own_data(name)
        rows, data_options = dataset.rows(TEST), request_of(run).data_options
    else:
        dataset = renamed(open_dataset(data, data_options), predictor.header)
        rows = np.arange(len(dataset))
    same_planes(dataset, predictor.header)
    pictures, stored = open_pictures(dataset, predictor.header.preprocessing, data_options)
    rows = np.setdiff1d(rows, stored.bad_rows)
    if not len(rows):
        raise DataError(f"{dataset.name} has no pictures that can be attacked.", expected="one at least")
    material = Material(predictor=predictor, dataset=dataset, rows=rows, gather=pictures.gather, hardened=hardened)
    with progress(1000, words("attack.at_work", language), language=language) as line:

        def report(done: float, part: str) -> None:
            line.update(round(1000 * done), words(f"attack.at.{part}", language))

        found, shown = study(material, options, seconds=seconds, report=report)
    folder = out if out is not None else None if run is None else run.folder / "attack"
    if folder is not None:
        make_folder(folder)
        write_json(folder / "attack.json", to_json(found))
        title = run.name if run is not None else name
        shape = predictor.header.preprocessing.size
        write_text(folder / "report.html", render(found, shown, title=title, size=shape, language=language))
        if shown.patch is not None:
            _write_patch(folder / "patch.png", shown.patch)
    return found, folder


def _hardened(run: Run | None) -> float | None:
    """Grey levels that a run was trained against."""
    if run is None or not (run.folder / "config.json").exists():
        return None
    chosen = run.config().get("chosen") or {}
    levels = (chosen.get("recipe") or {}).get("robust")
    return None if levels is None else float(levels)


def _write_patch(path: Path, patch: NDArray[np.uint8]) -> None:
    """The patch as a picture that prints at 10 cm."""
    image = Image.fromarray(patch).resize((_PRINT, _PRINT), Image.Resampling.BICUBIC)
    write_whole(path, lambda temporary: image.save(temporary, "PNG", dpi=(300, 300)))
