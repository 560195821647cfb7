"""The settings and their defaults."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miwake.augment import config as config_module
from miwake.augment.config import Augmentation
from miwake.augment.defaults import defaults, scaled
from miwake.errors import UsageError


@pytest.mark.parametrize(
    ("name", "value"),
    [("shift", -0.1), ("crop", 0.0), ("crop", 1.5), ("perspective", 0.9), ("noise", float("nan")), ("mixup", -1.0)],
)
def test_strength_outside_its_range_is_named(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=name):
        Augmentation(**{name: value})  # type: ignore[arg-type]


def test_erase_area_has_an_order() -> None:
    with pytest.raises(UsageError, match="smaller first"):
        Augmentation(erase_area=(0.3, 0.1))
    with pytest.raises(UsageError, match="erase_area"):
        Augmentation(erase_area=(0.3, 1.1))


def test_mixing_needs_a_share() -> None:
    assert Augmentation(mixup=0.2).mixes
    assert Augmentation(cutmix=1).mixes
    assert not Augmentation(cutmix=1, mix_share=0).mixes
    assert not Augmentation().mixes


def test_digits_are_never_mirrored() -> None:
    assert defaults("digits").mirror == "none"
    assert defaults("small").mirror == "auto"
    assert defaults("photo").crop < 1


def test_strength_nought_changes_nothing_but_mirroring() -> None:
    for kind in ("digits", "small", "photo"):
        weak = defaults(kind, 0.0)
        still = replace(Augmentation(), mirror=weak.mirror, padding=weak.padding, blur_share=weak.blur_share)
        assert replace(weak, mix_share=1.0) == still


@given(st.floats(0, 4, allow_nan=False))
def test_every_strength_is_scaled(strength: float) -> None:
    names = {"shift", "scale", "stretch", "rotation", "shear", "perspective", "elastic", "brightness", "contrast"}
    names |= {"saturation", "hue", "tint", "blur", "noise", "erase"}
    config = Augmentation(**dict.fromkeys(names, 0.01))  # type: ignore[arg-type]
    new = scaled(config, strength)
    assert all(getattr(new, name) == pytest.approx(0.01 * strength) for name in names)
    # A field that is added later has to be scaled too, or named here.
    beside = {
        "mirror",
        "crop",
        "cut",
        "padding",
        "elastic_smoothness",
        "blur_share",
        "erase_area",
        "mixup",
        "cutmix",
        "mix_share",
    }
    assert {field.name for field in fields(Augmentation)} == names | beside


def test_every_field_says_what_it_is() -> None:
    (definition,) = [n for n in ast.parse(inspect.getsource(config_module)).body if isinstance(n, ast.ClassDef)]
    body = definition.body
    for node, following in pairwise(body):
        if isinstance(node, ast.AnnAssign):
            assert isinstance(following, ast.Expr), ast.unparse(node.target)
            assert isinstance(following.value, ast.Constant), ast.unparse(node.target)


def test_settings_load_without_torch_or_numpy() -> None:
    code = (
        "import sys, miwake.augment, miwake.augment.config, miwake.augment.defaults;"
        "assert not {'torch', 'numpy', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_name_of_the_room() -> None:
    import miwake.augment

    with pytest.raises(AttributeError, match="augmentation"):
        miwake.augment.augmentation  # noqa: B018
    assert callable(miwake.augment.augment)
