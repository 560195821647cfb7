"""An exported file answers as `predict` does, or does not leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from torch import nn

import miwake as mw
from miwake.choice import Rule
from miwake.exporting import gate
from miwake.exporting.file import parts, put_together
from miwake.exporting.gate import loss
from miwake.exporting.latency import Timing, fastest
from miwake.exporting.network import written
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.runtime import RECORD, Record, start
from miwake.tasks.classify import Classify
from miwake.types import Preprocessing

SHAPE = Preprocessing(size=(16, 16), channels=3, mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.3), interpolation="bilinear")


def file_of(predictor: Predictor) -> bytes:
    made = parts(predictor)
    return put_together(made, made.network, model="0" * 64, precision="fp32")


def predictor_of(task: Classify, calibration: dict | None = None, rule: Rule | None = None) -> Predictor:
    torch.manual_seed(3)
    model = task.build("lecture-small", channels=3, size=(16, 16), dropout=None)
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.3)
    header = Header(
        task="classify",
        settings=task.to_json(),
        architecture="lecture-small",
        preprocessing=SHAPE,
        calibration=calibration or {},
        decision={} if rule is None else rule.to_json(),
    )
    return Predictor(model, header, torch.device("cpu"))


def pictures(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    sizes = random.integers(5, 90, (count, 2))
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


RULES = [
    (False, None),
    (False, Rule(costs=((0.0, 1.0, 2.0), (1.6, 0.0, 1.0), (1.0, 1.2, 0.0)))),
    (False, Rule(costs=((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)), unknown_cost=0.3, highest_cost=0.3)),
    (True, None),
    (True, Rule(costs=((5.0, 1.0), (1.0, 1.0), (1.0, 7.0)), unknown_cost=1.0, highest_cost=1.6)),
]


@pytest.mark.parametrize(("several", "rule"), RULES)
def test_calibration_and_decision_are_inside(several: bool, rule: Rule | None) -> None:
    predictor = predictor_of(Classify(classes=("a", "b", "c"), multilabel=several), {"temperature": 1.7}, rule)
    runtime = start("onnx", file_of(predictor), 1)
    given = pictures(60)
    expected = list(predictor.predict(given))
    found = [gate.answer(predictor, runtime, picture, "picture") for picture in given]
    assert len({answer.label for answer in expected}) > 1, [answer.probabilities for answer in expected[:9]]
    if rule is not None and rule.highest_cost is not None:
        assert None in {answer.label for answer in expected}
    for ours, theirs in zip(expected, found, strict=True):
        assert theirs.label == ours.label
        assert theirs.probability == pytest.approx(ours.probability, abs=1e-5)
        np.testing.assert_allclose(theirs.probabilities, ours.probabilities, rtol=0, atol=1e-5)


def labelled(classes: tuple[str, ...], truth: str) -> mw.Dataset:
    """One picture of these classes."""
    holds = [name in truth.split(";") for name in classes]
    several = len(classes) > 2
    return mw.Dataset(
        name="one",
        source="folder",
        root=Path(),
        task="classify",
        classes=classes,
        paths=["x"],
        targets=np.array([holds], np.uint8) if several else np.array([holds.index(True)]),
        split=np.zeros(1, np.int8),
    )


def test_what_is_not_said_is_judged_all_the_same() -> None:
    one, several = Classify(classes=("a", "b")), Classify(classes=("a", "b", "c"), multilabel=True)
    silent = mw.Prediction(path="", label=None, probability=0.6, probabilities=(0.4, 0.6))
    for task, truth, right in ((one, "b", 1.0), (one, "a", 0.0)):
        assert task.share_right(silent, labelled(task.classes, truth), 0) == right
    many = mw.Prediction(path="", label=None, probability=0.6, probabilities=(0.6, 0.3, 0.7))
    for truth, right in (("a;c", 1.0), ("a", 0.0)):
        assert several.share_right(many, labelled(several.classes, truth), 0) == right
    assert one.apart(silent, silent) == 0
    assert one.apart(silent, replace(silent, label="b")) == float("inf")


def test_the_file_says_what_it_is(exported: Path) -> None:
    model = onnx.load(exported / "export" / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert {each.domain for each in model.opset_import} == {""}
    assert model.opset_import[0].version <= 14
    facts = {entry.key: entry.value for entry in model.metadata_props}
    header = mw.Run(exported).header()
    assert json.loads(facts["miwake.classes"]) == header.settings["classes"]
    assert json.loads(facts["miwake.header"]) == json.loads(header.to_json())
    assert set(json.loads(facts["miwake.outputs"])) == {output.name for output in model.graph.output}
    assert facts["miwake.model_sha256"] == Record.read(exported).model  # type: ignore[union-attr]


def test_the_script_needs_numpy_and_onnxruntime_alone(exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(exported / "export", folder)
    script = (folder / "model-check.py").read_text(encoding="utf-8")
    assert len(script.splitlines()) <= 11
    # an environment in which nothing but these two, and what onnxruntime itself needs, can be imported
    import importlib.metadata as metadata
    import re

    wanted, there = ["numpy", "onnxruntime"], set[str]()
    while wanted:
        name = wanted.pop()
        if name in there:
            continue
        there.add(name)
        needs = metadata.requires(name) or []
        wanted += [re.split(r"[^\w.-]", need)[0] for need in needs if "extra ==" not in need] if name != "numpy" else []
    site = tmp_path / "site"
    site.mkdir()
    for name in there:
        for entry in metadata.files(name) or []:
            top = entry.parts[0]
            source = Path(metadata.distribution(name).locate_file(top))  # type: ignore[arg-type]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(source)
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = [str(python), str(folder / "model-check.py")]
    done = subprocess.run(
        run, capture_output=True, text=True, env={**environment, "PYTHONPATH": str(site)}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "The same answer" in done.stdout
    without = subprocess.run(
        [str(python), "-c", "import torch"],
        capture_output=True,
        env={**environment, "PYTHONPATH": str(site)},
        check=False,
    )
    assert without.returncode != 0
    # another picture has another answer, which the script notices
    np.save(folder / "model-sample.npy", 255 - np.load(folder / "model-sample.npy"))
    done = subprocess.run(run, capture_output=True, env={**environment, "PYTHONPATH": str(site)}, check=False)
    assert done.returncode != 0


def copy(run: Path, folder: Path) -> Path:
    shutil.copytree(run, folder / "run")
    (folder / "toy").symlink_to((run.parent / "toy").resolve())
    return folder / "run"


def test_a_file_that_answers_otherwise_does_not_leave(exported: Path, tmp_path: Path, miwake, monkeypatch) -> None:
    run = copy(exported, tmp_path)
    honest = gate.answer

    def wrong(predictor, runtime, picture, name):
        found = honest(predictor, runtime, picture, name)
        if not name.endswith("000.png"):
            return found
        return replace(found, probabilities=tuple(share + 2e-4 for share in found.probabilities))

    monkeypatch.setattr(gate, "answer", wrong)
    ended = miwake("export", run, "--latency", "none", cwd=tmp_path)
    assert ended.code == 1
    assert "lower-left/000.png" in ended.err
    assert "004.png" not in ended.err
    assert not (run / "export" / "model.onnx").exists()
    assert not list((run / "export").glob(".*"))


def test_fewer_bits_may_not_cost_accuracy(exported: Path, tmp_path: Path, miwake, monkeypatch) -> None:
    run = copy(exported, tmp_path)
    ended = miwake("export", run, "--int8", "--latency", "none", "--calibrated", 40, cwd=tmp_path)
    assert ended.code == 0, ended.err
    assert "95% interval" in ended.out.replace("\n", " ")
    whole, small = (run / "export" / name for name in ("model.onnx", "model-int8.onnx"))
    assert small.stat().st_size < 0.6 * whole.stat().st_size
    kinds = {node.op_type for node in onnx.load(small).graph.node}
    assert "QuantizeLinear" in kinds
    monkeypatch.setattr(gate, "DROP", -0.5)
    ended = miwake("export", run, "--int8", "--latency", "none", "--calibrated", 40, cwd=tmp_path)
    assert ended.code == 1
    assert "interval" in ended.err
    assert not small.exists()
    assert whole.exists()


@pytest.mark.long
def test_half_floats_are_half_as_large(exported: Path, tmp_path: Path, miwake) -> None:
    run = copy(exported, tmp_path)
    ended = miwake("export", run, "--fp16", "--latency", "none", cwd=tmp_path)
    assert ended.code == 0, ended.err
    whole, small = ((run / "export" / name).stat().st_size for name in ("model.onnx", "model-fp16.onnx"))
    assert small < 0.65 * whole


def test_the_loss_of_accuracy_has_an_interval() -> None:
    same = loss([(True, True)] * 180 + [(False, False)] * 20)
    assert same.value == 0
    assert same.low < 0 < same.high
    # Agresti and Min 2005: 86 and 150 of 1600 changed; the adjusted interval is close to Wald's (0.0211, 0.0589)
    many = loss([(True, False)] * 150 + [(False, True)] * 86 + [(True, True)] * 794 + [(False, False)] * 570)
    assert many.value == pytest.approx(0.04)
    assert (many.low, many.high) == pytest.approx((0.0211, 0.0588), abs=2e-4)


def test_the_loss_of_pixels_has_an_interval() -> None:
    random = np.random.default_rng(0)
    before = random.uniform(0.5, 0.9, 400)
    found = loss([(float(a), float(a - b)) for a, b in zip(before, random.normal(0.01, 0.05, 400), strict=True)])
    assert found.low < 0.01 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.05 / 20, rel=0.1)
    assert loss([(0.5, 0.5)]).value == 0


def test_the_fastest_is_so_over_all_numbers_of_pictures() -> None:
    def timing(way: str, batch: int, median: float) -> Timing:
        return Timing(way=way, batch=batch, median=median, low=median, high=median, calls=5)

    found = [timing("eager", 1, 8), timing("eager", 16, 20), timing("onnx fp32", 1, 2), timing("onnx fp32", 16, 40)]
    assert fastest(found, ["eager", "onnx fp32"]) == "onnx fp32"
    assert fastest(found, ["eager"]) == "eager"


class Odd(nn.Module):
    """What the exporter has no words for."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.local_response_norm(x, 5, alpha=0.5, beta=0.6, k=1.2)
        summed = nn.functional.avg_pool2d(x, 2, divisor_override=1)
        uneven = nn.functional.adaptive_avg_pool2d(x, (3, 4))
        middle = x.flatten(2).median(2).values
        return torch.cat([summed.flatten(1), uneven.flatten(1), middle], 1)


def test_what_the_exporter_has_no_words_for() -> None:
    import onnxruntime

    pictures = torch.rand(3, 6, 10, 11, generator=torch.Generator().manual_seed(0)) * 4
    model = written(Odd().eval(), pictures[:2], ["x"], ["y"], "odd/")
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": pictures.numpy()})
    np.testing.assert_allclose(found, Odd()(pictures).numpy(), rtol=1e-5, atol=1e-6)


class Unwritable(nn.Module):
    """Asks for what ONNX does not have."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.eigvals(x).abs()


def test_a_network_that_cannot_be_written_is_said() -> None:
    with pytest.raises(mw.MiwakeError, match="cannot be written as ONNX"):
        written(Unwritable(), torch.rand(2, 3, 3), ["x"], ["y"], "odd/")


def test_openvino_where_it_is_installed(exported: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="needs openvino")
    predictor = Predictor.open(exported, "cpu")
    stored = np.random.default_rng(0).integers(0, 256, (3, *predictor.header.preprocessing.stored, 3), dtype=np.uint8)
    file = exported / "export" / "model.onnx"
    one, other = (
        start(backend, file, 1, stored=stored.shape[1:]).run(stored)  # type: ignore[arg-type]
        for backend in ("onnx", "openvino")
    )
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=0, atol=1e-4)


def test_a_grey_run_takes_files_of_any_kind(tmp_path: Path) -> None:
    task = Classify(classes=("a", "b"))
    torch.manual_seed(0)
    shape = replace(SHAPE, channels=1, mean=(0.5,), std=(0.25,), interpolation="area")
    header = Header(task="classify", settings=task.to_json(), architecture="small", preprocessing=shape)
    predictor = Predictor(task.build("small", channels=1, size=(16, 16), dropout=None), header, torch.device("cpu"))
    runtime = start("onnx", file_of(predictor), 1)
    colour = pictures(1)[0]
    Image.fromarray(colour).save(tmp_path / "colour.png")
    case = gate.Case(name="colour", source=tmp_path / "colour.png", right=lambda answer: 1.0)
    assert gate.pixels(case, predictor).shape[2] == 1
    assert gate.compare(predictor, runtime, [case], "fp32").largest < 1e-5
    (expected,) = predictor.predict([colour])
    assert predictor.task.apart(expected, gate.answer(predictor, runtime, colour, "colour")) < 1e-5  # type: ignore[arg-type]


# -- what predict computes with ------------------------------------------------------------------------------------


def chosen(run: Path, backend: str) -> None:
    record = Record.read(run)
    assert record is not None
    replace(record, backend=backend).write(run)  # type: ignore[arg-type]


def test_predict_takes_the_file_and_gives_the_same_answers(exported: Path, tmp_path: Path, miwake) -> None:
    run = copy(exported, tmp_path)
    chosen(run, "onnx")
    assert Predictor.open(run, "cpu", "auto").runtime is not None
    assert Predictor.open(run, "cpu").runtime is None  # what judges a run is the network itself
    data = tmp_path / "toy"
    ours, theirs = (
        list(Predictor.open(run, "cpu", backend).predict(sorted(data.rglob("*.png"))))  # type: ignore[arg-type]
        for backend in ("torch", "auto")
    )
    for one, other in zip(ours, theirs, strict=True):
        assert one.label == other.label  # type: ignore[union-attr]
        np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=0, atol=1e-4)  # type: ignore[union-attr]
    said = miwake("predict", run, data / "lower-left" / "000.png", "--device", "cpu")
    assert (said.code, said.err) == (0, "")


def test_predict_falls_back_with_one_sentence(exported: Path, tmp_path: Path, miwake, monkeypatch) -> None:
    run = copy(exported, tmp_path)
    chosen(run, "onnx")
    picture = tmp_path / "toy" / "lower-left" / "000.png"

    def falls_back(words: str) -> None:
        said = miwake("predict", run, picture, "--device", "cpu")
        assert said.code == 0
        assert "lower-left" in said.out
        assert words in said.err.replace("\n", " ")
        assert said.err.count("PyTorch answers") == 1

    file = run / "export" / "model.onnx"
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    falls_back("cannot be read")
    file.unlink()
    falls_back("is not there any more")
    file.write_bytes(whole)
    with monkeypatch.context() as patch:
        patch.setattr("miwake.runtime.find_spec", lambda name: None)
        falls_back("needs onnxruntime")
    model = run / "model.safetensors"
    model.write_bytes(model.read_bytes()[:-4] + b"\0\0\0\0")
    falls_back("earlier model")


def test_wrong_use_is_said(exported: Path, tmp_path: Path, miwake) -> None:
    run = copy(exported, tmp_path)
    for flags, words in (
        (("--int8", "--fp16"), "exclude each other"),
        (("--judged", 0), "--judged is 0"),
        (("--to", "onx"), "Did you mean 'onnx'"),
    ):
        said = miwake("export", run, *flags, cwd=tmp_path)
        assert said.code == 2
        assert words in said.err
    (run / RECORD).unlink()
    said = miwake("predict", run, tmp_path / "toy", "--backend", "onnx", cwd=tmp_path)
    assert said.code == 2
    assert "miwake export" in said.err
    (run / RECORD).write_text("{}")
    said = miwake("predict", run, tmp_path / "toy", cwd=tmp_path)
    assert said.code == 2
    assert "backend.json" in said.err


def test_all_is_told_in_japanese(exported: Path, tmp_path: Path, miwake) -> None:
    run = copy(exported, tmp_path)
    said = miwake("export", run, "--latency", "none", "--lang", "ja", "--judged", 20, cwd=tmp_path)
    assert said.code == 0, said.err
    assert "20枚すべて" in said.out


def test_as_json(exported: Path, tmp_path: Path, miwake) -> None:
    run = copy(exported, tmp_path)
    said = miwake("export", run, "--latency", "none", "--json", "--judged", 30, "--out", tmp_path / "out", cwd=tmp_path)
    found = json.loads(said.out)
    assert found["parity"]["pictures"] == 30
    assert found["parity"]["passed"]
    assert Path(found["file"]) == tmp_path / "out" / "model.onnx"
    assert (tmp_path / "out" / "model-sample.png").exists()
