"""A run that is killed at any moment and goes on ends with the very weights of one that never was."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from miwake.data import folder as source

SETTINGS = (
    *("--model", "small", "--epochs", "12", "--batch-size", "8", "--precision", "fp32", "--threads", "1"),
    *("--checkpoint-every", "0", "--dropout", "0.2", "--mixup", "0.2", "--mirror", "auto", "--augment", "small"),
)


def _start(*arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "miwake", "train", *arguments]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, torch.Tensor], float]:
    """Data, the weights of a run that nobody disturbed, and how long its training took."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "toy").mkdir()
    data = source.toy(folder / "toy")
    process = _start(str(data), *SETTINGS, "--out", "run", cwd=folder)
    while not (folder / "run" / "checkpoint" / "last.safetensors").exists():
        assert process.poll() is None, process.communicate()[1].decode()
        time.sleep(0.01)
    began = time.monotonic()
    while process.poll() is None and not (folder / "run" / "model.safetensors").exists():
        time.sleep(0.01)
    took = time.monotonic() - began
    _finish(process)
    return data, load_file(folder / "run" / "model.safetensors"), took


def _kill_and_resume(whole: tuple[Path, dict[str, torch.Tensor], float], folder: Path, moment: float) -> None:
    data, expected, took = whole
    process = _start(str(data), *SETTINGS, "--out", "run", cwd=folder)
    checkpoint = folder / "run" / "checkpoint" / "last.safetensors"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.002)
    time.sleep(moment * took)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _finish(_start("--resume", "run", cwd=folder))
    found = load_file(folder / "run" / "model.safetensors")
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("number", range(3))
def test_killed_three_times(whole, tmp_path, number):
    _kill_and_resume(whole, tmp_path, random.Random(number).random())


@pytest.mark.long
@pytest.mark.parametrize("number", range(20))
def test_killed_at_twenty_moments(whole, tmp_path, number):
    _kill_and_resume(whole, tmp_path, random.Random(100 + number).random())


def test_killed_before_anything_was_planned(whole, tmp_path):
    data, expected, _ = whole
    process = _start(str(data), *SETTINGS, "--out", "run", cwd=tmp_path)
    while not (tmp_path / "run" / "config.json").exists() and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _finish(_start("--resume", "run", cwd=tmp_path))
    found = load_file(tmp_path / "run" / "model.safetensors")
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_ctrl_c_leaves_a_usable_model_and_can_go_on(whole, tmp_path):
    data, expected, took = whole
    process = _start(str(data), *SETTINGS, "--out", "run", cwd=tmp_path)
    while not (tmp_path / "run" / "checkpoint" / "last.safetensors").exists() and process.poll() is None:
        time.sleep(0.002)
    time.sleep(0.3 * took)
    process.send_signal(signal.SIGINT)
    _finish(process)
    assert (tmp_path / "run" / "model.safetensors").exists()
    assert (tmp_path / "run" / "report.html").exists()
    _finish(_start("--resume", "run", cwd=tmp_path))
    found = load_file(tmp_path / "run" / "model.safetensors")
    assert all(torch.equal(found[name], expected[name]) for name in expected)


# -- anomaly detection: one method that only observes, and one that observes and then learns --------------------------

ODD = ("--image-size", "64", "--precision", "fp32", "--threads", "1", "--checkpoint-every", "0", "--epochs", "6")


@pytest.mark.long
@pytest.mark.parametrize("method", ["patchcore", "efficientad", "panda"])
def test_an_anomaly_detector_killed_at_three_moments(tmp_path, method):
    from miwake.data import mvtec

    (tmp_path / "toy").mkdir()
    data = str(mvtec.toy(tmp_path / "toy"))
    flags = (*ODD, "--method", method)
    began = time.monotonic()
    _finish(_start(data, *flags, "--out", "whole", cwd=tmp_path))
    took = time.monotonic() - began
    expected = load_file(tmp_path / "whole" / "model.safetensors")
    for number, share in enumerate((0.5, 0.7, 0.9)):
        folder = f"run{number}"
        process = _start(data, *flags, "--out", folder, cwd=tmp_path)
        while not (tmp_path / folder / "config.json").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(share * took)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _finish(_start("--resume", folder, cwd=tmp_path))
        found = load_file(tmp_path / folder / "model.safetensors")
        assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_training_begins_with_what_the_trial_has_learnt_also_after_a_kill(tmp_path):
    """A run without its checkpoint, as one that is killed right after the trial, goes on from the trial's weights."""
    (tmp_path / "toy").mkdir()
    data = source.toy(tmp_path / "toy")
    steady = ("--epochs", "3", "--batch-size", "8", "--precision", "fp32", "--threads", "1", "--augment", "small")
    _finish(_start(str(data), *steady, "--out", "run", cwd=tmp_path))
    run = tmp_path / "run"
    expected = load_file(run / "model.safetensors")
    config = json.loads((run / "config.json").read_text())
    assert any("train.scratch" in str(reason) for reason in config["chosen"]["reasons"])
    (run / "config.json").write_text(json.dumps(config | {"finished": False}))
    for left in ("model.safetensors", "metrics.csv", "checkpoint/last.safetensors"):
        (run / left).unlink()
    for best in run.glob("checkpoint/best*"):
        best.unlink()
    _finish(_start("--resume", "run", cwd=tmp_path))
    found = load_file(run / "model.safetensors")
    assert all(torch.equal(found[name], expected[name]) for name in expected)
