"""docs/serve.md is true: its lines are run against a server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy, which
from typing import Any

import pytest

from miwake.serving.config import ServeOptions

TEXT = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")


def block(language: str, word: str) -> str:
    """The fenced block of a language that holds a word."""
    (found,) = (text for text in re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S) if word in text)
    return str(found)


def test_the_line_of_curl(server: Any, toy: Path, tmp_path: Path) -> None:
    if which("curl") is None:
        pytest.skip("needs curl")
    copy(toy, tmp_path / "photo.png")
    line = block("sh", "curl").replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["answers"][0]["label"] == "lower-left"
    shown = json.loads(block("json", "request_id"))
    assert answer.keys() == shown.keys()
    assert answer["answers"][0].keys() == shown["answers"][0].keys()


def test_the_client_of_ten_lines(server: Any, toy: Path, tmp_path: Path) -> None:
    copy(toy, tmp_path / "photo.png")
    source = block("python", "urlopen")
    assert len([line for line in source.splitlines() if line.strip()]) <= 10
    source = source.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "lower-left"


def test_all_that_is_named_exists(server: Any) -> None:
    with server.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    told = set(re.findall(r"`(?:GET|POST) (/[a-z/]+)", TEXT)) - {"/openapi"}
    assert told == set(paths)
    for flag in re.findall(r"`--([a-z-]+)", TEXT):
        assert flag in ("lang",) or hasattr(ServeOptions(), flag.replace("-", "_")), flag
