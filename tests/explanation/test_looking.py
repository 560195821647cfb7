from __future__ import annotations

import math

import numpy as np
import torch

from miwake import networks
from miwake.explanation.layers import scan
from miwake.explanation.looking import Peaks, look_through, nearest, strongest, units


def look(predictor, count: int = 50, until: float = math.inf):
    pictures = torch.randint(0, 256, (count, 3, *predictor.header.preprocessing.stored), dtype=torch.uint8)
    layers = [layer for layer in scan(predictor.model, predictor.inputs(pictures[:1])) if layer.name == "layers.1"]
    rows = np.arange(count)
    looked = look_through(predictor.model, rows, lambda part: predictor.inputs(pictures[part]), layers, until=until)
    return pictures, layers, looked


def test_peaks_and_features_are_the_networks(predictor) -> None:
    pictures, (layer,), looked = look(predictor)
    inputs = predictor.inputs(pictures)
    with torch.inference_mode():
        assert torch.allclose(looked.features, networks.features(predictor.model, inputs), atol=1e-5)
        maps = predictor.model.get_submodule("layers")[:2](inputs).flatten(2)
    peaks = looked.peaks[layer.name]
    torch.testing.assert_close(peaks.values, maps.amax(2), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(maps.gather(2, peaks.cells[:, :, None])[:, :, 0], maps.amax(2), rtol=1e-4, atol=1e-5)


def test_ends_when_the_time_is_up(predictor) -> None:
    _, _, looked = look(predictor, 100, until=0.0)
    assert 0 < len(looked.rows) < 100
    assert len(looked.features) == len(looked.rows)


def test_nearest_finds_a_copy_first_whatever_its_strength(predictor) -> None:
    _, _, looked = look(predictor)
    found = nearest(looked, 3 * looked.features[17], 4)
    assert found[0][0] == 17
    assert abs(found[0][1] - 1) < 1e-5
    likeness = [cosine for _, cosine in found]
    assert likeness == sorted(likeness, reverse=True)


def test_units_are_those_that_a_picture_drives_beyond_the_usual() -> None:
    values = torch.tensor([[1.0, 5.0, 0.0], [1.2, 7.0, 0.0], [0.8, 6.0, 0.0]])
    of = Peaks(values=values, cells=torch.zeros(3, 3, dtype=torch.int64))
    # the second unit is strong in all pictures, the third never
    assert units(of, torch.tensor([3.0, 6.5, 0.0]), 3) == [0, 1]
    assert strongest(of, 1, 2) == [1, 2]
    assert strongest(of, 2, 2) == []
