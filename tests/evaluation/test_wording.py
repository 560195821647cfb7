"""Sentences and the terminal's table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from miwake.choice import Rule
from miwake.evaluation import evaluate, sentences, summary
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import Evaluation
from miwake.evaluation.wording import hardest
from miwake.look.text import Language, cells
from miwake.types import Figure

LANGUAGES: tuple[Language, ...] = ("en", "ja")
RULE = Rule(costs=((0, 1), (50, 0)), unknown_cost=0.5, highest_cost=0.5, positive=("bad",))


def example(classes: int = 2, **more: object) -> Evaluation:
    rng = np.random.default_rng(0)
    targets = np.arange(300) % classes
    logits = 2 * rng.normal(size=(300, classes)) + 4 * np.eye(classes)[targets]
    names = ("good", "bad") if classes == 2 else tuple(f"名前のとても長いクラスの番号{k}" for k in range(classes))
    settings: dict[str, object] = {
        "classes": names,
        "train_targets": targets,
        "temperature": 1.4,
        "options": EvaluateOptions(bootstrap_rounds=50),
    }
    return evaluate(logits, targets, **(settings | more))  # type: ignore[arg-type]


def test_a_miss_in_plain_words() -> None:
    found = example()
    good, bad = found.per_class
    bad = replace(bad, recall=Figure(0.97, 0.93, 0.99), precision=Figure(0.9, 0.8, 0.95))
    said = sentences(replace(found, per_class=(good, bad)))
    assert "Of 100 pictures of 'bad' it will miss 3 (between 1 and 7): recall 97.0%." in said
    assert "Of 100 times that it says 'bad', it will be wrong 10 times (between 5 and 20): precision 90.0%." in said
    assert "「bad」の画像100枚のうち3枚を見逃します（1～7）。再現率は97.0%です。" in sentences(
        replace(found, per_class=(good, bad)), "ja"
    )


def test_the_words_of_diagnostics_where_there_is_a_positive_class() -> None:
    said = "\n".join(sentences(example(rule=RULE)))
    for name, term in (("bad", "sensitivity"), ("good", "specificity")):
        assert any(f"of '{name}' it will miss" in line and term in line for line in said.split("\n"))
    for name, term in (("bad", "positive predictive value"), ("good", "negative predictive value")):
        assert any(f"says '{name}'" in line and term in line for line in said.split("\n"))
    assert "if it had to answer every one" in said
    assert "will leave" in said


def test_without_an_interval_that_is_said() -> None:
    said = sentences(example(groups=["one"] * 300))
    assert "no interval can be given" in said[0]
    assert any("All pictures come from one group" in line for line in said)
    assert "nan" not in "\n".join(said).lower()


def test_a_model_no_better_than_the_baseline() -> None:
    found = example()
    warned = "It is not shown that the model does better than that."
    assert warned not in sentences(found)
    assert warned in sentences(replace(found, accuracy=Figure(0.55, 0.49, 0.6)))


def test_classes_that_little_is_known_of() -> None:
    rng = np.random.default_rng(0)
    targets = np.array([0] * 40 + [1] * 40 + [2] * 3)
    said = sentences(
        evaluate(
            rng.normal(size=(83, 4)),
            targets,
            classes=tuple("abcd"),
            train_targets=targets,
            options=EvaluateOptions(bootstrap_rounds=50),
        )
    )
    assert "Nothing can be said of classes without pictures here: d." in said
    assert "Fewer than ten pictures stand behind what is said of: c." in said
    assert not any("'d'" in line for line in said)


def test_the_hardest_classes() -> None:
    found = example(12)
    chosen = hardest(found, 3)
    worst = sorted(figures.recall.value for figures in found.per_class)[2]
    assert len(chosen) == 3
    assert max(figures.recall.value for figures in chosen) == worst
    assert sum("it will miss" in line for line in sentences(found, classes=3)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["two", "many", "labels", "one group", "costs"])
def test_everything_is_said_in_both_languages_within_80_columns(language: Language, kind: str) -> None:
    targets = (np.random.default_rng(1).random((60, 3)) < 0.4).astype(int)
    found = {
        "two": lambda: example(),
        "many": lambda: example(30, groups=np.arange(300) // 7),
        "labels": lambda: evaluate(targets * 2.0 - 1, targets, classes=tuple("abc"), train_targets=targets),
        "one group": lambda: example(groups=["x"] * 300),
        "costs": lambda: example(rule=RULE),
    }[kind]()
    table = summary(found, language)
    assert max(cells(line) for line in table.split("\n")) <= 80
    assert "\x1b" not in table
    said = sentences(found, language)
    assert all(line and "{" not in line and "nan" not in line for line in said)
    assert len(said) == len(set(said))


def test_the_table_aligns() -> None:
    lines = summary(example(12, groups=np.arange(300) // 7)).split("\n")
    assert lines[0] == "test: 300 pictures of 43 groups, 12 classes"
    accuracy = next(line for line in lines if line.startswith("Accuracy"))
    assert accuracy[34:43].strip().endswith("%")
    assert "The 10 hardest of 12 classes; evaluation.json has all." in lines


def test_a_name_cannot_play_with_the_terminal() -> None:
    found = example(classes=3)
    bent = replace(found.per_class[0], name="red\x1b[31m\n")
    assert "\x1b" not in summary(replace(found, per_class=(bent, *found.per_class[1:]), baseline_label="\x1b"))
