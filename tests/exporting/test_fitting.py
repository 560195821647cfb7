"""Fitting inside the file gives the bytes that `miwake.data.preprocess` gives."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from miwake.data.preprocess import load
from miwake.exporting.fitting import fitting
from miwake.exporting.network import OPSET
from miwake.types import Fit, Interpolation, Preprocessing


@lru_cache
def session(fit: Fit, interpolation: Interpolation, channels: int, size: tuple[int, int], crop: float):
    shape = Preprocessing(
        size=size,
        channels=channels,
        mean=(0.5,) * channels,
        std=(0.2,) * channels,
        fit=fit,
        interpolation=interpolation,
        crop=crop,
    )
    graph = helper.make_graph(
        fitting(shape, "pictures", "stored"),
        "fitting",
        [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["N", "H", "W", "C"])],
        [helper.make_tensor_value_info("stored", TensorProto.UINT8, ["N", *shape.stored, channels])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return shape, onnxruntime.InferenceSession(model.SerializeToString(), options)


def picture(height: int, width: int, channels: int, kind: str, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    if kind == "noise":
        return random.integers(0, 256, (height, width, channels), dtype=np.uint8)
    if kind == "black and white":  # where bicubic weights overshoot
        return (255 * random.integers(0, 2, (height, width, channels))).astype(np.uint8)
    ramp = np.add.outer(np.arange(height), np.arange(width))[:, :, None] + np.arange(channels)
    return (ramp % 256).astype(np.uint8)


@given(
    height=st.one_of(st.integers(1, 90), st.integers(300, 900)),
    width=st.one_of(st.integers(1, 90), st.integers(300, 900)),
    fit=st.sampled_from(["squash", "crop", "pad"]),
    interpolation=st.sampled_from(["area", "bilinear", "bicubic"]),
    channels=st.sampled_from([1, 3, 5]),
    setting=st.sampled_from([((28, 28), 1.0), ((16, 23), 0.875), ((60, 44), 1.0)]),
    kind=st.sampled_from(["noise", "black and white", "ramp"]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_any_size_gives_the_same_bytes(height, width, fit, interpolation, channels, setting, kind, seed) -> None:
    shape, file = session(fit, interpolation, channels, *setting)
    given_ = picture(height, width, channels, kind, seed)
    (found,) = file.run(None, {"pictures": given_[None]})
    np.testing.assert_array_equal(found[0], load(given_, shape))


@pytest.mark.parametrize("interpolation", ["area", "bicubic"])
def test_several_pictures_are_fitted_each_for_itself(interpolation: Interpolation) -> None:
    shape, file = session("crop", interpolation, 3, (28, 28), 1.0)
    many = np.stack([picture(50, 70, 3, "noise", seed) for seed in range(3)])
    (found,) = file.run(None, {"pictures": many})
    for one, fitted in zip(many, found, strict=True):
        np.testing.assert_array_equal(fitted, load(one, shape))


def test_a_grey_model_takes_the_luma_of_a_colour_picture() -> None:
    shape, file = session("squash", "bilinear", 1, (28, 28), 1.0)
    colour = picture(41, 33, 3, "noise", 7)
    (found,) = file.run(None, {"pictures": colour[None]})
    np.testing.assert_array_equal(found[0], load(colour, shape))
