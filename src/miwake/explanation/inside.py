"""The layers at work: feature maps, and for some units what drives them most, projected back to the pixels."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.data.preprocess import centre
from miwake.explanation.config import ExplainOptions
from miwake.explanation.contents import Examples, LayerView, Patch, Subject, Unit
from miwake.explanation.deconvnet import box, project
from miwake.explanation.draw import feature_maps, projection, strongest
from miwake.explanation.layers import Layer, watch
from miwake.explanation.looking import Looked, units
from miwake.explanation.looking import strongest as driving
from miwake.prediction import Predictor

_MAPS, _MAPS_ASKED = 16, 64
_UNITS, _UNITS_ASKED = 3, 8
_PATCHES = 5
_SUBJECTS = 8
"""Pictures at most whose maps of an asked layer are shown."""


def view(
    predictor: Predictor,
    subjects: Sequence[tuple[Subject, Tensor]],
    layers: Sequence[Layer],
    looked: Looked | None,
    examples: Examples | None,
    options: ExplainOptions,
    until: float,
) -> tuple[list[LayerView], bool]:
    """Layers at work on the first picture; an asked one on every picture.

    Returns:
        The views, and False where the time did not suffice for all.
    """
    asked = options.layer is not None
    views, complete = [], True
    for subject, inputs in subjects[: _SUBJECTS if asked else 1]:
        with torch.inference_mode(), watch(predictor.model, [layer.name for layer in layers]) as seen:
            predictor.model(inputs)
        for layer in layers:
            assert layer.places is not None
            output = layer.places.maps(seen[layer.name]).float()
            maps: NDArray[np.float32] = np.nan_to_num(output[0].cpu().numpy())
            numbers = strongest(maps, _MAPS_ASKED if asked else _MAPS)
            found: list[Unit] = []
            reach: tuple[int, int] | None = None
            if looked is not None and examples is not None and time.monotonic() > until:
                complete = False
            elif looked is not None and examples is not None:
                most = _UNITS_ASKED if asked else _UNITS
                found, reach = _units(
                    predictor, subject, inputs, output.flatten(2)[0].cpu(), layer, looked, examples, most
                )
            views.append(
                LayerView(
                    layer=layer,
                    path=subject.path,
                    numbers=tuple(numbers),
                    maps=tuple(feature_maps(maps, numbers)),
                    units=tuple(found),
                    reach=reach,
                )
            )
    return views, complete


def _units(
    predictor: Predictor,
    subject: Subject,
    inputs: Tensor,
    output: Tensor,
    layer: Layer,
    looked: Looked,
    examples: Examples,
    most: int,
) -> tuple[list[Unit], tuple[int, int] | None]:
    """The units that say most about a picture, with what drives them elsewhere."""
    of = looked.peaks[layer.name]
    values, cells = output.max(1)
    chosen = [unit for unit in units(of, values, most) if values[unit] > 0]
    if not chosen:
        return [], None
    wanted = [(unit, driving(of, unit, _PATCHES)) for unit in chosen]
    numbers = [number for _, found in wanted for number in found]
    rows = torch.from_numpy(looked.rows[numbers])
    own = torch.from_numpy(subject.stored)[None].permute(0, 3, 1, 2)
    stored = torch.cat([own.expand(len(chosen), -1, -1, -1), examples.gather(rows)])
    unit_of = torch.tensor([*chosen, *(unit for unit, found in wanted for _ in found)])
    cell_of = torch.tensor(
        [*(int(cells[unit]) for unit in chosen), *(int(of.cells[n, u]) for u, f in wanted for n in f)]
    )
    projections = _project(predictor, stored, layer, unit_of, cell_of)
    seen = centre(stored, predictor.header.preprocessing).permute(0, 2, 3, 1).numpy()
    patches = [_cut(pixels, values) for pixels, values in zip(seen, projections, strict=True)]
    reach = max(patches, key=lambda pair: pair[0].size)[0].shape
    result, place = [], len(chosen)
    for number, (unit, found) in enumerate(wanted):
        shown = []
        for one in found:
            row = int(looked.rows[one])
            pixels, back = patches[place]
            shown.append(Patch(path=examples.path(row), label=examples.label(row), pixels=pixels, projection=back))
            place += 1
        pixels, back = patches[number]
        mine = Patch(path=subject.path, label=subject.true or "", pixels=pixels, projection=back)
        result.append(Unit(number=unit, own=mine, patches=tuple(shown)))
    return result, (int(reach[0]), int(reach[1]))


def _project(predictor: Predictor, stored: Tensor, layer: Layer, unit: Tensor, cell: Tensor) -> Tensor:
    """Projections (B, C, H, W) in batches that fit the memory."""
    parts = []
    for start in range(0, len(stored), 8):
        part = slice(start, start + 8)
        inputs = predictor.inputs(stored[part])
        to = inputs.device
        parts.append(project(predictor.model, inputs, layer, unit[part].to(to), cell[part].to(to)))
    return torch.cat(parts)


def _cut(pixels: NDArray[np.uint8], values: Tensor) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What reaches a unit, of a picture (H, W, C) and of a projection (C, H, W)."""
    top, left, bottom, right = box(values)
    cut = values[:, top:bottom, left:right].numpy()
    return np.ascontiguousarray(pixels[top:bottom, left:right]), projection(np.nan_to_num(cut))
