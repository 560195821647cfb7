"""What mistakes cost, as the user says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from miwake.errors import DataError, MiwakeError, UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.costs import Costs, read_costs
from miwake.look.words import told


def costs(classes: tuple[str, ...], cost: str | None = "miss=50,false-alarm=1", **more: object) -> Costs:
    counts = more.pop("counts", None)
    multilabel = bool(more.pop("multilabel", False))
    found = read_costs(EvaluateOptions(cost=cost, **more), classes, multilabel=multilabel, counts=counts)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_nothing_said_is_nothing() -> None:
    assert read_costs(EvaluateOptions(), ("a", "b")) is None


def test_two_classes() -> None:
    found = costs(("bad", "good"))
    assert found.matrix == ((0, 50), (1, 0))
    assert found.positive == ("bad",)
    assert "'bad'" in told(found.notes[0])
    assert "--positive" in told(found.notes[0])
    assert costs(("bad", "good"), positive=("good",)).matrix == ((0, 1), (50, 0))


@pytest.mark.parametrize(
    ("classes", "positive"),
    [
        (("NG", "OK"), ("NG",)),
        (("normal", "pneumonia"), ("pneumonia",)),
        (("no_crack", "crack"), ("crack",)),
        (("良品", "不良品"), ("不良品",)),
        (("benign", "malignant"), ("malignant",)),
        (("bent", "cut", "good"), ("bent", "cut")),
        (("cat", "dog"), ("dog",)),
    ],
)
def test_the_positive_class_is_guessed(classes: tuple[str, ...], positive: tuple[str, ...], in_both: Any) -> None:
    found = costs(classes, counts=[60, 40, 7][: len(classes)])
    assert found.positive == positive
    in_both(found.notes)


def test_what_cannot_be_guessed_is_asked_for() -> None:
    for classes, counts in ((("cat", "dog"), None), (("cat", "dog"), [5, 5]), (("a", "b", "c"), [1, 2, 3])):
        with pytest.raises(UsageError, match="--positive"):
            costs(classes, counts=counts)


def test_one_class_against_the_rest() -> None:
    found = costs(("a", "b", "c"), positive=("b",))
    assert found.matrix == ((0, 1, 1), (50, 0, 50), (1, 1, 0))
    assert any("other=1" in told(note) for note in found.notes)
    assert costs(("a", "b", "c"), "miss=50, False_Alarm=2, other=0.5", positive=("b",)).matrix == (
        (0, 2, 0.5),
        (50, 0, 50),
        (0.5, 2, 0),
    )


def test_several_labels() -> None:
    assert costs(("a", "b"), multilabel=True).matrix == ((50, 1), (50, 1))
    assert costs(("a", "b"), multilabel=True, positive=("b",)).matrix == ((1, 1), (50, 1))
    assert costs(("a", "b"), None, multilabel=True, unknown_cost=0.1).matrix == ((1, 1), (1, 1))


def test_only_unknown_is_said() -> None:
    found = costs(("a", "b", "c"), None, unknown_cost=0.1)
    assert [told(note, "ja") for note in found.notes] == ["誤りの費用はすべて1とみなします。"]
    assert found.matrix == ((0, 1, 1), (1, 0, 1), (1, 1, 0))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cost": "mis=50"}, "Did you mean 'miss'"),
        ({"cost": "miss=-1"}, "miss is '-1'"),
        ({"cost": "miss=nan"}, "miss is 'nan'"),
        ({"cost": "miss=5,oops"}, "'oops' has no number"),
        ({"cost": "miss=5,miss=6"}, "twice"),
        ({"cost": "miss=0,false-alarm=0"}, "both cost nothing"),
        ({"positive": ("god",)}, "Did you mean 'good'"),
        ({"positive": ("bad", "good")}, "All classes are positive"),
        ({"unknown_cost": -0.5}, "I don't know"),
        ({"unknown_cost": float("inf")}, "I don't know"),
        ({"cost": "matrix.csv", "multilabel": True}, "several labels"),
        ({"cost": "matrix.csv"}, "cannot be read"),
    ],
)
def test_says_what_is_wrong(more: dict[str, object], said: str) -> None:
    with pytest.raises(MiwakeError, match=said):
        costs(("bad", "good"), **more)  # type: ignore[arg-type]


def test_a_matrix_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "costs=1.csv"
    path.write_text("true\\said,b,a\na,7,0\nb,0,3\n", encoding="utf-8")
    assert costs(("a", "b"), str(path)).matrix == ((0, 7), (3, 0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",a,b\na,0,1\n", "rows are not.*: b"),
        (",a,c\na,0,1\nb,1,0", "columns are not.*: b, c"),
        (",a,b\na,0,1\na,1,0", "rows are not"),
        (",a,b\na,0,1\nb,x,0", "line 3.*'a' is 'x'"),
        (",a,b\na,0\nb,1,0", "line 2: 1 costs"),
        (",a,b\na,1,1\nb,1,0", "right answer 'a' costs 1"),
        (",a,b\na,0,0\nb,0,0", "costs nothing"),
        ("", "columns are not"),
    ],
)
def test_a_matrix_that_does_not_fit(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        costs(("a", "b"), str(path))
