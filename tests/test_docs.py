"""The documents are true: their examples run, their commands and names exist."""

from __future__ import annotations

import contextlib
import re
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake import cli
from miwake.data import segmentation
from miwake.data.toy import toy_pictures
from miwake.types import Fit, Interpolation
from miwake.verbs import verbs

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(document: Path, language: str) -> list[tuple[int, str]]:
    """Line number and text of every fenced block of a language."""
    text = document.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text[: match.start(1)].count("\n"), match[1]) for match in found]


def write_photos(folder: Path) -> None:
    """`photos/good`, `photos/bad` and `new`: four shots of each part."""
    pictures, targets, _ = toy_pictures(each=32)
    names = {0: "photos/good", 3: "photos/bad", 1: "new"}
    for number, (picture, target) in enumerate(zip(pictures, targets.tolist(), strict=True)):
        if target in names:
            file = folder / names[target] / f"part{number // 16:02}_{number % 16}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(file)


def run_block(document: Path, line: int, source: str, names: dict[str, object]) -> None:
    """Run an example so that a failure names the document and its line."""
    exec(compile("\n" * line + source, str(document), "exec"), names)


def test_every_public_name_has_an_example_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = ROOT / "docs" / "python-api.md"
    text = document.read_text(encoding="utf-8")
    examples = blocks(document, "python")
    shown = {name for _, source in examples for name in re.findall(r"\bmw\.(\w+)", source)}
    assert shown == set(mw.__all__)
    assert sorted(re.findall(r"^### (\w+)$", text, re.MULTILINE)) == sorted(mw.__all__)
    write_photos(tmp_path)
    (tmp_path / "streets").mkdir()
    segmentation.toy(tmp_path / "streets")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for line, source in examples:
        # the demo learns nothing in so short a time, but does all the rest
        run_block(document, line, source.replace('time_limit="45s"', 'time_limit="1s"'), names)
    assert mw.open_run("runs/first").evaluation()["test"]["accuracy"]["value"] > 0.5


def tree(text: str, below: Path) -> Path:
    """Make the files that a drawing of folders shows, pictures with pixels of their own; returns its first folder."""
    stack: list[Path] = []
    for number, line in enumerate(text.splitlines()):
        depth = (len(line) - len(line.lstrip())) // 2
        stack[depth:] = [below.joinpath(*[part.name for part in stack[:depth]], line.strip())]
        if line.endswith("/"):
            stack[-1].mkdir(parents=True, exist_ok=True)
        else:
            picture(stack[-1], number)
    return stack[0]


def picture(file: Path, number: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "JPEG" if file.suffix.lower() == ".jpg" else "PNG")


FORMATS = ROOT / "docs" / "data-formats.md"


def test_folders_are_read_as_drawn(tmp_path: Path) -> None:
    drawn = [text for _, text in blocks(FORMATS, "text") if text.startswith("photos/")]
    said = re.findall(r"^Miwake says: `(.*)`$", FORMATS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(drawn) == len(said) == 2
    for number, (text, sentence) in enumerate(zip(drawn, said, strict=True)):
        dataset = mw.open_dataset(tree(text, tmp_path / str(number)))
        assert sentence in map(mw.told, dataset.notes)
        assert len(dataset) == len(re.findall(r"\.(?:JPG|png)$", text, re.MULTILINE))
        assert (dataset.split >= 0).all() == ("train/" in text)


def test_good_pictures_and_defects_are_read_as_drawn(tmp_path: Path) -> None:
    drawn = [text for _, text in blocks(FORMATS, "text") if text.startswith(("bottles/", "parts/"))]
    for text, source, count in zip(drawn, ("mvtec", "inspection"), (3, 2), strict=True):
        dataset = mw.open_dataset(tree(text, tmp_path / source))
        assert (dataset.source, dataset.task, len(dataset)) == (source, "anomaly", count)
        assert sum(mask is not None for mask in dataset.masks or ()) == 1


def class_mask(file: Path, *values: int) -> None:
    """A mask of 16 × 16 pixels with a stripe of each value."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.resize(np.repeat(np.array(values, np.uint8), 4), 16)[:, None].repeat(16, 1)).save(file)


def test_classes_of_pixels_are_read_as_drawn(tmp_path: Path) -> None:
    (drawn,) = (text for _, text in blocks(FORMATS, "text") if text.startswith("scenes/"))
    data = tree(drawn, tmp_path)
    for mask in data.glob("*/masks/*.png"):
        class_mask(mask, 0, 1, 3, 11)
    dataset = mw.open_dataset(data)
    assert (dataset.source, dataset.task, dataset.classes) == ("segmentation", "segment", ("0", "1", "3", "11"))
    assert dataset.split.tolist() == [0, 0, 1]
    pairs, legend = (text for _, text in blocks(FORMATS, "csv") if "mask" in text or "name,value" in text)
    (tmp_path / "legend.csv").write_text(legend, encoding="utf-8")
    dataset = mw.open_dataset(data, mw.DataOptions(legend=tmp_path / "legend.csv"))
    assert dataset.classes == ("sky", "building", "road")
    table = tmp_path / "films" / "pairs.csv"
    for number, line in enumerate(pairs.splitlines()[1:]):
        path, mask, *_ = line.split(",")
        picture(table.parent / path, number)
        class_mask(table.parent / mask, 0, 255)
    table.write_text(pairs, encoding="utf-8")
    dataset = mw.open_dataset(table)
    assert (dataset.task, dataset.classes) == ("segment", ("background", "foreground"))
    assert dataset.split.tolist() == [0, 0, 1, 2]


def test_outlines_are_read_as_drawn(tmp_path: Path) -> None:
    import json

    (drawn,) = (text for _, text in blocks(FORMATS, "text") if text.startswith("street/"))
    data = tree(drawn, tmp_path)
    images = [{"id": n, "file_name": f"00000{n}.jpg", "height": 16, "width": 16} for n in (1, 2)]
    thing = {"image_id": 1, "category_id": 1, "area": 9, "segmentation": [[1, 1, 4, 1, 4, 4, 1, 4]]}
    text = {"images": images, "annotations": [thing], "categories": [{"id": 1, "name": "car"}]}
    (data / "annotations" / "instances_train.json").write_text(json.dumps(text), encoding="utf-8")
    dataset = mw.open_dataset(data)
    assert (dataset.source, dataset.task, dataset.classes) == ("coco", "segment", ("background", "car"))
    assert dataset.split.tolist() == [0, 0]


def test_packed_files_are_named_as_drawn(tmp_path: Path) -> None:
    from miwake.data import source

    drawn = ("photos/", "bottles/", "parts/", "scenes/", "street/")
    packed = [text for _, text in blocks(FORMATS, "text") if not text.startswith(drawn)]
    for name, text in zip(("idx", "cifar"), packed, strict=True):
        folder = tmp_path / name
        folder.mkdir()
        source.source(name).toy(folder)
        assert {line.strip() for line in text.splitlines()[1:]} == {file.name for file in folder.iterdir()}
        assert f"Read by {name}:" in mw.told(mw.open_dataset(folder).notes[0])


def test_tables_are_read_as_written(tmp_path: Path) -> None:
    from miwake.evaluation import read_costs
    from miwake.evaluation.taxonomy import read_taxonomy

    tables = [text for _, text in blocks(FORMATS, "csv") if "mask" not in text and "name,value" not in text]
    single, several, patients, costs, taxonomy = (tmp_path / f"{number}" / "table.csv" for number in range(5))
    for file, text in zip((single, several, patients, costs, taxonomy), tables, strict=True):
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        for number, line in enumerate(text.splitlines()[1:]):
            if text.startswith("path"):
                picture(file.parent / line.split(",")[0], number)
    one = mw.open_dataset(single)
    assert one.classes == ("bad", "good")
    assert [len(one.rows(part)) for part in (0, 1, 2)] == [3, 2, 2]
    assert one.group is not None
    many = mw.open_dataset(several.parent)
    assert many.classes == ("bicycle", "car", "pedestrian")
    assert np.asarray(many.targets).sum(1).tolist() == [2, 1, 0, 3]
    slices = mw.open_dataset(patients, mw.DataOptions(group="patient", window="lung"))
    assert slices.classes == ("clear", "nodule")
    assert slices.group is not None
    assert len(set(np.asarray(slices.group).tolist())) == 3
    classes = ("good", "hole", "scratch")
    read = read_costs(mw.EvaluateOptions(cost=str(costs)), classes)
    assert read is not None
    assert read.matrix == ((0, 1, 1), (50, 0, 10), (5, 2, 0))
    assert read_taxonomy(taxonomy, classes).classes == ("good", "bad")


def test_windows_are_named_as_in_the_table() -> None:
    from miwake.data.window import NAMED

    text = FORMATS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+)` \| (-?\d+), (\d+) \|", text, re.MULTILINE)
    assert {name: (int(centre), int(width)) for name, centre, width in rows} == NAMED
    flag = (ROOT / "src" / "miwake" / "data" / "config.py").read_text("utf-8")
    assert ", ".join(NAMED) in flag.replace(", or ", ", ")


def commands() -> list[tuple[str, int, list[str]]]:
    """Every `miwake …` of the documents: in blocks of the shell, and between backquotes."""
    found = []
    for document in DOCUMENTS:
        for line, text in blocks(document, "(?:console|sh)"):
            found += [(document.name, line, row) for row in text.replace("\\\n", " ").splitlines() if "miwake " in row]
        text = document.read_text(encoding="utf-8")
        for match in re.finditer(r"`(miwake [^`\n]+)`", text):
            found.append((document.name, text[: match.start()].count("\n"), match[1]))
    split = [(name, line, shlex.split(re.sub(r"^.*?\bmiwake ", "", row), comments=True)) for name, line, row in found]
    return [(name, line, words) for name, line, words in split if words]


def test_every_command_and_flag_exists(capsys: pytest.CaptureFixture[str]) -> None:
    shown = commands()
    assert len(shown) > 10
    known: dict[str, str] = {}
    for name, line, words in shown:
        verb = words[0]
        if verb in ("VERB", "--help", "--version"):
            continue
        assert verb in verbs(), f"{name}:{line + 1}: miwake {verb}"
        if verb not in known:
            with contextlib.suppress(SystemExit):
                cli.run([verb, "--help"])
            known[verb] = capsys.readouterr().out
        for flag in words:
            if flag.startswith("--"):
                wanted = rf"(?<![\w-]){re.escape(flag.split('=')[0])}(?![\w-])"
                assert re.search(wanted, known[verb]), f"{name}:{line + 1}: miwake {verb} {flag}"


def test_every_link_leads_somewhere() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith(("http://", "https://")):
                continue
            path, _, anchor = target.partition("#")
            file = document.parent / path if path else document
            assert file.exists(), f"{document.name}: {target}"
            if anchor:
                titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
                assert anchor in anchors, f"{document.name}: {target}"


def reader() -> dict[str, Any]:
    """The names that the specification's own reader defines."""
    ((line, source),) = blocks(ROOT / "docs" / "run-folder.md", "python")
    names: dict[str, Any] = {}
    run_block(ROOT / "docs" / "run-folder.md", line, source, names)
    return names


def test_the_reader_of_the_specification_gives_the_same_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_photos(tmp_path)
    run = mw.train(
        "photos",
        model=mw.ModelOptions(model="lecture-small"),
        training=mw.Training(epochs=4, batch_size=8, precision="fp32", threads=1, device="cpu"),
        evaluation=mw.EvaluateOptions(cost="miss=5,false-alarm=1", positive=("bad",), unknown_cost=0.2),
        out=Path("run"),
    )
    predict = reader()["predict"]
    answers = list(mw.predict(run, ["photos", "new"]))
    assert len(answers) == 96
    assert {answer.label for answer in answers} >= {"good", None}
    for found in answers:
        label, probability = predict(run.model_file, found.path)
        assert label == found.label
        assert probability == pytest.approx(found.probability, abs=1e-5)
    # every file and column that the page names, and no other
    text = (ROOT / "docs" / "run-folder.md").read_text(encoding="utf-8")
    drawn = next(text for _, text in blocks(ROOT / "docs" / "run-folder.md", "text"))
    listed = {line.strip().rstrip("/") for line in drawn.splitlines() if line.startswith("    ")}
    assert listed == {file.name for file in run.folder.iterdir()}
    for name in (*run.history()[0], *run.evaluation()["test"], *asdict(run.header())):
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_reader_of_the_specification_sees_the_same_picture(
    fit: Fit, interpolation: Interpolation, channels: int, tmp_path: Path
) -> None:
    import torch

    from miwake.data.preprocess import load, network_input

    noise = np.random.default_rng(0).integers(0, 256, (9, 13, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((130, 90), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[274] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    shape = mw.Preprocessing(
        size=(28, 35), channels=channels, mean=(0.4,) * channels, std=(0.2,) * channels, fit=fit,
        interpolation=interpolation, crop=0.875,
    )  # fmt: skip
    stored = torch.from_numpy(load(tmp_path / "turned.png", shape))
    ours = network_input(stored[None].permute(0, 3, 1, 2), shape)[0].numpy()
    theirs = reader()["read_picture"](tmp_path / "turned.png", shape.to_json())
    assert theirs.shape == ours.shape
    assert np.abs(theirs - ours).max() <= 1.01 / 255 / 0.2


def test_the_example_of_the_exported_file_runs(
    toy_run: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="needs the extra export")
    page = ROOT / "docs" / "export.md"
    monkeypatch.chdir(place)
    left = mw.export(toy_run, options=mw.ExportOptions(latency="none", judged=20), out=tmp_path / "export").left
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.png").write_bytes((place / "toy" / "upper-right" / "003.png").read_bytes())
    ((line, source),) = blocks(page, "python")
    run_block(page, line, source, {})
    assert capsys.readouterr().out.splitlines()[-1].startswith("upper-right {")
    text = page.read_text(encoding="utf-8")
    for name in (left.file.name, *(path.name for path in left.beside)):
        assert f"`{name}`" in text
    import onnxruntime

    session = onnxruntime.InferenceSession(str(left.file))
    for name in (
        *(output.name for output in session.get_outputs()),
        *session.get_modelmeta().custom_metadata_map,
    ):
        assert f"`{name}`" in text, name
