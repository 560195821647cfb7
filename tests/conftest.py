"""Fixtures for all tests."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from miwake.look.text import LANGUAGES
from miwake.look.words import words
from miwake.types import Note, Sentence

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MIWAKE_LANG"] = "en"  # whatever the machine's locale

InBoth = Callable[[Iterable[Sentence]], None]

QUICK = ("--model", "small", "--epochs", "8", "--threads", "1", "--precision", "fp32")
"""Learns the toy data in a second, the same way on every machine."""


CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; tests that need it skip where it, or playwright, is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'miwake[dev]'")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache."""
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pictures beside the checkout, or in MIWAKE_SHARED_DATA; tests that need them skip without."""
    for folder in (os.environ.get("MIWAKE_SHARED_DATA"), Path(__file__).parents[2] / "shared" / "data"):
        if folder and Path(folder).is_dir():
            return Path(folder)
    pytest.skip("needs the shared pictures: set MIWAKE_SHARED_DATA to their folder")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


def command(*arguments: object, stdin: str = "", cwd: Path | None = None) -> Ended:
    """Run `miwake ARGUMENTS…` in this process. A bug, which a user would see as one, fails the test."""
    from miwake.cli import run

    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(stdin)
    try:
        with contextlib.chdir(cwd or Path.cwd()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = run([str(argument) for argument in arguments])
            except SystemExit as end:  # the parser of flags ends by itself
                code = int(end.code or 0)
    finally:
        sys.stdin = before
    assert code != 70, err.getvalue()
    assert "Traceback" not in err.getvalue()
    return Ended(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def miwake() -> Command:
    """The command line, in this process: `miwake("predict", run, file)`."""
    return command


@pytest.fixture(scope="session")
def in_both() -> InBoth:
    """Fails unless each is a note, with words in both languages (`told` makes do without), that a file can keep."""

    def check(sentences: Iterable[Sentence]) -> None:
        for sentence in sentences:
            assert isinstance(sentence, Note), sentence
            assert len({words(sentence.key, language, **sentence.values) for language in LANGUAGES}) == 2
            assert Note.from_json(json.loads(json.dumps(sentence.to_json()))) == sentence
            inner = [
                item for value in sentence.values.values() for item in (value if isinstance(value, tuple) else [value])
            ]
            check(item for item in inner if isinstance(item, Note))

    return check


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody works: `toy/` holds pictures, `runs/` one run that was trained on them. Read only."""
    from miwake.data import folder as source

    place = tmp_path_factory.mktemp("place")
    (place / "toy").mkdir()
    source.toy(place / "toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        ended = command("train", "toy", *QUICK, cwd=place)
    assert ended.code == 0, ended.err
    return place


@pytest.fixture(scope="session")
def toy_run(place: Path) -> Path:
    """The folder of the run in `place`. Read only: copy it to change it."""
    (run,) = (folder for folder in (place / "runs").iterdir() if folder.is_dir())
    return run
