"""timm comes without torchvision's operators, and whoever wants torchvision still gets the whole of it."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> str:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_network_of_timm_starts_no_compiler():
    code = """
import sys
from miwake import networks
model = networks.build("efficientnet_lite0", channels=3, classes=2, size=(64, 64), dropout=None)
networks.depth_groups(model)
print([name for name in ("torchvision", "torchvision.models", "torch._dynamo") if name in sys.modules])
"""
    assert run(code).strip() == "[]"


@pytest.mark.parametrize("first", ["import torchvision\n", "import timm\n", ""])
def test_torchvision_is_whole_before_and_after(first):
    code = f"""
{first}
from miwake.networks import lean
timm = lean.whole()
import torch, torchvision
from torchvision.models import alexnet
from torchvision.ops import nms, misc
from torchvision.ops.misc import FrozenBatchNorm2d
keep = nms(torch.tensor([[0.0, 0, 1, 1], [0, 0, 1, 1]]), torch.tensor([1.0, 0.5]), 0.5)
print(keep.tolist(), FrozenBatchNorm2d is misc.FrozenBatchNorm2d, timm.create_model("resnet18") is not None)
"""
    assert run(code).strip() == "[0] True True"


def test_predicting_does_without_what_only_figures_need():
    code = """
import sys
import miwake.prediction, miwake.verbs.predict
heavy = ("timm", "scipy.optimize", "scipy.sparse", "sklearn", "lightning_fabric")
print([name for name in heavy if name in sys.modules])
"""
    assert run(code).strip() == "[]"


_HELD_BACK = """
import sys
from miwake import sparing
sparing.hold_back()
import torch
from miwake import networks
"""


def test_a_process_that_answers_reads_the_files_of_its_network():
    code = f"""{_HELD_BACK}
from miwake.networks import lean
names = ("resnet18", "efficientnet_lite0", "mobilenetv3_small_100", "densenet121", "vit_tiny")
shape = {{"channels": 3, "classes": 4, "size": (64, 64), "dropout": None}}
found = [networks.build(name, **shape).eval() for name in names]
print([name for name in ("timm", "huggingface_hub", "torchvision") if name in sys.modules], sparing.held_back())
print(len(lean.whole().list_models()) > 1000)
x = torch.randn(2, 3, 64, 64)
for name, model in zip(names, found):
    known = networks.build(name, **shape).eval()
    known.load_state_dict(model.state_dict())
    print(torch.equal(model(x), known(x)), type(model) is type(known))
"""
    assert run(code).splitlines() == ["[] True", "True", *["True False"] * 5]


def test_another_timm_is_taken_whole():
    code = f"""{_HELD_BACK}
from miwake.networks import lean
lean._entry = lambda name: next(iter(()))
print(type(networks.build("resnet18", channels=3, classes=4, size=(64, 64), dropout=None)).__name__)
print("timm" in sys.modules)
"""
    assert run(code).splitlines() == ["ResNet", "True"]
