"""What the first layer and the layers that learn by themselves look for, as pictures."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from miwake.explanation.gabor import gabor_pair, study
from miwake.look.pictures import Thumbnail
from miwake.report.layers import filters


def pixels(thumb: Thumbnail) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(thumb.uri.split(",")[1]))), float)


def test_most_networks_show_their_first_filters_alone(contents: Any) -> None:
    (view,) = filters(contents(filters=np.ones((200, 3, 3, 3)), study=None))
    assert view.title == ""
    assert [len(column) for column in view.columns] == [1] * 96
    assert "200" in view.sentences[0]
    assert "96" in view.sentences[1]
    assert filters(contents(filters=None, study=None)) == []


def test_a_network_that_can_say_shows_what_each_layer_looks_for(contents: Any) -> None:
    bases = {"first": np.ones((5, 1, 7, 7)), "second": np.ones((4, 1, 18, 18))}
    views = filters(contents(bases=bases, study=None))
    assert [view.title for view in views] == ["Layer “first”", "Layer “second”"]
    assert [len(view.columns) for view in views] == [5, 4]
    assert "18 × 18" in views[1].sentences[0]


def test_filters_stand_above_the_gabor_functions_that_fit_them(contents: Any) -> None:
    shape = np.array([[4.5, 4.5, angle, 5.0, 1.5, 2.0] for angle in (0.3, 1.2, 2.0)])
    striped = gabor_pair((9, 9), shape)[:, 0].reshape(3, 1, 9, 9)
    noise = np.random.default_rng(0).normal(size=(15, 1, 9, 9))
    found = study(np.concatenate([noise, striped]), random=6)
    view = filters(contents(study=found))[-1]
    assert "are 3 of 18 filters of the first layer" in view.sentences[0]
    assert "and 0 of 6 random ones" in view.sentences[0]
    assert [len(column) for column in view.columns] == [2] * 12
    for above, below in view.columns[:3]:  # the striped ones come first
        assert np.corrcoef(pixels(above).ravel(), pixels(below).ravel())[0, 1] > 0.99
    in_japanese = filters(contents(study=found, language="ja"))[-1]
    assert "（分散の一致 R² が0.8以上）は3個" in in_japanese.sentences[0]
