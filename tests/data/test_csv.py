"""Tables of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from miwake.data import csv
from miwake.data.config import DataOptions
from miwake.data.source import open_dataset
from miwake.errors import DataError, UsageError
from miwake.look.words import told
from miwake.types import TEST, TRAIN, UNASSIGNED, VAL


def _table(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    for picture in "abcd":
        (folder / f"{picture}.jpg").write_bytes(b"picture")
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_columns(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    lines = [
        ["Label", "PATH", "group", "split"],
        ["良", "a.jpg", "p1", "train"],
        ["可", "./b.jpg", "", "Validation"],
        [],
        ["良", "c.jpg", "p1", "TEST"],
        ["可", "d.jpg", "p2", ""],
    ]
    file = _table(tmp_path, end.join(delimiter.join(line) for line in lines), encoding=encoding)
    dataset = csv.read(file)
    assert dataset.classes == ("可", "良")
    assert list(dataset.paths) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert dataset.targets.tolist() == [1, 0, 1, 0]
    assert dataset.split.tolist() == [TRAIN, VAL, TEST, UNASSIGNED]
    assert dataset.group is not None
    assert dataset.group.tolist() == ["p1", "b.jpg", "p1", "p2"]  # without a group, a picture stands for itself
    assert dataset.file(1) == tmp_path / "b.jpg"


def test_several_labels(tmp_path: Path) -> None:
    dataset = csv.read(_table(tmp_path, "path,label\na.jpg,red;blue\nb.jpg,\nc.jpg, blue ; \nd.jpg,red\n"))
    assert dataset.multilabel
    assert dataset.classes == ("blue", "red")
    assert dataset.targets.dtype == np.uint8
    assert dataset.targets.tolist() == [[1, 1], [0, 0], [1, 0], [0, 1]]


def test_quoted_cells(tmp_path: Path) -> None:
    (tmp_path / "x, y.jpg").write_bytes(b"")
    dataset = csv.read(_table(tmp_path, 'path,label\n"x, y.jpg","two\nlines"\nb.jpg,one\n'))
    assert list(dataset.paths) == ["x, y.jpg", "b.jpg"]
    assert dataset.classes == ("one", "two\nlines")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "line 1: nothing"),
        ("file,label\na.jpg,x\n", "line 1: file,label"),
        ("path,label\na.jpg,x\nb.jpg\n", "line 3: 1 cell"),
        ("path,label\na.jpg,x\n\nb.jpg,y,z\n", "line 4: 3 cells"),
        ("path,label\na.jpg,x\nb.jpg,\n", "line 3: the label is empty"),
        ("path,label\na.jpg,x\n,y\n", "line 3: the path is empty"),
        ("path,label,split\na.jpg,x,train\nb.jpg,y,tset\n", "line 3: the split is 'tset'"),
        ("path,label\na.jpg,x\nb.jpg,y\n./a.jpg,y\n", "line 4: a.jpg is already on line 2"),
        ('path,label\na.jpg,x\n"b.jpg,y\n', "line 3: unexpected end"),
        ("path,label\n", "no rows"),
        ("path,label\na.jpg,x\nb.jpg,x\n", "one label only: x"),
        ("path,label,PATH\na.jpg,x,y\n", "two columns are named path"),
        ("path,label\nno/a.jpg,x\nno/b.jpg,y\n", "line 2: there is no .*no/a.jpg"),
        ("path,label\na.jpg,x\nb\0.jpg,y\n", "line 3: a zero byte"),
    ],
)
def test_mistakes_are_found_with_their_line(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(DataError, match=found):
        csv.read(_table(tmp_path, text))


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    file = _table(tmp_path, "path,label\na.jpg,x\nb.jpg,良\n", encoding="shift_jis")
    with pytest.raises(DataError, match="line 3: not UTF-8"):
        csv.read(file)


def test_a_folder_with_one_table_means_the_table(tmp_path: Path) -> None:
    _table(tmp_path, "path,label\na.jpg,x\nb.jpg,y\n")
    (tmp_path / "other.csv").write_text("width,height\n1,2\n")
    dataset = open_dataset(tmp_path)
    assert dataset.source == "csv"
    assert "t.csv" in told(dataset.notes[0])
    _table(tmp_path, "path,label\na.jpg,x\nb.jpg,y\n", name="u.csv")
    with pytest.raises(DataError, match=r"2 tables of pictures: t\.csv, u\.csv"):
        open_dataset(tmp_path)


def test_groups_by_any_column_or_by_a_pattern(tmp_path: Path) -> None:
    file = _table(tmp_path, "path,label,Patient\na.jpg,x,7\nb.jpg,y,7\nc.jpg,x,8\nd.jpg,y,\n")
    assert open_dataset(file).group is None
    by_column = open_dataset(file, DataOptions(group="patient"))
    assert by_column.group is not None
    assert by_column.group.tolist() == ["7", "7", "8", "d.jpg"]
    assert "1 picture without one" in told(by_column.notes[-1])
    by_pattern = open_dataset(file, DataOptions(group="[ab]|(c)"))
    assert by_pattern.group is not None
    assert by_pattern.group.tolist() == ["a.jpg", "b.jpg", "c", "d.jpg"]
    with pytest.raises(UsageError, match=r"none of 4 paths, such as a\.jpg"):
        open_dataset(file, DataOptions(group="doctor"))
    with pytest.raises(UsageError, match="neither a column of the data nor a regular expression"):
        open_dataset(file, DataOptions(group="(doctor"))
