"""Where the network looked, and which training pictures it finds most alike: for the page, in a process of its own."""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake import networks
from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.data.preprocess import region
from miwake.explanation import methods
from miwake.explanation.contents import Examples
from miwake.explanation.draw import SIDE, over, scaled
from miwake.explanation.looking import BATCH, Looked, look_through, nearest
from miwake.look.pictures import thumbnail
from miwake.look.text import label as short
from miwake.look.words import told, words
from miwake.prediction import Predictor, Unreadable
from miwake.serving import wire
from miwake.types import Prediction

LOOKED = 500
"""Training pictures that are looked through at most."""
_METHODS = ("hirescam", "gradcam", "attention_rollout", "occlusion")
"""Of those that suit a network the first one is taken whose map is not empty."""
_NEAREST = 6
_THUMB = 128

Send = Callable[[dict[str, Any], Sequence[bytes]], None]


class Explainer:
    """Answers why, and in the pauses looks through the training pictures."""

    def __init__(self, predictor: Predictor, max_pixels: int) -> None:
        self.predictor, self.max_pixels = predictor, max_pixels
        self.examples: Examples | None = None
        self.rows: list[Tensor] = []
        self.features: list[Tensor] = []
        self.looked: Looked | None = None

    def run(
        self, channel: socket.socket, file: BinaryIO, find_examples: Callable[[], Examples | None], send: Send
    ) -> None:
        """Answer until the other end is closed."""
        opened = False
        while True:
            # one job is under way at a time, so that nothing waits in the file's buffer
            while (not opened or self.rows) and not select.select([channel], [], [], 0)[0]:
                if not opened:
                    opened = True
                    self._open(find_examples())
                else:
                    self._look()
            message = wire.read(file)
            if message is None:
                return
            job, (picture,) = message
            do = self._nearest if job["do"] == "nearest" else self._why
            try:
                answer = do(picture, job["lang"])
            except Exception as error:
                print(f"miwake: a picture could not be explained: {type(error).__name__}", file=sys.stderr)
                answer = {"problem": words("serve.bug", "ja" if job["lang"] == "ja" else "en")}
            send({"id": job["id"], "answers": [answer], "seconds": 0.0}, ())

    def _open(self, examples: Examples | None) -> None:
        if examples is None or not len(examples.rows):
            return
        self.examples = examples
        count = min(LOOKED, len(examples.rows))
        rows = examples.rows[np.linspace(0, len(examples.rows) - 1, count).astype(np.int64)]
        self.rows = list(torch.split(torch.from_numpy(rows), BATCH))

    def _look(self) -> None:
        assert self.examples is not None
        gather = self.examples.gather
        part = self.rows.pop(0)
        found = look_through(
            self.predictor.model, part.numpy(), lambda rows: self.predictor.inputs(gather(rows)), layers=()
        )
        before = self.looked
        rows = found.rows if before is None else np.concatenate([before.rows, found.rows])
        features = found.features if before is None else torch.cat([before.features, found.features])
        self.looked = Looked(rows=rows, features=features, peaks={})

    def _inputs(self, data: bytes, lang: str) -> Tensor | Unreadable:
        stored = self.predictor.load(data, max_pixels=self.max_pixels, lang=lang)
        if isinstance(stored, Unreadable):
            return stored
        return self.predictor.inputs(torch.from_numpy(stored)[None].permute(0, 3, 1, 2))

    def _why(self, data: bytes, lang: str) -> dict[str, Any]:
        """The picture and the map over it as data URIs; for a task that draws its answers, the drawn answer."""
        shape = self.predictor.header.preprocessing
        inputs = self._inputs(data, lang)
        (answer,) = self.predictor.predict([data], max_pixels=self.max_pixels, lang=lang)
        if isinstance(inputs, Unreadable) or isinstance(answer, Unreadable):
            return {"problem": inputs.reason if isinstance(inputs, Unreadable) else answer.reason}  # type: ignore[union-attr]
        try:
            picture = decode(
                data,
                channels=shape.channels,
                at_least=(SIDE, SIDE),
                max_pixels=self.max_pixels,
                window=shape.window,
            )
        except BadPicture as error:
            return {"problem": told(error.reason, lang)}
        target = _target(answer, self.predictor.task.classes)
        method, values = (None, None) if target is None else self._map(inputs, target)
        if values is None:
            colour = np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))
            drawn = scaled(self.predictor.task.draw(colour, answer))
        else:
            drawn = over(picture, values, region((picture.shape[0], picture.shape[1]), shape))
        return {
            "target": None if target is None else self.predictor.task.classes[target],
            "method": method,
            "picture": thumbnail(scaled(picture), SIDE).uri,
            "map": thumbnail(drawn, SIDE).uri,
        }

    def _map(self, inputs: Tensor, target: int) -> tuple[str | None, NDArray[np.float32] | None]:
        """Where the network looked, by the first method that needs nothing beyond the install and finds something."""
        model, scores = self.predictor.model, self.predictor.task.scores
        for name in _METHODS:
            method = methods.find(name)
            if methods.missing(method) is not None or not methods.fits(method, model):
                continue
            found = method.maps(model, inputs, torch.tensor([target], device=inputs.device), scores)[0].float().numpy()
            values: NDArray[np.float32] = np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)
            if values.any():
                return name, values
        return None, None

    def _nearest(self, data: bytes, lang: str) -> dict[str, Any]:
        """The most alike of the training pictures; `looking` while not all of them have been looked through."""
        if self.examples is None or self.looked is None:
            return {"nearest": [], "looking": bool(self.rows)}
        inputs = self._inputs(data, lang)
        if isinstance(inputs, Unreadable):
            return {"problem": inputs.reason}
        with torch.inference_mode():
            features = networks.features(self.predictor.model, inputs)[0].float().flatten().cpu()
        found = []
        for number, likeness in nearest(self.looked, features, _NEAREST):
            row = int(self.looked.rows[number])
            found.append(
                {
                    "label": short(self.examples.label(row)),
                    "likeness": round(likeness, 4),
                    "picture": thumbnail(self.examples.shown(row), _THUMB).uri,
                }
            )
        return {"nearest": found, "looking": bool(self.rows)}


def _target(answer: Prediction, classes: Sequence[str]) -> int | None:
    """The class that was answered; for "I don't know" and for no label the most probable one."""
    named = (answer.label or "").split(";")[0]
    if named in classes:
        return classes.index(named)
    return int(np.argmax(answer.probabilities)) if len(answer.probabilities) == len(classes) else None
