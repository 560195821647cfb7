"""What the tests of exporting need."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def exported(place: Path, toy_run: Path, tmp_path_factory: pytest.TempPathFactory, miwake) -> Path:
    """A copy of the toy run, exported, beside its pictures. Read only: copy it to change it."""
    folder = tmp_path_factory.mktemp("exported")
    shutil.copytree(toy_run, folder / "run")
    (folder / "toy").symlink_to(place / "toy")
    ended = miwake("export", "run", "--latency", "quick", cwd=folder)
    assert ended.code == 0, ended.err
    return folder / "run"
