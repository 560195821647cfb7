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
from miwake.networks.lean import timm
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
