"""The only way from a picture to an answer."""

from __future__ import annotations

import copy
import itertools
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake import machine, tasks
from miwake.data.header import MAX_PIXELS, BadPicture
from miwake.data.header import read_header as read_picture
from miwake.data.masks import picture_size
from miwake.data.preprocess import load, network_input
from miwake.look.language import spoken
from miwake.look.words import told
from miwake.networks import weights
from miwake.networks.blank import blank
from miwake.networks.folding import folded
from miwake.run import Header, damaged_header, find_model, load_weights, read_header
from miwake.runtime import OUTPUTS, Backend, Runtime, quickest
from miwake.segmentation import tiles
from miwake.segmentation.kept import Gathering
from miwake.tasks.classify import Classify
from miwake.tasks.task import Task
from miwake.types import Dataset, Note, Prediction

Source = str | PathLike[str] | bytes | NDArray[np.uint8]
BATCH = 64


@dataclass(frozen=True)
class Unreadable:
    """A picture that could not be answered."""

    path: str
    reason: str


@dataclass(frozen=True)
class _Loaded:
    """A stored picture, and the size of the upright one that it was made of; None where that is answered in tiles."""

    picture: NDArray[np.uint8] | None
    size: tuple[int, int]
    source: Source


_Part = tuple[list[tuple[str, _Loaded | Unreadable]], NDArray[Any] | None]
"""Pictures by their names, and the raw outputs of those that are answered as a whole; None where none is."""


_Load = Callable[[Source], _Loaded | Unreadable]


class Predictor:
    """A model ready to answer.

    Args:
        model: the network, with its weights.
        header: what its file says of it.
        device: where to compute.
        runtime: an exported file that answers in the network's place.
        note: why the network answers although there is such a file.

    The same pictures give the same numbers in training's evaluation and here: one preprocessing, 32-bit floats.
    """

    def __init__(
        self,
        model: nn.Module,
        header: Header,
        device: torch.device,
        runtime: Runtime | None = None,
        note: Note | None = None,
    ) -> None:
        self.header, self.device, self.runtime, self.note = header, device, runtime, note
        self.task: Task = tasks.find(header.task).from_json(header.settings)
        self.model = model.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(False)
        self._answering = self.model

    @classmethod
    def open(cls, name: str | Path, device: str = "auto", backend: Backend | Literal["auto"] = "torch") -> Predictor:
        """Open a run by folder, model file or name; `latest`; or `imagenet`, which comes with the install.

        Args:
            name: of the run.
            device: where to compute; a GPU takes the network itself.
            backend: what computes; `auto` is the fastest that `miwake export` has found to give the same answers.

        Raises:
            UsageError: no such run, or no such device.
            MiwakeError: a damaged model file, or one of a newer format.
        """
        where = machine.pick_device(device)
        machine.calm_allocator()
        file = find_model(name)
        if file is None:
            return cls(*_imagenet(), where)
        header = read_header(file)
        try:
            task = tasks.find(header.task).from_json(header.settings)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged_header(file, error) from None
        shape = header.preprocessing
        with blank():
            model = task.build(header.architecture, channels=shape.channels, size=shape.size, dropout=header.dropout)
        load_weights(file, model)
        stored = (*shape.stored, shape.channels)
        runtime, note = quickest(file, backend, stored) if where.type == "cpu" else (None, None)
        return cls(model, header, where, runtime, note)

    @torch.inference_mode()
    def outputs(self, pictures: Tensor) -> NDArray[Any]:
        """Raw outputs of stored pictures.

        Args:
            pictures: (B, C, H, W) uint8, as `miwake.data.preprocess.load` leaves them.

        Returns:
            (B, …) before calibration, as the task keeps them; for a classifier logits (B, K).
        """
        size = self.task.at_once(self.header.preprocessing.size)
        parts = [self.task.kept(self.raw(part)) for part in torch.split(pictures, size)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    @torch.inference_mode()
    def raw(self, pictures: Tensor) -> Tensor:
        """What the network, or the exported file in its place, gives for stored pictures (B, C, H, W) uint8: (B, …)."""
        if self.runtime is not None:
            found = self.runtime.run(np.ascontiguousarray(pictures.permute(0, 2, 3, 1).numpy()))
            return torch.from_numpy(found[OUTPUTS])
        outputs: Tensor = self._answering(self.inputs(pictures))
        return outputs

    def inputs(self, pictures: Tensor) -> Tensor:
        """What the network sees of stored pictures (B, C, H, W) uint8: (B, C, h, w) float32 on its device."""
        return network_input(pictures.to(self.device, non_blocking=True), self.header.preprocessing)

    def load(
        self, source: Source, *, max_pixels: int = MAX_PIXELS, lang: str | None = None
    ) -> NDArray[np.uint8] | Unreadable:
        """A stored picture (H, W, C) from a file, encoded bytes or an array, or why there is none."""
        source = Path(source) if isinstance(source, str | PathLike) else source
        try:
            return load(source, self.header.preprocessing, max_pixels=max_pixels)
        except BadPicture as error:
            return Unreadable(_name(source), told(error.reason, lang))
        except OSError as error:
            return Unreadable(_name(source), error.strerror or str(error))

    def _load(self, source: Source, max_pixels: int, lang: str) -> _Loaded | Unreadable:
        size = None
        if self.task.places:
            with suppress(BadPicture, OSError):  # which loading says in words
                size = _size(source, max_pixels)
            if size is not None and self.task.tiled(size, self.header.preprocessing.size) is not None:
                return _Loaded(None, size, source)  # too large to wait in memory
        picture = self.load(source, max_pixels=max_pixels, lang=lang)
        if isinstance(picture, Unreadable):
            return picture
        return _Loaded(picture, size or (picture.shape[0], picture.shape[1]), source)

    def split_outputs(self, gather: Callable[[Tensor], Tensor], rows: Tensor) -> NDArray[Any]:
        """Raw outputs (n, …) of rows of a data set, whose pictures `gather` gives."""
        parts = [self.outputs(gather(part)) for part in torch.split(rows, BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.task.classes)))

    def dataset_outputs(
        self,
        dataset: Dataset,
        gather: Callable[[Tensor], Tensor],
        rows: NDArray[np.int64],
        *,
        max_pixels: int = MAX_PIXELS,
    ) -> NDArray[Any]:
        """Raw outputs of rows of a data set, as `predict` has them of its files.

        Args:
            dataset: with files, or packed pixels.
            gather: gives its stored pictures (B, C, H, W) by row.
            rows: (n).
            max_pixels: of a picture that is answered in tiles.

        Returns:
            (n, …); (n) objects where pictures are so large that their outputs are of other sizes.
        """
        shown = self.header.preprocessing.size
        sizes = [picture_size(dataset, row) for row in rows.tolist()] if self.task.places else []
        large = [number for number, size in enumerate(sizes) if self.task.tiled(size, shown) is not None]
        if not large:
            return self.split_outputs(gather, torch.from_numpy(rows))
        found = np.empty(len(rows), object)
        whole = np.setdiff1d(np.arange(len(rows)), large)
        for number, kept in zip(whole.tolist(), self.split_outputs(gather, torch.from_numpy(rows[whole])), strict=True):
            found[number] = kept
        for number in large:
            row = int(rows[number])
            source = dataset.file(row) if dataset.pixels is None else dataset.pixels[row]
            found[number] = self._in_tiles(source, sizes[number], max_pixels)[0]
        return found

    def predict(
        self, pictures: Iterable[Source], *, max_pixels: int = MAX_PIXELS, lang: str | None = None
    ) -> Generator[Prediction | Unreadable, None, None]:
        """Answers in the order of the pictures, which are decoded ahead by other threads.

        Args:
            pictures: files, encoded bytes, or (H, W, C) uint8 arrays.
            max_pixels: larger ones are refused before they are decoded.
            lang: language of what is wrong with a picture, en or ja; left away, MIWAKE_LANG or the locale says it.
        """
        language, waiting = spoken(lang), iter(pictures)
        first = list(itertools.islice(waiting, BATCH))
        sources = itertools.chain(first, waiting)
        many = len(first) == BATCH and self.runtime is None and self.device.type == "cpu"
        quick = self._hastened if many else self
        for loaded, outputs in quick._together(sources, lambda source: self._load(source, max_pixels, language)):
            yield from self._answer(loaded, outputs, max_pixels, language)

    @cached_property
    def _hastened(self) -> Predictor:
        """The same with its network folded, which takes as long as some pictures and so is for many."""
        shape, quick = self.header.preprocessing, copy.copy(self)
        row = torch.linspace(-1, 1, shape.size[1])
        example = row.repeat(1, shape.channels, shape.size[0], 1).contiguous(memory_format=torch.channels_last)
        quick._answering = folded(self.model, example)
        return quick

    def _together(self, sources: Iterator[Source], load: _Load) -> Iterator[_Part]:
        """Batches that the network answers with all cores, while other threads decode the next one."""
        with ThreadPoolExecutor(machine.cores()) as pool:
            ahead: deque[list[tuple[str, Future[_Loaded | Unreadable]]]] = deque()
            while True:
                batch = list(itertools.islice(sources, BATCH))
                if batch:
                    ahead.append([(_name(source), pool.submit(load, source)) for source in batch])
                if ahead and (len(ahead) > 1 or not batch):
                    loaded = [(name, future.result()) for name, future in ahead.popleft()]
                    yield loaded, self._outputs_of(loaded)
                elif not batch:
                    return

    def _outputs_of(self, loaded: list[tuple[str, _Loaded | Unreadable]]) -> NDArray[Any] | None:
        whole = [each.picture for _, each in loaded if isinstance(each, _Loaded) and each.picture is not None]
        return self.outputs(torch.from_numpy(np.stack(whole)).permute(0, 3, 1, 2)) if whole else None

    def _answer(
        self,
        loaded: list[tuple[str, _Loaded | Unreadable]],
        outputs: NDArray[Any] | None,
        max_pixels: int,
        language: str,
    ) -> Iterator[Prediction | Unreadable]:
        answers: Iterator[Prediction] = iter(())
        if outputs is not None:
            good = [(name, each) for name, each in loaded if isinstance(each, _Loaded) and each.picture is not None]
            names, sizes = [name for name, _ in good], [each.size for _, each in good]
            answers = iter(self.task.answers(outputs, names, self.header, sizes=sizes))
        for name, found in loaded:
            if isinstance(found, Unreadable):
                yield found
            elif found.picture is not None:
                yield next(answers)
            else:
                yield self._answer_in_tiles(name, found, max_pixels, language)

    def _answer_in_tiles(self, name: str, found: _Loaded, max_pixels: int, language: str) -> Prediction | Unreadable:
        """A picture that is larger than those of training."""
        try:
            kept = self._in_tiles(found.source, found.size, max_pixels)
        except BadPicture as error:
            return Unreadable(name, told(error.reason, language))
        except OSError as error:
            return Unreadable(name, error.strerror or str(error))
        (answer,) = self.task.answers(kept, [name], self.header, sizes=[found.size])
        return answer

    @torch.inference_mode()
    def _in_tiles(self, source: Source, size: tuple[int, int], max_pixels: int) -> NDArray[Any]:
        """(1) raw outputs, as the task keeps them, at the scale of training; memory is that of picture and answer.

        Raises:
            BadPicture, OSError: the picture cannot be read.
        """
        shape, classes = self.header.preprocessing, len(self.task.classes)
        scaled = self.task.tiled(size, shape.size)
        assert scaled is not None
        at_scale = replace(shape, size=scaled, crop=1.0, fit="squash")
        picture = load(Path(source) if isinstance(source, str | PathLike) else source, at_scale, max_pixels=max_pixels)
        gathering = Gathering(classes, scaled)
        tiles.answer(
            lambda rows, columns: picture[rows, columns], scaled, shape.size, self.raw, gathering.write, classes=classes
        )
        return gathering.kept


def _imagenet() -> tuple[nn.Module, Header]:
    """The network whose ImageNet weights come with the install."""
    start = weights.installed()
    shape = start.trained_for
    assert shape is not None
    task = Classify(classes=start.classes)
    with blank():
        model = task.build(start.architecture, channels=shape.channels, size=shape.size, dropout=None)
    loaded = weights.load(model, start, classes=start.classes)
    assert not loaded.skipped
    header = Header(
        task=task.name,
        settings=task.to_json(),
        architecture=start.architecture,
        preprocessing=shape,
        starting_weights=start.facts(),
    )
    return model, header


def _size(source: Source, max_pixels: int) -> tuple[int, int]:
    """Height and width of an upright picture."""
    if isinstance(source, np.ndarray):
        return source.shape[0], source.shape[1]
    header = read_picture(source if isinstance(source, bytes) else Path(source), max_pixels=max_pixels)
    return header.height, header.width


def _name(source: Source) -> str:
    return os.fspath(source) if isinstance(source, str | PathLike) else "picture"
