"""torch without what its compiler needs computes the same, and is whole as soon as somebody asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = '[name for name in ("torch._refs", "torch._decomp", "torch._dynamo", "sympy") if name in sys.modules]'
_ON_META = """
with torch.device("meta"):
    print(tuple(torch.nn.Conv2d(3, 4, 3)(torch.empty(1, 3, 9, 9)).shape))
"""


def run(code: str) -> list[str]:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_a_network_learns_and_answers_without_the_rest() -> None:
    code = f"""
import sys
from miwake import sparing
sparing.hold_back()
import torch
network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
network(torch.ones(2, 3, 9, 9)).sum().backward()
print(tuple(network[0].weight.grad.shape))
print({_HEAVY})
"""
    assert run(code) == ["(4, 3, 3, 3)", "[]"]


@pytest.mark.parametrize(
    "ask",
    [
        "sparing.all_of_torch()",
        "torch._meta_registrations.register_meta",
        "from torch._meta_registrations import register_meta",
    ],
)
def test_whoever_asks_gets_all_of_it(ask: str) -> None:
    code = f"""
import sys
from miwake import sparing
sparing.hold_back()
import torch, torch._meta_registrations
{ask}
print(sys.modules["torch._meta_registrations"].__file__ is not None, torch._meta_registrations.register_meta.__name__)
{_ON_META}
"""
    assert run(code) == ["True register_meta", "(1, 4, 7, 7)"]


def test_after_torch_there_is_nothing_to_hold_back() -> None:
    code = f"""
import torch
from miwake import sparing
sparing.hold_back()
sparing.all_of_torch()
{_ON_META}
"""
    assert run(code) == ["(1, 4, 7, 7)"]


def test_the_command_that_answers_does_without(toy_run: Path, place: Path) -> None:
    code = f"""
import sys
from miwake.cli import main
picture = {str(next((place / "toy").rglob("*.png")))!r}
try:
    main(["predict", {str(toy_run)!r}, picture])
except SystemExit as end:
    assert end.code == 0
print({_HEAVY})
"""
    assert run(code)[-1] == "[]"


def test_a_network_that_is_tried_without_memory_loads_it() -> None:
    code = """
from miwake import sparing
sparing.hold_back()
from miwake.networks import build
print(type(build("timm:resnet18", channels=3, classes=2, size=(64, 64), dropout=None)).__name__)
"""
    assert run(code) == ["ResNet"]
