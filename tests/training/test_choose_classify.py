"""How much of the data a trial looks at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from miwake.training.choose_classify import _part
from miwake.types import TRAIN, VAL, Dataset

COUNT = 4000


@pytest.mark.parametrize(("seconds", "train", "val"), [(500.0, 1000, 500), (60.0, 500, 250), (1.0, 200, 100)])
def test_a_trial_is_smaller_where_time_is_short(seconds: float, train: int, val: int) -> None:
    data = Dataset(
        name="any",
        source="folder",
        root=Path(),
        task="classify",
        classes=("a", "b"),
        paths=[f"{number:04d}" for number in range(COUNT)],
        targets=np.arange(COUNT) % 2,
        split=np.where(np.arange(COUNT) < COUNT / 2, TRAIN, VAL).astype(np.int8),
    )
    found = _part(data, seconds)
    assert (len(found.rows(TRAIN)), len(found.rows(VAL))) == (train, val)
    # evenly drawn, in order
    assert abs(found.targets[found.rows(VAL)].mean() - 0.5) < 0.2
    assert list(found.paths) == sorted(found.paths)
