"""Wrong use is answered in words, with the nearest right one, and with the exit code that is promised."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from miwake import cli

NOTHING_RUNS = ("--model", "small", "--epochs", "1", "--threads", "1", "--precision", "fp32")


@pytest.fixture
def here(place, tmp_path, monkeypatch):
    """A folder beside the shared one, in which a command may leave what it wants."""
    (tmp_path / "toy").symlink_to(place / "toy")
    (tmp_path / "runs").mkdir()
    for folder in (place / "runs").iterdir():
        if folder.is_dir():
            (tmp_path / "runs" / "toy-1").symlink_to(folder)
    (tmp_path / "notes.txt").write_text("not a picture, but a text of some length")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG = [
    # verbs and flags
    ("trian toy", 2, "Did you mean 'train'"),
    ("train", 2, "Either data to train on or a run"),
    ("train toy --resume toy-1", 2, "not both"),
    ("train --resume toy-1 --epochs 3", 2, "takes no other flags"),
    ("train toy --epohcs 3", 2, "no flag --epohcs. Did you mean --epochs?"),
    ("train toy --modle=x", 2, "no flag --modle. Did you mean --model?"),
    ("train toy --xyzzy", 2, "no flag --xyzzy. What to do: miwake train --help"),
    ("train toy --epochs few", 2, "--epochs is 'few'. Expected: a whole number What to do: miwake train --help"),
    ("train toy --epochs=1.5", 2, "--epochs is '1.5'. Expected: a whole number"),
    ("train toy --val much", 2, "--val is 'much'. Expected: a number"),
    ("train toy --val", 2, "--val has no value. Expected: a number"),
    ("train toy --model --epochs 3", 2, "--model has no value"),
    ("train toy --optimizer adm", 2, "Did you mean 'adamw'? Expected: one of auto, sgd, adamw"),
    ("train toy --optimizer adm", 2, "What to do: --optimizer adamw"),
    ("train toy --precision fp23", 2, "fp32"),
    ("train toy other", 2, "There is no room for: other. What to do: miwake train --help"),
    ("evaluate", 2, "RUN is missing. Expected: miwake evaluate RUN What to do: miwake evaluate --help"),
    ("evaluate toy-1 --lang fr", 2, "ja"),
    ("cache --claer", 2, "--clear"),
    ("predict toy-1", 2, "No pictures were named"),
    # names
    ("train toyy", 3, "Did you mean 'toy'"),
    ("train toy --model smal", 2, "Did you mean 'small'"),
    ("train toy --model resnet5", 2, "Did you mean 'resnet50'"),
    ("train toy --model timm:resnet5", 2, "Did you mean 'resnet50'"),
    ("train toy --model timm:rsnet18", 2, "What to do: write timm:resnet18."),
    ("models zzz", 2, "What to do: miwake models lists all of them."),
    ("train toy --source foldr", 2, "Did you mean 'folder'"),
    ("train toy --task clasify", 2, "Did you mean 'classify'"),
    ("train toy --device tpu", 2, "There is no device 'tpu' here. Expected: one of cpu"),
    ("train toy --cost mis=3", 2, "Did you mean 'miss'"),
    ("train toy --cost miss=3 --positive lower-lef", 2, "Did you mean 'lower-left'"),
    ("train toy --starting-weights toy-2", 2, "Did you mean 'toy-1'"),
    ("evaluate toy-2", 2, "Did you mean 'toy-1'"),
    ("predict imagnet toy", 2, "Did you mean 'imagenet'"),
    ("models resnet81", 2, "Did you mean 'resnet18'"),
    ("evaluate imagenet", 2, "is no run"),
    # values
    ("train toy --epochs 0", 2, "--epochs is 0"),
    ("train toy --epochs 0", 2, "What to do: choose another value; miwake train --help"),
    ("train toy --cost miss=few", 2, "What to do: choose another value; miwake train --help"),
    ("train toy --seed -1", 2, "--seed is -1"),
    ("train toy --image-size 0", 2, "--image-size is 0"),
    ("train toy --image-size -3", 2, "--image-size is -3"),
    ("train toy --image-size 1000000", 2, "--image-size is 1000000"),
    ("train toy --model small --image-size 4", 2, "8 pixels or more"),
    ("train toy --dropout 1", 2, "--dropout is 1.0"),
    ("train toy --dropout nan", 2, "--dropout is nan"),
    ("train toy --bootstrap-rounds 0", 2, "--bootstrap-rounds is 0"),
    ("train toy --bootstrap-seed -1", 2, "--bootstrap-seed is -1"),
    ("train toy --time-limit soon", 2, "no length of time"),
    ("train toy --val 0.6 --test 0.5", 2, "leave nothing to train on"),
    ("train toy --val 0", 2, "share of pictures for val"),
    ("train toy --group (", 2, "regular expression"),
    ("train toy --group patient", 2, "found in none of 96 paths"),
    ("train toy --precision fp16 --device cpu", 2, "fp16 cannot train on a CPU"),
    ("train toy --mixup -1", 2, "mixup is -1"),
    ("train toy --starting-weights nofile.pth", 2, "The file nofile.pth does not exist."),
    ("train toy --starting-weights nofile.pth", 2, "What to do: check the path: ls ."),
    ("train toy --starting-weights notes.txt", 2, "not a file of weights"),
    ("train toy --model small --starting-weights imagenet", 2, "no ImageNet weights of small"),
    ("evaluate toy-1 --unknown-cost -1", 2, "I don't know"),
    ("demo --time-limit never", 2, "no length of time"),
    # files and folders
    ("train toy --out full", 2, "not empty"),
    ("train toy --out notes.txt/run", 2, "cannot be made"),
    ("train --resume nowhere", 2, "no run 'nowhere'"),
    ("train toy --cost nowhere.csv", 3, "nowhere.csv"),
    ("train toy --taxonomy nowhere.csv", 3, "nowhere.csv"),
    ("train notes.txt", 3, "no reader knows"),
    ("train toy/lower-left", 3, "not data of a known shape"),
    ("predict toy-1 nowhere.png", 2, "no picture nowhere.png"),
    ("predict toy-1 nowhere.png", 2, "What to do: check the path: ls ."),
    ("predict toy-1 nowhere/*.png", 2, "no picture nowhere/*.png"),
    ("predict toy-1 full", 3, "full/file: empty file"),
    ("predict toy-1 toy --csv notes.txt/a.csv", 2, "notes.txt cannot be made"),
    ("predict toy-1 toy --csv full", 2, "full could not be written"),
    ("predict toy-1 toy --pictures notes.txt", 2, "notes.txt cannot be made"),
    ("evaluate toy-1 --pictures notes.txt/a", 2, "notes.txt/a cannot be made"),
    ("evaluate toy-1 --csv full", 2, "full could not be written"),
    ("evaluate toy-1 toyy", 3, "Did you mean 'toy'"),
    ("check toyy", 3, "Did you mean 'toy'"),
    ("check", 2, "DATA"),
]


@pytest.mark.parametrize(("line", "code", "words"), WRONG, ids=[line for line, _, _ in WRONG])
def test_wrong_use_is_answered(here, miwake, line, code, words):
    before = {path: path.stat().st_mtime_ns for path in Path("toy").rglob("*")}
    flags = NOTHING_RUNS[2:] if "--model" in line else NOTHING_RUNS
    train = line.startswith("train toy ") and "--epochs" not in line and "--precision" not in line
    ended = miwake(*line.split(), *(flags if train else ()))
    assert ended.code == code, ended.err
    assert words in " ".join(ended.err.split()), ended.err
    # nothing is left behind, and the user's pictures are as they were
    assert sorted(path.name for path in here.iterdir()) == ["full", "notes.txt", "runs", "toy"]
    assert [path.name for path in Path("runs").iterdir()] == ["toy-1"]
    assert {path: path.stat().st_mtime_ns for path in Path("toy").rglob("*")} == before


@pytest.mark.parametrize("flag", ["--learning-rate", "--checkpoint-every", "--weight-decay", "--clip"])
def test_a_number_that_is_none(here, miwake, flag):
    ended = miwake("train", "toy", *NOTHING_RUNS, flag, "nan")
    assert ended.code == 2
    assert f"{flag} is nan" in ended.err


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a\nb", "~nobody/x", "[", "**[", "\udcff", "-x"])
def test_no_name_is_a_bug(here, miwake, name):
    for arguments in (("train", name), ("check", name), ("evaluate", name), ("predict", name, "toy")):
        assert miwake(*arguments).code in (2, 3)
    assert miwake("predict", "toy-1", name).code in (2, 3)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_the_overview_names_every_verb(miwake, arguments):
    from miwake.verbs import verbs

    ended = miwake(*arguments)
    assert ended.code == 0
    assert all(len(line) <= 80 for line in ended.out.splitlines())
    for verb, line in verbs().items():
        assert f"  {verb}" in ended.out
        assert line.rstrip(".") in " ".join(ended.out.split())


def test_the_version(miwake):
    from miwake import __version__

    assert miwake("--version").out == f"miwake {__version__}\n"


@pytest.mark.parametrize("verb", ["train", "evaluate", "predict", "check", "cache", "models", "demo"])
def test_every_verb_has_help(miwake, verb):
    ended = miwake(verb, "--help")
    assert ended.code == 0
    assert f"miwake {verb}" in ended.out
    assert "one a line. (default" not in " ".join(ended.out.split())


def test_the_help_of_group_and_cost_is_not_broken_into_lines():
    """The parser of flags keeps the line breaks of an option's text, wherever they fall on the screen."""
    import ast
    import inspect

    from miwake import DataOptions, EvaluateOptions

    for kind in (DataOptions, EvaluateOptions):
        (defined,) = ast.parse(inspect.getsource(kind)).body
        texts = [part.value.value for part in defined.body[1:] if isinstance(part, ast.Expr)]
        assert texts
        assert not [text for text in texts if "\n" in text]


def test_train_has_a_flag_for_every_option(miwake):
    from dataclasses import fields

    from miwake import AugmentOptions, DataOptions, EvaluateOptions, ModelOptions, Training

    text = miwake("train", "--help").out
    for kind in (DataOptions, ModelOptions, AugmentOptions, Training, EvaluateOptions):
        for entry in fields(kind):
            assert f"--{entry.name.replace('_', '-')}" in text


# -- errors that no room has put into words ------------------------------------------------------------------------


def raising(monkeypatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_call", fail)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(13, "Permission denied", "/x/y"), 2, "/x/y: Permission denied"),
        (MemoryError(), 2, "memory does not suffice"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), 2, "--batch-size"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), 2, "--batch-size"),
        (KeyboardInterrupt(), 130, "stopped"),
        (ZeroDivisionError("division by zero"), 70, "a bug in Miwake: ZeroDivisionError"),
    ],
)
def test_errors_of_the_system_are_put_into_words(monkeypatch, capsys, error, code, words):
    raising(monkeypatch, error)
    assert cli.run(["train", "x"]) == code
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


def test_a_bug_shows_its_traceback_to_those_who_ask(monkeypatch, capsys):
    raising(monkeypatch, ZeroDivisionError())
    monkeypatch.setenv("MIWAKE_DEBUG", "1")
    cli.run(["train", "x"])
    assert "Traceback" in capsys.readouterr().err


# -- as a process --------------------------------------------------------------------------------------------------


def start(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "miwake", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=os.environ | environment, check=False)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_that_the_terminal_lacks(toy_run, place, tmp_path, monkeypatch, encoding):
    picture = (place / "toy" / "lower-left" / "000.png").read_bytes()
    names = ["見分け.png", "ü.png", os.fsdecode(b"\xff.png")]
    for name in names:
        (tmp_path / name).write_bytes(picture)

    def output(*arguments: object) -> str:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
        assert cli.run(["predict", str(toy_run), str(tmp_path), *map(str, arguments)]) == 0
        sys.stdout.flush()
        return raw.getvalue().decode(encoding)

    assert len(output("--csv", tmp_path / "a.csv").splitlines()) == 3
    assert len((tmp_path / "a.csv").read_text("utf-8").splitlines()) == 4
    assert {Path(json.loads(line)["path"]).name for line in output("--json").splitlines()} == set(names)


@pytest.mark.parametrize("line", ["--help", "train --help", "--version"])
def test_a_reader_of_help_that_has_gone_away(line):
    command = f"{sys.executable} -m miwake {line} | true"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


def test_a_reader_that_has_seen_enough(toy_run, place):
    line = f"{sys.executable} -m miwake predict {toy_run} {place / 'toy'} | head -1"
    ended = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    assert "bug" not in ended.stderr
    assert len(ended.stdout.splitlines()) == 1


def test_exit_codes_reach_the_shell(tmp_path):
    assert start("--help").returncode == 0
    assert start("trian").returncode == 2
    assert start("check", tmp_path / "nothing").returncode == 3


def test_a_first_training_that_cannot_begin_leaves_nothing(miwake, tmp_path):
    for kind in "ab":
        (tmp_path / "few" / kind).mkdir(parents=True)
        (tmp_path / "few" / kind / "1.png").write_bytes(b"no picture")
    ended = miwake("train", "few", cwd=tmp_path)
    assert ended.code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["few"]
