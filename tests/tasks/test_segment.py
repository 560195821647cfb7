"""The task segment, apart from what every task has to do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from miwake import open_dataset
from miwake.data import segmentation
from miwake.data.classmap import read_classes
from miwake.errors import DataError, UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.run import Header
from miwake.tasks.pixels import PixelMeter, named
from miwake.tasks.segment import Segment
from miwake.types import VOID, Batch, Dataset, Prediction, Preprocessing, Segmentation

TASK = Segment(classes=("ground", "a", "b"), ground=0)
SHAPE = Preprocessing(size=(32, 32), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)


def header(task: Segment, temperature: float = 1.0) -> Header:
    calibration = {"temperature": temperature}
    return Header(
        task="segment", settings=task.to_json(), architecture="unet", preprocessing=SHAPE, calibration=calibration
    )


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(segmentation.toy(tmp_path_factory.mktemp("toy")))


def right_logits(dataset: Dataset, rows: list[int], sure: float, wrong: float = 0.0) -> torch.Tensor:
    """Logits that say the truth, but for a share of the pixels."""
    random, parts = np.random.default_rng(0), []
    for row in rows:
        truth = read_classes(dataset, row)
        off = random.random(truth.shape) < wrong
        said = np.where(off, (truth + 1) % 3, truth)
        parts.append(sure * np.eye(3)[said].transpose(2, 0, 1))
    return torch.from_numpy(np.stack(parts)).float()


@pytest.mark.parametrize(
    ("classes", "ground", "dividing"),
    [
        (("sky", "road", "car"), None, None),
        (("sky", "Background", "car"), 1, None),
        (("no", "yes"), 0, None),
        (("cell", "membrane"), 1, 1),
        (("背景", "膜", "x"), 0, 1),
    ],
)
def test_classes_are_known_by_their_names(classes: tuple[str, ...], ground: int | None, dividing: int | None) -> None:
    assert named(classes) == (ground, dividing)


def test_the_temperature_says_how_sure_it_may_be(toy: Dataset) -> None:
    rows = np.arange(12)
    task = Segment.from_dataset(toy)
    kept = task.kept(right_logits(toy, rows.tolist(), sure=12.0, wrong=0.1))
    calibration, decision = task.calibrate(kept, np.zeros(12), EvaluateOptions(), dataset=toy, rows=rows)
    assert decision == {}
    assert calibration["temperature"] > 3  # one in ten is wrong, which it was all but sure of
    loud, calm = (
        task.answers(kept, ["x"] * 12, header(task, temperature))[0]
        for temperature in (1.0, calibration["temperature"])
    )
    assert loud.probability > 0.99
    assert calm.probability == pytest.approx(0.9, abs=0.03)
    assert loud.label == calm.label


def test_figures_are_of_the_masks_own_size(toy: Dataset) -> None:
    rows = np.arange(6)
    task = Segment.from_dataset(toy)
    small = right_logits(toy, rows.tolist(), 9.0)[:, :, ::2, ::2]  # the network sees half of each side
    found = task.judge(
        task.kept(small),
        toy,
        rows,
        header(task),
        train=np.zeros(1),
        split="test",
        options=EvaluateOptions(bootstrap_rounds=20),
    )
    assert found.pixels == 6 * 32 * 32
    assert 0.8 < found.mean_iou.value < 1
    assert found.void == 0


def test_areas_and_regions_are_in_pixels_of_the_picture() -> None:
    logits = torch.zeros(1, 3, 20, 30)
    logits[:, 0] = 1
    logits[:, 1, 5:15, 10:20] = 5
    (answer,) = TASK.answers(TASK.kept(logits), ["x.png"], header(TASK), sizes=[(40, 90)])
    assert isinstance(answer, Segmentation)
    assert answer.areas == (500 * 6, 100 * 6, 0)
    assert answer.label == "ground;a"
    (region,) = answer.regions
    assert (region.left, region.top, region.right, region.bottom, region.area) == (30, 10, 60, 30, 600)
    assert sum(answer.probabilities) == pytest.approx(1)


def test_larger_pictures_are_brought_to_the_scale_of_training() -> None:
    task = replace(TASK, usual=(200, 400), largest=(300, 400))
    seen = (100, 200)
    assert TASK.tiled((9000, 9000), seen) is None
    assert task.tiled((300, 400), seen) is None
    assert task.tiled((370, 490), seen) is None
    assert task.tiled((400, 400), seen) == (200, 200)
    assert task.tiled((20, 4000), seen) == (10, 2000)


def test_void_teaches_nothing_and_border_weights_are_taken() -> None:
    model = TASK.build("unet-slim", channels=3, size=(32, 32), dropout=0.0)
    pictures = torch.randn(2, 3, 32, 32)
    masks = torch.randint(0, 3, (2, 32, 32))
    masks[:, :16] = VOID
    batch = Batch(pictures, torch.zeros(2), torch.arange(2), masks)
    (phase,) = TASK.phases(pretrained=False)
    other = masks.clone()
    other[:, :16][other[:, :16] == 0] = VOID
    plain = TASK.step(model, batch, phase.turns[0])["loss"]
    assert torch.isfinite(plain)
    cells = torch.zeros(2, 32, 32, dtype=torch.int64)
    cells[:, 4:28, 4:15], cells[:, 4:28, 17:28] = 1, 2
    batch = replace(batch, masks=cells)
    unweighted, weighted = (
        replace(TASK, loss="cross-entropy", border_weights=most).step(model, batch, phase.turns[0])["loss"]
        for most in (0.0, 50.0)
    )
    assert not torch.isclose(unweighted, weighted)


def test_the_meter_counts_pictures_that_beat_guessing() -> None:
    truth = torch.zeros(4, 10, 10, dtype=torch.int64)
    truth[:, :, 5:] = 1
    truth[0, 0] = VOID
    logits = 9.0 * torch.nn.functional.one_hot(truth.clamp(max=1), 3).permute(0, 3, 1, 2)
    logits[3] = logits[3].flip(-1)  # in the mirror
    meter = PixelMeter(3)
    for part in (slice(0, 3), slice(3, 4)):
        meter.update(logits[part], Batch(torch.zeros(0), None, torch.arange(4)[part], truth[part]))
    assert meter.right().tolist() == [True, True, True, False]
    assert meter.guessed() == 1
    figures = meter.compute()
    assert figures["pixel_accuracy"] == pytest.approx(290 / 390)
    # of each class 145 of 195 are right, and 50 of the other are taken for it
    assert figures["mean_iou"] == pytest.approx(145 / 245)


def test_what_it_explains_is_where_the_class_is() -> None:
    logits = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    logits[0, 2, :2] = 9
    found = TASK.scores(logits, torch.tensor([2, 1]))
    chosen = logits[0].argmax(0) == 2
    torch.testing.assert_close(found[0], logits[0, 2][chosen].mean())
    logits[1, 1] = -99  # nowhere given
    torch.testing.assert_close(TASK.scores(logits, torch.tensor([2, 1]))[1], logits[1, 1].mean())


def test_other_data_and_other_flags_are_refused_in_words(toy: Dataset, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pixel has a class"):
        Segment.adopt(replace(toy, task="classify", legend=None))
    for options in (EvaluateOptions(cost="miss=2"), EvaluateOptions(false_alarms="1/9")):
        with pytest.raises(UsageError, match="not for --task segment"):
            Segment.foresee(toy, options)
    with pytest.raises(DataError, match="does not know the class disc"):
        Segment(classes=("ground", "square")).renamed(toy)
    task = Segment(classes=("disc", "ground", "other", "square"))
    renamed = task.renamed(toy)
    assert renamed.classes == task.classes
    assert {int(n) for n in np.unique(read_classes(renamed, 0))} == {0, 1, 3}
    with pytest.raises(UsageError, match="classify and anomaly"):
        task.losses(torch.zeros(1, 4, 2, 2), torch.zeros(1))


def test_answers_that_differ_in_many_pixels_are_apart() -> None:
    logits = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    one, other = (TASK.answers(TASK.kept(x), ["x"], header(TASK))[0] for x in (logits, logits.flip(1)))
    assert TASK.apart(one, one) == 0
    assert TASK.apart(one, other) > 0.1
    assert TASK.right(None, "anything")
    assert TASK.truth(None, 0) == ""  # type: ignore[arg-type]
    assert TASK.draw(
        np.zeros((8, 8, 3), np.uint8), Prediction(path="", label="x", probability=1, probabilities=())
    ).any()


def test_a_part_of_the_picture_is_right(toy: Dataset) -> None:
    task = Segment.from_dataset(toy)
    kept = task.kept(right_logits(toy, [3, 4], 9.0, wrong=0.25))
    for row, answer in zip((3, 4), task.answers(kept, ["x", "y"], header(task)), strict=True):
        assert isinstance(answer, Segmentation)
        truth = read_classes(toy, row)
        assert task.share_right(answer, toy, row) == pytest.approx(float((answer.classes == truth).mean()))
        assert 0.6 < task.share_right(answer, toy, row) < 0.9


def test_fewer_large_pictures_are_answered_at_once() -> None:
    assert TASK.at_once((180, 240)) == 8
    assert TASK.at_once((768, 1024)) == 2
    assert TASK.at_once((4096, 4096)) == 1


def test_a_file_of_old_has_no_legend_and_a_new_one_keeps_it(toy: Dataset) -> None:
    task = Segment.from_dataset(toy)
    assert task.legend == toy.legend
    data = task.to_json()
    assert Segment.from_json(json.loads(json.dumps(data))) == task
    found = task.meant()
    assert found is not None
    assert (found.classes, found.legend) == (toy.classes, toy.legend)
    del data["legend"]
    old = Segment.from_json(data)
    assert old.meant() is None
    assert replace(old, legend=task.legend) == task
    assert toy.legend is not None
    drawn = replace(toy, legend=replace(toy.legend, outlines=True))
    assert Segment.from_dataset(drawn).legend is None  # categories are named by their own file
