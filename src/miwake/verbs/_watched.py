"""The way of watching: from names to a source, a command and what the training pictures are like."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from miwake.data.pictures import open_pictures
from miwake.errors import MiwakeError, UsageError
from miwake.files import WriteError, make_folder
from miwake.look.terminal import progress
from miwake.look.text import Language
from miwake.look.words import words
from miwake.prediction import Predictor
from miwake.run import belongs_to_run, find_model
from miwake.runtime import Backend
from miwake.types import TRAIN, VAL, Note
from miwake.verbs._evaluation import own_data
from miwake.verbs._request import request_of
from miwake.watching import reference
from miwake.watching.camera import Camera
from miwake.watching.command import chosen, parse
from miwake.watching.config import WatchOptions
from miwake.watching.drift import LEAST
from miwake.watching.folder import Folder
from miwake.watching.keeping import Keeper
from miwake.watching.log import Log
from miwake.watching.reference import Own, Reference
from miwake.watching.running import Runner
from miwake.watching.watch import Acting, Source, Watching

_BYTES = {"log_limit": 1000, "keep_limit": 1000}
"""What would hold no line, and no picture."""


def watch(
    folder: str | None,
    run: str,
    *,
    camera: str | None,
    options: WatchOptions,
    json: bool,
    device: str,
    backend: Backend | Literal["auto"],
    max_pixels: int,
    lang: Language,
) -> Watching:
    """See `miwake.verbs.watch`."""
    _check(options, camera)
    # what is quick to see wrong is said before the model is opened
    source: Source | None = None if folder is None else Folder(Path(folder), options)
    predictor = Predictor.open(run, device, backend)
    planes = predictor.header.preprocessing.channels
    if planes not in (1, 3):
        raise UsageError(
            f"The model takes pictures of {planes} planes, which neither a picture file nor a camera gives.",
            expected="a model of grey or colour pictures",
        )
    wake = threading.Event()
    acting = _acting(predictor, options, wake)
    notes = [] if predictor.note is None else [predictor.note]
    found: Reference | None = None
    if not options.no_drift:
        found, note = _reference(run, predictor, lang)
        notes.append(note)
    keeper = None if options.keep is None else Keeper(Path(options.keep), options.keep_limit)
    log = None if options.log is None else _log(Path(options.log), options)
    if source is None:
        assert camera is not None
        source = Camera(camera, options, wake.set)
    return Watching(
        source,
        predictor,
        acting=acting,
        log=log,
        keeper=keeper,
        reference=found,
        apart=options.false_drift,
        max_pixels=max_pixels,
        lang=lang,
        json=json,
        wake=wake,
        notes=notes,
    )


def _check(options: WatchOptions, camera: str | None) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: names the flag.
    """
    for name in ("threshold", "hold_off", "interval", "settle", "patience", "every", "log_files"):
        value = getattr(options, name)
        if not value >= 0:
            raise UsageError(f"{_flag(name)} is {value}.", expected="0 or more")
    if options.threshold > 1:
        raise UsageError(f"--threshold is {options.threshold}.", expected="a probability, 0 to 1")
    for name in ("run_timeout", "false_drift"):
        if not getattr(options, name) > 0:
            raise UsageError(f"{_flag(name)} is {getattr(options, name)}.", expected="more than 0")
    for name, least in _BYTES.items():
        if getattr(options, name) < least:
            raise UsageError(f"{_flag(name)} is {getattr(options, name)}.", expected=f"{least} bytes or more")
    if options.run is None and (options.labels or options.threshold or options.hold_off):
        raise UsageError(
            "--labels, --threshold and --hold-off say when a command is run, and there is none.",
            expected="--run, too",
            todo="miwake watch SOURCE RUN --run 'COMMAND {label} {path}' --labels LABEL",
        )
    if options.keep is not None and (camera is None or options.run is None):
        raise UsageError(
            "--keep is for pictures of a camera for which a command is run.", expected="--camera and --run, too"
        )
    if camera is not None and options.run is not None and options.keep is None and "path" in parse(options.run).places:
        raise UsageError(
            "--run names {path}, and a camera's picture has none.",
            expected="a folder in which those pictures are kept",
            todo="add --keep FOLDER, or leave {path} away.",
        )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _acting(predictor: Predictor, options: WatchOptions, wake: threading.Event) -> Acting | None:
    if options.run is None:
        return None
    classes = predictor.task.classes
    labels = chosen(options.labels, classes)
    command = parse(options.run, sorted(labels or classes))
    runner = Runner(command, hold_off=options.hold_off, timeout=options.run_timeout, ended=wake.set)
    return Acting(runner=runner, labels=labels, threshold=options.threshold)


def _log(path: Path, options: WatchOptions) -> Log:
    if belongs_to_run(path):
        raise UsageError(f"--log {path} is a file of a run, which would be damaged.", expected="another name")
    try:
        make_folder(path.absolute().parent)
    except WriteError as error:
        raise UsageError(f"--log {path} cannot be written to: {error.found}", todo="name another file.") from None
    return Log(path, limit=options.log_limit, files=options.log_files)


def _reference(run: str, predictor: Predictor, lang: Language) -> tuple[Reference | None, Note]:
    """What the run's training pictures are like, and what is to be said of it."""
    model = find_model(run)
    if model is None:
        return None, Note("watch.reference.none")
    found = reference.read(model)
    if found is None:
        try:
            own = _own(run, predictor)
        except MiwakeError as error:
            return None, Note("watch.reference.gone", {"why": error.found})
        total = len(own.train) + len(own.val)
        with progress(total, words("watch.label", lang), language=lang, brief=True) as line:
            found = reference.measure(predictor, own, lambda done, _: line.update(done))
        reference.write(found, model)
    if found.pictures < LEAST:
        return None, Note("watch.reference.few", {"least": LEAST})
    return found, Note("watch.reference", {"n": found.pictures})


def _own(run: str, predictor: Predictor) -> Own:
    """The run's own pictures.

    Raises:
        MiwakeError: they are gone.
    """
    dataset, owner = own_data(run)
    # a picture that has become unreadable since is no reason to look at none
    options = replace(request_of(owner).data_options, skip_bad=True)
    pictures, stored = open_pictures(dataset, predictor.header.preprocessing, options)
    train, val = (np.setdiff1d(dataset.rows(split), stored.bad_rows) for split in (TRAIN, VAL))
    return Own(train=train, val=val, gather=pictures.gather)
