"""Every network that discovery finds, and every task, leaves as a file that gives the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from miwake import networks, tasks
from miwake.errors import UsageError
from miwake.networks import registry
from miwake.tasks.task import Task
from miwake.types import Preprocessing

onnx = pytest.importorskip("onnx", reason="needs the extra export")
pytest.importorskip("onnxruntime", reason="needs the extra export")

FIRST = [variants[0] for variants in registry.families().values()]
LIGHT = 2_000_000
"""A network with more parameters, or one that is traced slowly, is exported in the long tests only."""
NAMES = [
    pytest.param(name, marks=() if name in FIRST and networks.describe(name).parameters < LIGHT else pytest.mark.long)
    for name in networks.names()
]


@pytest.mark.parametrize("name", NAMES)
def test_a_network_gives_the_same_outputs(name: str) -> None:
    import onnxruntime

    from miwake.data.preprocess import network_input
    from miwake.exporting.network import OPSET, Seen, written
    from miwake.runtime import OUTPUTS

    side = max(registry.entry(name).smallest, 16)
    shape = Preprocessing(size=(side, side + 9), channels=3, mean=(0.5,) * 3, std=(0.2,) * 3, crop=0.9)
    torch.manual_seed(0)
    model = networks.build(name, channels=3, classes=5, size=shape.size, dropout=0.0)
    pictures = torch.randint(0, 256, (8, *shape.stored, 3), dtype=torch.uint8)
    seen = network_input(pictures.permute(0, 3, 1, 2), shape)
    with torch.inference_mode():
        for module in model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.momentum = 1.0  # without statistics of its own, nothing comes through a deep network
        model.train()(seen)
        model.eval().requires_grad_(False)
        expected = model(seen).numpy()
        # what 32-bit floats lose on the way, which deep networks that have learnt nothing make much of
        exact = model.double()(seen.double()).numpy()
    model.float()
    file = written(Seen(model, shape).eval(), pictures[:2], ["stored"], [OUTPUTS], "network/")
    onnx.checker.check_model(file, full_check=True)
    assert {(each.domain, each.version) for each in file.opset_import} == {("", OPSET)}
    session = onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])
    tolerance = 1e-4 * max(1.0, float(np.abs(exact).max())) + 50 * float(np.abs(expected - exact).max())
    for count in (8, 1):
        (found,) = session.run(None, {"stored": pictures[:count].numpy()})
        np.testing.assert_allclose(found, exact[:count], rtol=0, atol=tolerance)


LEAVING = [name for name in tasks.names() if tasks.find(name).leaving is not Task.leaving]


@pytest.mark.parametrize("name", sorted({*tasks.names()} - {*LEAVING}))
def test_a_task_that_cannot_leave_says_so(name: str) -> None:
    kind = tasks.find(name)
    with pytest.raises(UsageError, match=f"task {name} cannot be exported"):
        kind.leaving(kind, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LEAVING)
def test_a_task_leaves_with_the_answers_that_it_gives(name: str, tmp_path) -> None:
    import miwake as mw
    from miwake.data.preprocess import fit
    from miwake.exporting.file import parts, put_together
    from miwake.prediction import Predictor
    from miwake.run import Header
    from miwake.runtime import start

    (tmp_path / "data").mkdir()
    dataset = mw.open_dataset(tasks.find(name).toy(tmp_path / "data"))
    task = tasks.find(name).from_dataset(dataset)
    shape = Preprocessing(size=(16, 16), channels=3, mean=(0.5,) * 3, std=(0.25,) * 3, interpolation="bilinear")
    torch.manual_seed(0)
    model = task.build(task.plain, channels=3, size=(16, 16), dropout=None)
    header = Header(task=name, settings=task.to_json(), architecture=task.plain, preprocessing=shape)
    predictor = Predictor(model, header, torch.device("cpu"))
    made = parts(predictor)
    runtime = start("onnx", put_together(made, made.network, model="", precision="fp32"), 1)
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in ((16, 16), (40, 31), (9, 70))]
    stack = torch.from_numpy(np.stack([fit(picture, shape) for picture in pictures])).permute(0, 3, 1, 2)
    ours = task.answers(predictor.outputs(stack), ["a", "b", "c"], header)
    for picture, path, our in zip(pictures, ("a", "b", "c"), ours, strict=True):
        (their,) = task.arrived(runtime.run(picture[None]), [path])
        assert their.path == our.path
        assert task.apart(our, their) < 1e-4
