"""What is nearest to a misspelt name, and when nothing is near enough to be named."""

from __future__ import annotations

import pytest

from miwake.errors import nearest


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        ("trian", ["train", "predict"], "train"),
        ("--epoch", ["--epochs", "--seed"], "--epochs"),
        ("pdg", ["apgd", "pgd", "fgsm"], "pgd"),
        ("jp", ["en", "ja"], "ja"),
        ("Runz", ["runs", "data"], "runs"),
        ("runs/dog", ["dogs", "runs/dogs"], "runs/dogs"),
        ("new/pic1.jpg", ["new/pic.jpg", "new/else.jpg"], "new/pic.jpg"),
        # alike by chance, or in the folder only
        ("--name", ["--augment", "--out"], ""),
        ("bad", ["break", "fray"], ""),
        ("new", ["one", "two"], ""),
        ("tiles/nope", ["tiles/good", "tiles/break"], ""),
        ("new/nix.jpg", ["new/exp0_num_743.jpg"], ""),
        ("anything", [], ""),
    ],
)
def test_the_nearest_name(name: str, names: list[str], expected: str) -> None:
    assert nearest(name, names) == expected
