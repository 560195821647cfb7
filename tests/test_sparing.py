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


@pytest.mark.parametrize("ask", ["sparing.all_of_torch()", "torch._meta_registrations.register_meta"])
def test_whoever_asks_gets_all_of_it(ask: str) -> None:
    code = f"""
from miwake import sparing
sparing.hold_back()
import torch, torch._meta_registrations
print(sparing.held_back())
{ask}
print(sparing.held_back())
{_ON_META}
sparing.hold_back()
print(sparing.held_back())
"""
    assert run(code) == ["True", "False", "(1, 4, 7, 7)", "False"]


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
