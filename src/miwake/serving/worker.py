"""The process that decodes and computes. It ends when the server is gone."""

from __future__ import annotations

import io
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.errors import MiwakeError, UsageError
from miwake.explanation.contents import Examples
from miwake.look.words import told, words
from miwake.prediction import Predictor, Unreadable
from miwake.run import MODEL
from miwake.serving import limits, wire
from miwake.serving.why import Explainer
from miwake.tasks.task import Task
from miwake.types import Prediction

FindExamples = Callable[[str, Predictor], Examples | None]
"""The training pictures of a run, or None where they are gone."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a worker is told first."""

    run: str
    device: str
    threads: int | None
    batch: int
    max_pixels: int
    max_frames: int
    explains: bool


def work(channel: socket.socket, find_examples: FindExamples) -> None:
    """Answer until the other end is closed."""
    file = channel.makefile("rb")
    first = wire.read(file)
    if first is None:
        return
    setup = Setup(**first[0])

    def send(message: dict[str, Any], parts: Sequence[bytes] = ()) -> None:
        channel.sendall(wire.packed(message, parts))

    try:
        predictor = _open(setup)
        if setup.explains:
            os.nice(5)  # answers come first
        explainer = Explainer(predictor, setup.max_pixels) if setup.explains else None
        send({"ready": _facts(setup.run, predictor), "seconds": _warm(predictor, setup)})
        if explainer is not None:
            explainer.run(channel, file, lambda: find_examples(setup.run, predictor), send)
            return
        while (message := wire.read(file)) is not None:
            job, pictures = message
            start = time.monotonic()
            answers, parts = _do(predictor, setup, job, pictures)
            send({"id": job["id"], "answers": answers, "seconds": time.monotonic() - start}, parts)
    except MiwakeError as error:
        send({"failed": str(error), "code": error.exit_code})
    except (BrokenPipeError, ConnectionResetError):
        pass


def _open(setup: Setup) -> Predictor:
    predictor = Predictor.open(setup.run, setup.device)
    if predictor.device.type == "cpu" and setup.threads is not None:
        torch.set_num_threads(setup.threads)
    planes = predictor.header.preprocessing.channels
    if planes not in (1, 3):
        raise UsageError(
            f"The model takes pictures of {planes} planes, which no picture file holds.",
            expected="a model of grey or colour pictures",
        )
    return predictor


def _facts(run: str, predictor: Predictor) -> dict[str, Any]:
    header = predictor.header
    path = Path(run)
    return {
        # a run's model file has the name of every other's
        "run": path.parent.name if path.name == MODEL else path.stem,
        "task": header.task,
        "architecture": header.architecture,
        "classes": list(predictor.task.classes),
        "several": bool(header.settings.get("multilabel", False)),
        "calibrated": bool(header.calibration),
        "device": str(predictor.device),
    }


def _warm(predictor: Predictor, setup: Setup) -> float:
    """Compute once with one picture and once with many; returns the seconds of a picture among many."""
    height, width = predictor.header.preprocessing.stored
    blank = np.zeros((height, width, predictor.header.preprocessing.channels), np.uint8)
    list(predictor.predict([blank]))
    start = time.monotonic()
    list(predictor.predict([blank] * min(setup.batch, 4)))
    return (time.monotonic() - start) / min(setup.batch, 4)


def _do(
    predictor: Predictor, setup: Setup, job: dict[str, Any], pictures: list[bytes]
) -> tuple[list[dict[str, Any]], list[bytes]]:
    if job["do"] == "decode":
        return _decoded(predictor, setup, pictures, job["lang"])
    return _answers(predictor, setup, pictures, job["lang"]), []


def _answers(predictor: Predictor, setup: Setup, pictures: list[bytes], lang: str) -> list[dict[str, Any]]:
    refused: dict[int, str] = {}
    for number, data in enumerate(pictures):
        try:
            limits.check(data, max_pixels=setup.max_pixels, max_frames=setup.max_frames)
        except BadPicture as error:
            refused[number] = told(error.reason, lang)
    good = [data for number, data in enumerate(pictures) if number not in refused]
    found = iter(_predicted(predictor, good, setup.max_pixels, lang))
    return [
        {"problem": refused[number]} if number in refused else answer_json(next(found), predictor.task)
        for number in range(len(pictures))
    ]


def _predicted(
    predictor: Predictor, pictures: list[bytes], max_pixels: int, lang: str
) -> list[Prediction | Unreadable]:
    try:
        return list(predictor.predict(pictures, max_pixels=max_pixels, lang=lang))
    except Exception as error:
        if len(pictures) == 1:
            # a bug that one picture meets must not cost the others their answers
            print(f"miwake: a picture could not be answered: {type(error).__name__}", file=sys.stderr)
            return [Unreadable("picture", words("serve.bug", "ja" if lang == "ja" else "en"))]
        return [_predicted(predictor, [data], max_pixels, lang)[0] for data in pictures]


def answer_json(answer: Prediction | Unreadable, task: Task) -> dict[str, Any]:
    """Plain types; regions as `miwake predict --json` tells them."""
    if isinstance(answer, Unreadable):
        return {"problem": answer.reason}
    return {
        "label": answer.label,
        "probability": answer.probability,
        "probabilities": list(answer.probabilities),
        **({"regions": task.described(answer)["regions"]} if task.places else {}),
    }


def _decoded(
    predictor: Predictor, setup: Setup, pictures: list[bytes], lang: str
) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Pictures as PNG files of their upright pixels alone: no metadata, nothing hidden behind them."""
    shape = predictor.header.preprocessing
    answers: list[dict[str, Any]] = []
    parts = []
    for data in pictures:
        try:
            limits.check(data, max_pixels=setup.max_pixels, max_frames=setup.max_frames)
            pixels = decode(data, channels=shape.channels, max_pixels=setup.max_pixels, window=shape.window)
            file = io.BytesIO()
            Image.fromarray(pixels if shape.channels == 3 else pixels[:, :, 0]).save(file, "PNG")
            parts.append(file.getvalue())
            answers.append({})
        except BadPicture as error:
            parts.append(b"")
            answers.append({"problem": told(error.reason, lang)})
    return answers, parts
