"""`miwake explain` on a run, on files, on the run's own pictures; what it writes, prints and refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import miwake as mw
from miwake.explanation.contents import Subject
from miwake.explanation.explaining import explain as of_subjects
from miwake.explanation.page import render
from miwake.explanation.telling import write_pictures
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.types import Preprocessing
from miwake.verbs._explain import _page

FAST = ("--examples", "24")


@pytest.fixture(scope="module")
def run(place, toy_run, tmp_path_factory) -> Path:
    """A copy of the toy's run, to write pages into."""
    folder = tmp_path_factory.mktemp("explain") / "run"
    shutil.copytree(toy_run, folder)
    return folder


@pytest.fixture(scope="module")
def picture(place) -> Path:
    return place / "toy" / "lower-left" / "000.png"


@pytest.fixture(scope="module")
def told(run, picture, miwake, place) -> dict:
    """JSON of one picture with everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(run.parent / "cache"))
        ended = miwake(
            *("explain", run, picture, "--json", "--sanity", "--pictures", run.parent / "pictures", *FAST), cwd=place
        )
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_json_says_it_all(told: dict, picture: Path) -> None:
    (one,) = told["pictures"]
    assert one["answer"] == "lower-left"
    assert one["true"] == "lower-left"  # of the run's own data, whose labels are known
    found = {each["method"]: each for each in one["maps"]}
    assert {"gradcam", "occlusion", "integrated_gradients", "smoothgrad", "guided_backpropagation"} == found.keys()
    for each in found.values():
        assert each["class"] == "lower-left"
        assert -1 <= each["likeness_to_shuffled_weights"] <= 1
        assert all(0 <= share <= 1 for share in each["peak"])
    assert found["guided_backpropagation"]["warning"]
    # the toy's square is in the lower left
    x, y = found["occlusion"]["peak"]
    assert x < 0.6
    assert y > 0.4
    assert one["change"]["answer"] != "lower-left"
    left, top, right, bottom = one["change"]["left_top_right_bottom"]
    assert (right - left) * (bottom - top) == pytest.approx(one["change"]["share"], abs=1e-3)
    assert [each["label"] for each in one["nearest"][:3]] == ["lower-left"] * 3
    likeness = [each["likeness"] for each in one["nearest"]]
    assert likeness == sorted(likeness, reverse=True)
    assert one["path"] not in [each["path"] for each in one["nearest"]]
    assert told["looked_through"] == 24
    assert {layer["name"] for layer in told["layers"]} >= {"layers", "dense"}
    units = [unit for view in told["inside"] for unit in view["units"]]
    assert {view["layer"] for view in told["inside"]} <= {layer["name"] for layer in told["layers"]}
    assert all(each["path"].startswith(f"{each['label']}/") for unit in units for each in unit["driven_most_by"])
    assert any(len(unit["driven_most_by"]) == 5 for unit in units)


def test_the_page_is_whole_and_loads_nothing(told: dict, run: Path) -> None:
    assert Path(told["page"]) == run / "explain.html"
    page = (run / "explain.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert 'src="http' not in page
    assert "url(http" not in page
    assert re.search("Do not (trust|rely on) this map", page)
    filters = page.partition('<section id="filters"')[2].partition("</section>")[0]
    assert filters.count("data:image") == 16  # the first layer's, one by one
    assert "Mid-grey is zero" in filters
    for title in ("Grad-CAM", "Occlusion", "What it has seen", "From edges to wholes"):
        assert title in page
    assert page.count("data:image") > 30
    looked = "24 pictures of toy that were looked through"
    assert page.count(looked) == 2  # for the nearest ones, and for what drives the units


def test_pictures_are_written(told: dict, run: Path) -> None:
    names = {file.name for file in (run.parent / "pictures").iterdir()}
    assert {"000-gradcam-lower-left.png", "000-change.png"} <= names
    assert any(name.startswith("000-layer-") for name in names)


def test_the_hidden_rectangle_is_drawn_in_the_colour_that_hid_it(told: dict, run: Path) -> None:
    mean = Predictor.open(run, "cpu").header.preprocessing.mean
    colour = tuple(round(255 * value) for value in (mean * 3 if len(mean) == 1 else mean))
    assert colour != (128, 128, 128)
    with Image.open(run.parent / "pictures" / "000-change.png") as picture:
        left, top, right, bottom = told["pictures"][0]["change"]["left_top_right_bottom"]
        middle = (left + right) / 2 * picture.width, (top + bottom) / 2 * picture.height
        assert picture.convert("RGB").getpixel((int(middle[0]), int(middle[1]))) == colour
    for file in (run.parent / "pictures").iterdir():
        assert min(Image.open(file).size) > 50


def test_from_python_the_maps_are_arrays(run: Path, picture: Path) -> None:
    options = mw.ExplainOptions(methods=("gradcam", "occlusion"), examples=0, target="upper-right", true="lower-left")
    found = mw.explain(run, picture, explanation=options, out=run.parent / "page.html").explained
    (one,) = found.explanations
    assert one.targets == ("upper-right",)  # the answer is right: there are no two sides
    assert [each.method for each in one.maps] == ["gradcam", "occlusion"]
    assert all(each.values.shape == (12, 12) and each.values.dtype == np.float32 for each in one.maps)
    assert found.page == run.parent / "page.html"
    assert found.page.exists()
    assert one.nearest == ()


def test_a_wrong_answer_shows_both_classes_and_what_would_bring_the_right_one(run, picture, miwake) -> None:
    ended = miwake("explain", run, picture, "--true", "upper-left", "--json", "--examples", "0")
    assert ended.code == 0, ended.err
    (one,) = json.loads(ended.out)["pictures"]
    assert {each["class"] for each in one["maps"]} == {"lower-left", "upper-left"}
    assert one["change"] is None or one["change"]["answer"] == "upper-left"
    page = (run / "explain.html").read_text(encoding="utf-8")
    assert "side by side" in page


def test_without_pictures_the_tree_is_printed(run: Path, miwake) -> None:
    ended = miwake("explain", run)
    assert ended.code == 0
    assert "dense" in ended.out
    assert "16 × 12 × 12" in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())
    layers = json.loads(miwake("explain", run, "--json").out)["layers"]
    assert {"name": "dense", "kind": "Linear", "shape": [4], "parameters": 388, "grid": None} in layers


def test_sentences_in_both_languages(run: Path, picture: Path, miwake) -> None:
    english = miwake("explain", run, picture, "--examples", "0")
    assert "lower-left" in english.out
    assert "Guided backpropagation: hardly changes" in english.out
    assert "explain.html" in english.out
    assert all(len(line) <= 80 or " " not in line for line in english.out.splitlines())
    japanese = miwake("explain", run, picture, "--examples", "0", "--lang", "ja")
    assert "ガイド付き誤差逆伝播" in japanese.out
    assert 'lang="ja"' in (run / "explain.html").read_text(encoding="utf-8")


def test_one_layer(run: Path, picture: Path, miwake) -> None:
    ended = miwake("explain", run, picture, "--layer", "layers.1", "--methods", "gradcam", *FAST, cwd=run.parent)
    assert ended.code == 0, ended.err
    page = (run / "explain.html").read_text(encoding="utf-8")
    assert ">layers.1<" in page
    assert "Feature map of unit" in page


def test_a_picture_of_the_runs_own_by_its_name(run: Path, place: Path, miwake) -> None:
    ended = miwake(
        "explain", run, "upper-right/003.png", "--methods", "gradcam", "--json", "--examples", "0", cwd=place
    )
    assert ended.code == 0, ended.err
    (one,) = json.loads(ended.out)["pictures"]
    assert one["true"] == "upper-right"


def test_mistakes_are_found_in_the_predictions(run: Path, place: Path, miwake, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    table = tmp_path / "run" / "predictions.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    place_of = lines[0].split(",").index("label")
    test = next(number for number, line in enumerate(lines) if ",test," in line)
    cells = lines[test].split(",")
    cells[place_of] = "upper-left" if cells[place_of] != "upper-left" else "upper-right"
    lines[test] = ",".join(cells)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ended = miwake(
        *("explain", tmp_path / "run", "--mistakes", "1", "--methods", "gradcam", "--json", "--examples", "0"),
        cwd=place,
    )
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["pictures"][0]["path"] == cells[0]


def test_a_run_without_its_pictures_still_explains(run: Path, picture: Path, tmp_path: Path, miwake) -> None:
    shutil.copytree(run, tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    config["request"]["data"] = str(tmp_path / "gone")
    (tmp_path / "run" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    ended = miwake("explain", tmp_path / "run", picture, "--methods", "gradcam")
    assert ended.code == 0, ended.err
    assert "--data" in ended.err
    assert "lower-left" in ended.out


def test_other_data_may_be_looked_through(run: Path, picture: Path, tmp_path: Path, miwake) -> None:
    for number, file in enumerate(sorted(picture.parent.glob("*.png"))[1:4]):
        shutil.copy(file, tmp_path / f"{number}.png")
    ended = miwake("explain", run, picture, "--methods", "gradcam", "--data", tmp_path, "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["looked_through"] == 3
    assert {each["label"] for each in found["pictures"][0]["nearest"]} == {""}


def test_what_does_not_fit_into_the_time_is_left_out_and_said(run: Path, picture: Path, miwake) -> None:
    ended = miwake("explain", run, picture, "--time-limit", "1s", "--json", *FAST)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert {"what": "occlusion", "why": "time"} in found["left_out"]
    assert "gradcam" in [each["method"] for each in found["pictures"][0]["maps"]]  # the cheapest is always made
    ended = miwake("explain", run, picture, "--time-limit", "1s", *FAST)
    assert "--time-limit" in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--target", "lower-lef"), "Did you mean 'lower-left'"),
        (("--true", "lower-lef"), "Did you mean 'lower-left'"),
        (("--methods", "gradcan"), "Did you mean 'gradcam'"),
        (("--methods", "attention_rollout"), "attention_rollout"),
        (("--layer", "layer.1"), "Did you mean 'layers.1'"),
        (("--examples", "-1"), "--examples is -1"),
        (("--time-limit", "soon"), "'soon' is no length of time"),
        (("--data", "nowhere"), "nowhere does not exist"),
    ],
)
def test_wrong_use_is_said(run: Path, picture: Path, miwake, arguments: tuple[str, ...], words: str) -> None:
    ended = miwake("explain", run, picture, *arguments)
    assert ended.code in (2, 3)
    assert words in ended.err.replace("\n", " ")


def test_bad_pictures_are_said(run: Path, picture: Path, tmp_path: Path, miwake) -> None:
    (tmp_path / "bad.jpg").write_text("no picture", encoding="utf-8")
    ended = miwake("explain", run, tmp_path / "bad.jpg")
    assert ended.code == 3
    assert "bad.jpg" in ended.err
    ended = miwake("explain", run, tmp_path / "bad.jpg", picture, "--methods", "gradcam", "--examples", "0")
    assert ended.code == 3
    assert "lower-left" in ended.out
    assert "bad.jpg" in ended.out


def test_without_captum_it_does_with_less(run: Path, picture: Path, miwake, monkeypatch: pytest.MonkeyPatch) -> None:
    from miwake.explanation import methods

    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    ended = miwake("explain", run, picture, "--examples", "0")
    assert ended.code == 0, ended.err
    assert "Occlusion: pip install 'miwake[explain]'" in ended.out
    ended = miwake("explain", run, picture, "--methods", "occlusion")
    assert ended.code == 2
    assert "pip install 'miwake[explain]'" in ended.err


def test_nine_planes_and_two_pictures_of_one_name(tmp_path: Path) -> None:
    task = Classify(classes=("dark", "light"))
    shape = Preprocessing(size=(12, 12), channels=9, mean=(0.5,) * 9, std=(0.25,) * 9)
    torch.manual_seed(0)
    model = task.build("small", channels=9, size=(12, 12), dropout=None)
    header = Header(task="classify", settings=task.to_json(), architecture="small", preprocessing=shape)
    pixels = np.random.default_rng(0).integers(0, 255, (2, 12, 12, 9), dtype=np.uint8)
    subjects = [
        Subject(path="a#0", stored=picture, shown=picture, region=(0.0, 0.0, 1.0, 1.0), true="dark")
        for picture in pixels
    ]
    found = of_subjects(Predictor(model, header, torch.device("cpu")), subjects, None, mw.ExplainOptions(), name="nine")
    assert len(render(found, "en")) > 10_000
    write_pictures(found, tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert any(name.startswith("a-0-gradcam") for name in names)
    assert any(name.startswith("a-0-2-gradcam") for name in names)


def test_a_page_in_the_users_folder_takes_a_free_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _page(None, None) == Path("explain.html")
    Path("explain.html").write_text("mine")
    assert _page(None, None) == Path("explain-2.html")
