"""Every task that discovery finds: its toy, model, losses, phases, answers and JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from miwake import tasks
from miwake.data.source import open_dataset
from miwake.run import Header
from miwake.types import Batch, Preprocessing


@pytest.mark.parametrize("name", tasks.names())
def test_a_task_keeps_its_contract(name, tmp_path):
    kind = tasks.find(name)
    dataset = open_dataset(kind.toy(tmp_path))
    task = kind.from_dataset(dataset)
    assert task.name == name
    assert kind.from_json(json.loads(json.dumps(task.to_json()))) == task

    model = task.build("small", channels=3, size=(16, 16), dropout=0.1)
    targets = task.targets(dataset)
    assert len(targets) == len(dataset)
    batch = Batch(torch.randn(8, 3, 16, 16), targets[:8], torch.arange(8))
    for pretrained in (False, True):
        for phase in task.phases(pretrained=pretrained):
            for turn in phase.turns:
                if turn.kind == "observe":
                    with torch.no_grad():
                        task.finish(model.eval(), task.observe(model, batch, None))
                else:
                    loss = task.step(model.train(), batch, turn)["loss"]
                    assert loss.ndim == 0
                    assert torch.isfinite(loss)
                    loss.backward()

    with torch.no_grad():
        outputs = model.eval()(batch.pictures)
    meter = task.meter()
    meter.update(outputs, batch)
    figures = meter.compute()
    assert {"loss", task.monitor} <= set(figures)
    assert len(meter.right()) == 8

    shape = Preprocessing(size=(16, 16), channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)
    header = Header(task=name, settings=task.to_json(), architecture="small", preprocessing=shape)
    answers = task.answers(outputs.double().numpy(), dataset.paths[:8], header)
    assert [answer.path for answer in answers] == list(dataset.paths[:8])
    drawn = task.draw(np.zeros((20, 30, 3), np.uint8), answers[0])
    assert drawn.dtype == np.uint8
    assert drawn.shape[2] == 3


def test_an_unknown_task_is_answered_with_the_nearest():
    from miwake.errors import UsageError

    with pytest.raises(UsageError, match="classify"):
        tasks.find("clasify")
