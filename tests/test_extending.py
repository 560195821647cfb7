"""The page on extending is followed: its files are written into a copy of the package, found, and trained with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"
FILE = re.compile(r"^`(src/miwake/\S+\.py)`\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

FOLLOW = """
import sys
from dataclasses import replace
from pathlib import Path

import miwake as mw
from miwake import networks, tasks
from miwake.cli import run as command
from miwake.data import source

assert Path(mw.__file__).is_relative_to(sys.argv[1]), mw.__file__
assert {"filename", "grades"} <= set(source.names()) and "grade" in tasks.names() and "dilated" in networks.names()
assert "torch" not in sys.modules

for name in ("filename", "grades"):
    Path(name).mkdir()
    assert source.source(name).toy(Path(name)) == Path(name)
assert mw.open_dataset("filename").source == "filename"
assert mw.open_dataset("grades").source == "folder"
Path("filename/notes.txt").touch()
read, others = mw.open_dataset("filename").notes
assert mw.told(read, "en").startswith("Read by filename: its files are named after 4 classes")
assert (mw.told(others, "en"), mw.told(others, "ja")) == ("1 other file: ignored.", "ほかのファイル1個は無視します。")
Path("filename/notes.txt").unlink()

quick = ["--model", "dilated", "--epochs", "12", "--threads", "1", "--precision", "fp32", "--device", "cpu"]
for name in ("filename", "grades"):
    code = command(["train", name, "--source", name, "--out", f"run-{name}", "--mirror", "none", *quick])
    assert code == 0
    run = mw.open_run(f"run-{name}")
    assert run.header().architecture == "dilated"
    assert run.header().task == {"filename": "classify", "grades": "grade"}[name]
    assert run.evaluation()["test"]["accuracy"]["value"] > 0.6, run.evaluation()["test"]["accuracy"]
    assert mw.evaluate(run).evaluation.accuracy.value == run.evaluation()["test"]["accuracy"]["value"]
    answers = list(mw.predict(run, [name]))
    assert len(answers) == 96 and all(isinstance(answer, mw.Prediction) for answer in answers)

# the grades' loss grows with the distance
import torch
question = tasks.find("grade")(classes=("1", "2", "3"))
near, far = (question.loss(torch.tensor([row]), torch.tensor([0])).item() for row in ([0.0, 9.0, 0], [0.0, 0, 9.0]))
assert 0 < near < far
assert command(["models", "dilated"]) == 0
usual, momentum = (
    mw.attack("run-filename", options=mw.AttackOptions(attack=name, strength="120", steps=10, parts=("smallest",)))
    for name in ("pgd", "momentum")
)
assert momentum.robustness.attack == "momentum"
assert abs(momentum.robustness.attacked.fooled - usual.robustness.attacked.fooled) <= 3
assert momentum.robustness.attacked.fooled > 0
# the network that learns by itself
alone = ["--model", "patches", "--threads", "1", "--device", "cpu", "--out", "run-patches"]
assert command(["train", "filename", "--source", "filename", *alone]) == 0
assert mw.open_run("run-patches").evaluation()["test"]["accuracy"]["value"] > 0.6

for lang in ("en", "ja"):
    page = mw.lesson("edges", out=Path(f"edges.{lang}.html"), lang=lang).page
    assert "u<sub>ij</sub>" in page.read_text(encoding="utf-8")
    assert command(["lesson", "edges", "--lang", lang, "--out", "again.html"]) == 0
assert [entry.name for entry in mw.lesson().entries].index("edges") > 0
# the new method explains the new network's answer to the new task
picture = next(path for path in Path("grades").rglob("*.png"))
found = mw.explain("run-grades", picture, explanation=mw.ExplainOptions(methods=("gradient",), examples=12)).explained
assert [each.method for each in found.explanations[0].maps] == ["gradient"]
assert found.explanations[0].maps[0].values.std() > 0
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the page's files in it."""
    root = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "src" / "miwake", root / "src" / "miwake", ignore=shutil.ignore_patterns("__pycache__"))
    files = FILE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(files) == 11
    for name, text in files:
        assert not (root / name).exists(), f"{name} is a file of the package"
        (root / name).write_text(text, encoding="utf-8")
    return root / "src"


def python(package: Path, folder: Path, *arguments: str) -> None:
    """Run Python on the copy; its output is shown where it fails."""
    environment = os.environ | {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_new_files_are_found_and_trained_with(package: Path, tmp_path: Path) -> None:
    python(package, tmp_path, "-c", FOLLOW, str(package))


def test_new_network_passes_the_conformance_suite(package: Path) -> None:
    python(
        package,
        ROOT,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/conformance",
        "-k",
        "dilated or patches or filename or grade",
        # the page's network pools in a way that ONNX has no words for
        "--deselect",
        "tests/conformance/test_export.py::test_a_network_gives_the_same_outputs[patches]",
    )
