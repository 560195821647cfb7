"""Pictures of a camera are kept within bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake.errors import UsageError
from miwake.files import WriteError
from miwake.watching.keeping import Keeper


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def test_a_picture_is_kept_as_it_is(tmp_path: Path) -> None:
    place = Keeper(tmp_path / "kept", 10_000).keep(picture(0), "a/../b c")
    assert place.parent == tmp_path / "kept"
    assert place.name.endswith("_a-b-c.png")
    assert (np.asarray(Image.open(place)) == picture(0)).all()


def test_the_oldest_make_room_also_those_of_before_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"x" * 5000)
    first = [Keeper(tmp_path, 3000).keep(picture(number), "cat") for number in range(2)]
    keeper = Keeper(tmp_path, 3000)
    later = [keeper.keep(picture(number), "cat") for number in range(2, 5)]
    assert not any(file.exists() for file in first)
    assert later[-1].exists()
    own = [file for file in tmp_path.iterdir() if file.name != "mine.png"]
    assert sum(file.stat().st_size for file in own) <= 3000
    assert (tmp_path / "mine.png").exists()


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="--keep"):
        Keeper(tmp_path / "file", 10_000)
    keeper = Keeper(tmp_path / "kept", 10_000)
    (tmp_path / "kept").rmdir()
    with pytest.raises(WriteError):
        keeper.keep(picture(0), "cat")
