"""Coarse classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from miwake.errors import DataError
from miwake.evaluation.taxonomy import read_taxonomy

CLASSES = ("apple", "pear", "carrot")


def written(folder: Path, text: str) -> Path:
    path = folder / "taxonomy.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "fine,coarse\napple,fruit\npear,fruit\ncarrot,root\n",
        "\ufeffCoarse;note;FINE\r\nroot;x;carrot\r\n\r\nfruit; ;pear\r\nfruit;y; apple \r\n",
        'fine\tcoarse\n"apple"\tfruit\npear\tfruit\ncarrot\troot',
    ],
)
def test_reads_what_spreadsheets_write(tmp_path: Path, text: str) -> None:
    taxonomy = read_taxonomy(written(tmp_path, text), CLASSES)
    assert taxonomy.classes == ("fruit", "root")
    assert taxonomy.index.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fine,coarse\naple,fruit\n", "line 2.*'aple'.*'apple'"),
        ("fine,coarse\napple,fruit\n\nPear,\n", "line 4.*'Pear'"),
        ("fine,coarse\napple,\n", "line 2.*no coarse"),
        ("fine,coarse\napple,fruit\napple,root\n", "line 3.*already"),
        ("fine,coarse\napple,fruit\n", "2 of 3 classes: pear, carrot"),
        ("fine,coarse\napple\n", "line 2: 1 cells"),
        ("name,group\n", "columns are name, group"),
        ("", "columns are none"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_taxonomy(written(tmp_path, text), CLASSES)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_taxonomy(tmp_path / "none.csv", CLASSES)
    (tmp_path / "latin.csv").write_bytes("fine,coarse\né".encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8"):
        read_taxonomy(tmp_path / "latin.csv", CLASSES)


def test_probabilities_are_summed_and_labels_joined(tmp_path: Path) -> None:
    taxonomy = read_taxonomy(written(tmp_path, "fine,coarse\napple,fruit\npear,fruit\ncarrot,root\n"), CLASSES)
    fine = np.array([[0.3, 0.2, 0.5], [1.0, 0.5, 0.0]])
    one = taxonomy.probabilities(fine[:1], multilabel=False)
    np.testing.assert_allclose(one, [[0.5, 0.5]])
    several = taxonomy.probabilities(fine, multilabel=True)
    np.testing.assert_allclose(several, [[1 - 0.7 * 0.8, 0.5], [1.0, 0.0]])
    assert taxonomy.targets(np.array([2, 0, 1])).tolist() == [1, 0, 0]
    assert taxonomy.targets(np.array([[1, 1, 0], [0, 0, 0]], np.uint8)).tolist() == [[1, 0], [0, 0]]
