from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from miwake.data.config import DataOptions
from miwake.data.decode import decode
from miwake.data.window import NAMED, Function, parse_window, shades, to_bytes
from miwake.errors import UsageError

CENTRES = st.floats(-3000, 3000, allow_nan=False)
WIDTHS = st.floats(1, 6000, allow_nan=False)
FUNCTIONS: list[Function] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"]


def standard(x: float, c: float, w: float) -> float:
    """PS3.3, C.11.2.1.2.1, as it is printed, for 0 … 255."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 255.0
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255


@given(st.lists(st.integers(-4000, 4000), min_size=1, max_size=40), CENTRES, WIDTHS)
def test_linear_is_the_standards(values: list[int], centre: float, width: float) -> None:
    expected = [standard(value, centre, width) for value in values]
    assert shades(np.array(values), (centre, width)) == pytest.approx(expected, abs=1e-6)


def test_the_standards_own_examples() -> None:
    # PS3.3, C.11.2.1.2.1: c=2048, w=4096 is the whole of 12 bits; c=2048, w=1 a threshold
    assert shades(np.array([0, 4095]), (2048, 4096)).tolist() == [0.0, 255.0]
    assert shades(np.array([2047, 2048]), (2048, 1)).tolist() == [0.0, 255.0]
    assert shades(np.array([0, 100]), (0, 100)).tolist()[1] == 255.0
    assert shades(np.array([2048]), (2048, 4096), "LINEAR_EXACT").tolist() == [127.5]
    assert shades(np.array([2048]), (2048, 4096), "SIGMOID").tolist() == [127.5]


@given(CENTRES, WIDTHS, st.sampled_from(FUNCTIONS), st.integers(0, 2**32 - 1))
def test_shades_rise_and_stay_within_a_byte(centre: float, width: float, function: Function, seed: int) -> None:
    values = np.sort(np.random.default_rng(seed).uniform(-9000, 9000, 200))
    found = shades(values, (centre, width), function)
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 255


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["u1", "<u2", ">u2", "<i2", "<i4", "<u4", "<f4"]),
    CENTRES,
    WIDTHS,
    st.integers(1, 40),
)
def test_a_table_and_strips_give_the_same(seed: int, kind: str, centre: float, width: float, side: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 200, (side, side)).astype(kind)
    wide = np.append(values.ravel(), np.array([2**30 if kind.endswith("4") else 0]).astype(kind))
    each = lambda x: shades(x, (centre, width))  # noqa: E731
    direct = np.floor(shades(values, (centre, width)) + 0.5).astype(np.uint8)
    assert (to_bytes(values, each) == direct).all()
    assert (to_bytes(wide, each)[:-1].reshape(side, side) == direct).all()


def test_windows_are_read_by_name_or_numbers() -> None:
    assert parse_window("-600, 1500") == (-600.0, 1500.0) == parse_window("Lung")
    assert DataOptions(window="40,80").shown == (40.0, 80.0) == NAMED["brain"]
    assert DataOptions().shown is None
    for text, said in (
        ("lungs", "Did you mean 'lung'"),
        ("40", "is no window"),
        ("1,2,3", "is no window"),
        ("40,0.5", "at least 1"),
        ("nan,80", "at least 1"),
    ):
        with pytest.raises(UsageError, match=said):
            DataOptions(window=text)


@pytest.mark.parametrize(("name", "kind"), [("PNG", "<u2"), ("TIFF", "<u2"), ("TIFF", ">u2"), ("TIFF", "<i4")])
def test_grey_of_16_bits_is_seen_through_the_window_in_raw_values(name: str, kind: str) -> None:
    values = np.arange(4096).reshape(64, 64).astype(kind)
    file = io.BytesIO()
    Image.fromarray(values).save(file, name)
    found = decode(file.getvalue(), channels=3, window=(1000, 1600))
    expected = np.floor(shades(values.astype(float), (1000, 1600)) + 0.5)
    assert (found == expected[:, :, None]).all()
    assert found.max() == 255
    assert decode(file.getvalue(), channels=1).max() == 16  # without one: 4095 of 65535


@pytest.mark.parametrize("options", [{}, {"mode": "RGB"}])
def test_pictures_of_8_bits_stay_as_they_are(options: dict[str, Any]) -> None:
    picture = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).convert(options.get("mode", "L"))
    file = io.BytesIO()
    picture.save(file, "PNG")
    assert (decode(file.getvalue(), channels=3, window=(40, 80)) == np.asarray(picture.convert("RGB"))).all()
