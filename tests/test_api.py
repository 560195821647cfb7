"""What `import miwake` offers, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

import miwake as mw
from miwake.verbs import verbs

PUBLIC = [
    "AnomalyOptions",
    "AttackOptions",
    "AugmentOptions",
    "Augmentation",
    "Batch",
    "DataOptions",
    "Dataset",
    "EvaluateOptions",
    "ExplainOptions",
    "ExportOptions",
    "Figure",
    "Happening",
    "MiwakeError",
    "ModelOptions",
    "Oddity",
    "Prediction",
    "Predictor",
    "Preprocessing",
    "Region",
    "Run",
    "Sample",
    "SegmentOptions",
    "Segmentation",
    "ServeOptions",
    "Sighting",
    "Training",
    "WatchOptions",
    "attack",
    "cache",
    "check",
    "demo",
    "evaluate",
    "lesson",
    "explain",
    "export",
    "models",
    "open_dataset",
    "open_run",
    "predict",
    "serve",
    "told",
    "train",
    "watch",
]

HEAVY = {"torch", "numpy", "torchvision", "timm", "sklearn", "PIL", "scipy", "matplotlib", "lightning_fabric"}


def loaded(code: str) -> set[str]:
    """Packages that are loaded after some code has run in a new process."""
    code += "\nimport sys; print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_public_names_are_these() -> None:
    assert sorted(mw.__all__) == sorted(PUBLIC)
    for name in mw.__all__:
        assert getattr(mw, name).__doc__, name


def test_every_verb_is_a_function_of_its_name() -> None:
    assert set(verbs()) <= set(mw.__all__)
    for name in verbs():
        assert getattr(mw, name).__name__ == name


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        mw.trian  # noqa: B018


@pytest.mark.parametrize(
    "code",
    [
        "import miwake",
        "import miwake; miwake.DataOptions, miwake.Training, miwake.ModelOptions, miwake.EvaluateOptions",
        "import miwake; miwake.Augmentation, miwake.AugmentOptions, miwake.MiwakeError, miwake.Dataset",
        "from miwake.cli import run; run(['--help'])",
        "from miwake.cli import run; run(['--version'])",
        "from miwake.cli import run; run(['trian'])",
        "import miwake.cli\ntry: miwake.cli.run(['train', '--help'])\nexcept SystemExit: pass",
        "import miwake.cli\ntry: miwake.cli.run(['predict', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_used(code: str) -> None:
    found = loaded(code)
    assert "miwake" in found
    assert not found & HEAVY


def test_from_python_as_the_documentation_says(toy_run, place) -> None:
    run = mw.open_run(toy_run)
    pictures = [str(place / "toy" / "lower-left" / "000.png"), place / "toy" / "upper-right" / "003.png"]
    first, second = mw.predict(run, pictures)
    assert (first.label, second.label) == ("lower-left", "upper-right")
    (alone,) = mw.predict(toy_run, pictures[0])
    assert alone.label == "lower-left"
    assert mw.evaluate(run).evaluation.accuracy.value > 0.8
