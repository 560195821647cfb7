"""Fetching weights: from a local server that speaks the hub's protocol, and from the hubs' caches."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save, save_file
from torchvision.models import GoogLeNet_Weights, googlenet

_REPOSITORY = "/timm/test_resnet.r160_in1k/resolve/main/"

_LOAD = """
import json, sys, torch
from safetensors.torch import load_file
from miwake import networks
from miwake.errors import MiwakeError
from miwake.networks import ModelOptions, weights
answers = {}
for name in sys.argv[2:]:
    chosen = weights.choose(name, ModelOptions(starting_weights="imagenet", download=True))
    model = networks.build(name, channels=3, classes=5, size=(64, 64))
    try:
        loaded = weights.load(model, chosen, classes=tuple("abcde"))
    except MiwakeError as error:
        answers[name] = {"error": str(error)}
        continue
    wanted, state = load_file(sys.argv[1]), model.state_dict()
    same = all(torch.equal(state[key], wanted[key]) for key in loaded.taken)
    answers[name] = {
        "taken": len(loaded.taken), "same": same, "skipped": [key for key, _ in loaded.skipped], "unused": loaded.unused
    }
print(json.dumps(answers))
"""


class _Hub(BaseHTTPRequestHandler):
    """Serves one file, with the headers that the hub's client asks for."""

    content: bytes = b""

    def _answer(self, *, body: bool) -> None:
        found = self.path == _REPOSITORY + "model.safetensors"
        self.send_response(200 if found else 404)
        content = self.content if found else b""
        self.send_header("Content-Length", str(len(content)))
        if found:
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.end_headers()
        if body:
            self.wfile.write(content)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def load(expected: Path, *names: str, **environment: str) -> dict[str, Any]:
    """What another process says of loading weights: the hubs' clients read their settings once, when imported."""
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(expected), *names],
        env={**os.environ, **environment, "NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_weights_come_from_the_hub(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    source = timm.create_model("test_resnet").state_dict()
    expected = tmp_path / "expected.safetensors"
    save_file(source, expected)
    _Hub.content = save(source)

    address = f"http://127.0.0.1:{server.server_port}"
    answer = load(expected, "timm:test_resnet", HF_HOME=str(tmp_path / "hub"), HF_ENDPOINT=address)["timm:test_resnet"]

    assert answer["same"]
    assert answer["taken"] == len(source) - 2
    assert set(answer["skipped"]) == {"fc.weight", "fc.bias"}


def test_without_a_network_caches_serve_and_what_is_missing_is_said(tmp_path: Path) -> None:
    source = googlenet(init_weights=False, aux_logits=True).state_dict()
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    torch.save(source, cache / GoogLeNet_Weights.IMAGENET1K_V1.url.rsplit("/", 1)[1])
    expected = tmp_path / "expected.safetensors"
    save_file(source, expected)

    offline = {"TORCH_HOME": str(tmp_path), "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    answers = load(expected, "googlenet", "timm:test_resnet", **offline)

    assert answers["googlenet"]["same"]
    assert set(answers["googlenet"]["skipped"]) == {"fc.weight", "fc.bias"}
    assert answers["googlenet"]["unused"]
    assert all(name.startswith("aux") for name in answers["googlenet"]["unused"])
    assert "could not be fetched" in answers["timm:test_resnet"]["error"]
    assert "--starting-weights" in answers["timm:test_resnet"]["error"]


def test_a_hub_out_of_reach_is_said_at_once_and_once(monkeypatch, capfd):
    """The hub's own client would try for most of a minute, and say each time that it does."""
    import time

    from huggingface_hub import constants

    from miwake.errors import UsageError
    from miwake.networks import hub

    def slept(_: float) -> None:
        raise AssertionError("waited for another try")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"  # nobody listens there
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(time, "sleep", slept)
        with pytest.raises(UsageError, match="cannot be reached") as error:
            hub.fetch("timm", "test_resnet.r160_in1k")
    assert address in str(error.value)
    assert "--starting-weights none" in str(error.value)
    assert not constants.HF_HUB_OFFLINE
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


@pytest.mark.parametrize(
    "junk", [b"junk", b"tttttttt", b"", b"\x80\x02}", bytes(range(256)), b"PK\x03\x04 and no more"]
)
def test_junk_is_answered_without_the_readers_own_words(tmp_path, junk):
    from miwake.errors import UsageError
    from miwake.networks import hub

    (tmp_path / "a.pth").write_bytes(junk)
    with pytest.raises(UsageError) as error:
        hub.read(tmp_path / "a.pth")
    assert error.value.found == f"{tmp_path / 'a.pth'} is not a whole file of weights."
    assert error.value.expected
    assert error.value.todo
