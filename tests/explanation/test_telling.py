"""What is said of maps that show nothing, or that must not be believed; files that can be told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from miwake.explanation import telling
from miwake.explanation.config import ExplainOptions
from miwake.explanation.contents import Explained, Neighbour, Subject
from miwake.explanation.explaining import explain
from miwake.explanation.page import render
from miwake.explanation.telling import tell, to_json, write_pictures
from miwake.look.text import Language
from miwake.look.words import words
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.types import Preprocessing

METHODS = ("gradcam", "occlusion", "guided_backpropagation")


def subject(path: str) -> Subject:
    pixels = np.random.default_rng(0).integers(100, 255, (16, 16, 3), dtype=np.uint8)
    return Subject(path=path, stored=pixels, shown=pixels, region=(0.0, 0.0, 1.0, 1.0), true="b")


@pytest.fixture
def explained(corner: nn.Module) -> Explained:
    """Every place speaks against class a, so Grad-CAM, which shows only what speaks for a class, shows nothing."""
    with torch.no_grad():
        corner.dense.weight[0] = -1.0
    task = Classify(classes=("a", "b"))
    shape = Preprocessing(size=(16, 16), channels=3, mean=(0.0,) * 3, std=(1.0,) * 3)
    header = Header(task="classify", settings=task.to_json(), architecture="corner", preprocessing=shape)
    options = ExplainOptions(methods=METHODS, target="a", sanity=True)
    predictor = Predictor(corner, header, torch.device("cpu"))
    return explain(predictor, [subject("many.gz#3"), subject("many.gz#11")], None, options, name="corner")


def test_an_empty_map_is_said_and_points_nowhere(explained: Explained) -> None:
    maps = {each["method"]: each for each in to_json(explained)["pictures"][0]["maps"]}
    assert maps["gradcam"]["peak"] is None
    assert maps["gradcam"]["likeness_to_shuffled_weights"] is None  # not 0, which reads as a passed check
    assert all(0 <= share <= 1 for share in maps["occlusion"]["peak"])
    for language in ("en", "ja"):
        # of both pictures Grad-CAM's and guided backpropagation's
        assert render(explained, language).count(words("explain.empty", language)) == 4


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_terminal_names_no_place_of_an_empty_map(explained: Explained, language: Language) -> None:
    said = "\n".join(telling.sentences(explained.explanations[0], language))
    title = words("explain.method.gradcam", language)
    named = [title, words("explain.method.guided_backpropagation", language)]
    assert words("explain.empty.said", language, methods=words("report.and", language).join(named)) in said
    assert said.count(title) == 1


@pytest.mark.parametrize(
    ("likeness", "key", "other"),
    [
        (None, "explain.insane", "explain.insane.elsewhere"),
        (0.9, "explain.insane", "explain.insane.elsewhere"),
        (0.1, "explain.insane.elsewhere", "explain.insane"),
    ],
)
def test_a_warning_does_not_deny_what_was_measured(
    explained: Explained, likeness: float | None, key: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tuple(
        replace(one, maps=tuple(replace(each, likeness=likeness) for each in one.maps))
        for one in explained.explanations
    )
    found = replace(explained, explanations=pictures)
    page = render(found, "en").replace("&#39;", "'")
    assert words(key, "en") in page
    assert words(other, "en") not in page
    tell(found, "en")
    said = " ".join(capsys.readouterr().out.split())
    title = words("explain.method.guided_backpropagation", "en")
    assert words(f"{key}.said", "en", methods=title) in said
    assert words(f"{other}.said", "en", methods=title) not in said


def test_pictures_of_one_file_are_told_apart_by_their_number(explained: Explained, tmp_path: Path) -> None:
    write_pictures(explained, tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert {"many-3-occlusion-a.png", "many-11-occlusion-a.png"} <= names


def test_six_maps_stand_three_and_three_and_a_name_is_whole(explained: Explained) -> None:
    one = explained.explanations[0]
    name = "a-photograph-of-the-line-number-7-of-march.png"
    near = Neighbour(path=f"far/{name}", label="", likeness=0.5, shown=one.subject.shown)
    for count in (5, 6):
        maps = (one.maps * 2)[:count]
        page = render(replace(explained, explanations=(replace(one, maps=maps, nearest=(near,)),)), "en")
        assert ('<ul class="maps six">' in page) == (count == 6)
        assert f"<b>{name}</b>" in page


def test_a_small_chance_is_not_rounded_up_beside_others() -> None:
    from miwake.explanation.page import _chance

    assert [_chance(value) for value in (0.9999, 0.25, 0.001, 0.0004, 0.0)] == [
        *("99.9%", "25.0%", "0.1%", "< 0.1%", "< 0.1%")
    ]
