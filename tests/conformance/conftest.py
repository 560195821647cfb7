"""Runs of the toy that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

import miwake as mw
from miwake.data import folder as source

QUICK = mw.Training(epochs=6, batch_size=16, precision="fp32", threads=1, seed=1)
SMALL = mw.ModelOptions(model="small")


@pytest.fixture(scope="package")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, mw.Run]:
    """Toy pictures, and a run that was trained on them."""
    place = tmp_path_factory.mktemp("toy")
    (place / "pictures").mkdir()
    data = source.toy(place / "pictures")
    return data, mw.train(data, model=SMALL, training=QUICK, out=place / "run")
