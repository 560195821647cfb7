"""Network, size, loss and class weights of a segmentation, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miwake import machine, open_dataset
from miwake.data import segmentation
from miwake.data.config import DataOptions
from miwake.errors import UsageError
from miwake.networks.config import ModelOptions
from miwake.segmentation.config import SegmentOptions
from miwake.training import choose_segment
from miwake.training.config import AugmentOptions, Training
from miwake.training.prepare import Asked, Look


def asked(**changes: object) -> Asked:
    rooms: dict[str, object] = {
        "data": DataOptions(),
        "model": ModelOptions(),
        "augment": AugmentOptions(),
        "training": Training(),
    }
    return Asked(**{**rooms, **changes})  # type: ignore[arg-type]


def look(height: int = 360, width: int = 480, channels: int = 3) -> Look:
    return Look(size=(height, width), channels=channels, pictures=200)


def test_photographs_take_the_weights_that_are_here_others_begin_from_nothing(in_both) -> None:
    for options, channels, network in (
        (ModelOptions(), 3, "lite-unet"),
        (ModelOptions(), 1, "unet-slim"),
        (ModelOptions(), 9, "unet-slim"),
        (ModelOptions(starting_weights="none"), 3, "unet-slim"),
        (ModelOptions(model="fcn8s"), 3, "fcn8s"),
    ):
        way = choose_segment._way(asked(model=options), look(channels=channels), 200, 600.0)
        assert way.network == network
        in_both(way.reasons)
    with pytest.raises(UsageError, match="Did you mean 'unet'"):
        choose_segment._way(asked(model=ModelOptions(model="uunet")), look(), 200, 600.0)


def test_sizes_keep_the_shape_and_fit_the_time(in_both, monkeypatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 4)
    assert choose_segment._way(asked(), look(360, 480), 100, 36_000.0).size == (360, 480)
    assert choose_segment._way(asked(), look(3000, 4000), 20, 360_000.0).size == (768, 1024)
    assert choose_segment._way(asked(), look(30, 40), 20, 600.0).size == (48, 64)
    assert choose_segment._way(asked(), look(24, 12), 20, 600.0).size == (48, 24)
    assert choose_segment._way(asked(model=ModelOptions(image_size=100)), look(50, 200), 20, 600.0).size == (25, 100)
    short = choose_segment._way(asked(), look(768, 1024), 20_000, 60.0)
    assert short.size == (96, 128)
    in_both(short.reasons)
    assert len(short.reasons) == 2
    longer = choose_segment._way(asked(), look(768, 1024), 1000, 600.0).size
    assert (96, 128) < longer < (768, 1024)
    own = choose_segment._way(asked(model=ModelOptions(model="unet")), look(), 20_000, 60.0)
    assert own.size == (360, 480)  # who chooses a network knows how long it takes


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=30).filter(lambda counts: sum(n > 0 for n in counts) > 1))
def test_rare_classes_count_more_but_not_without_bounds(counts: list[int]) -> None:
    pixels = np.array(counts, np.float64)
    present = pixels > 0
    for way in ("auto", "balanced", "none"):
        weights, reasons = choose_segment.class_weights(pixels, Training(class_weights=way))  # type: ignore[arg-type]
        assert bool(weights) == bool(reasons)
        uneven = pixels.max() >= 3 * pixels[present].min()
        assert bool(weights) == (way == "balanced" or (way == "auto" and uneven))
        if weights:
            found, shares = np.array(weights), pixels / pixels.sum()
            assert (found[present] * shares[present]).sum() == pytest.approx(1, abs=1e-3)
            order = np.argsort(pixels[present], kind="stable")
            assert (np.diff(found[present][order]) <= 1e-6).all()
            assert found.max() <= 10.5 * 10  # ten times the mean, before the mean is made one again


def test_weights_by_hand() -> None:
    found, _ = choose_segment.class_weights(np.array([900.0, 100.0]), Training())
    assert found[1] / found[0] == pytest.approx(3)
    found, _ = choose_segment.class_weights(np.array([900.0, 100.0]), Training(class_weights="balanced"))
    assert found[1] / found[0] == pytest.approx(9)


@pytest.mark.parametrize(
    ("room", "flag"),
    [
        ({"training": Training(robust="8")}, "--robust"),
        ({"training": Training(progressive=0.5)}, "--progressive"),
        ({"training": Training(label_smoothing=0.1)}, "--label-smoothing"),
        ({"augment": AugmentOptions(mixup=0.2)}, "--mixup"),
        ({"augment": AugmentOptions(cutmix=1.0)}, "--cutmix"),
    ],
)
def test_what_is_for_classifiers_is_refused(room: dict[str, object], flag: str) -> None:
    with pytest.raises(UsageError, match=flag):
        choose_segment._refuse(asked(**room))


def test_nothing_is_covered_whatever_is_asked() -> None:
    for options in (AugmentOptions(), AugmentOptions(augment="photo"), AugmentOptions(augment="small", mirror="both")):
        for channels in (1, 3):
            found = choose_segment._augmentation(options, look(channels=channels), (180, 240))
            assert found.erase == 0
            assert not found.mixes
            assert options.mirror == "auto" or found.mirror == options.mirror
            assert found.cut == (160, 224)
    none = AugmentOptions(augment="none")
    assert choose_segment._augmentation(none, look(), (180, 240)).active == ()
    assert choose_segment._augmentation(none, look(), (512, 640)).active == ("cut",)


@pytest.mark.parametrize(
    ("size", "part"),
    [
        ((180, 240), (160, 224)),
        ((512, 512), (256, 256)),
        ((768, 1024), (256, 256)),
        ((256, 256), None),
        ((128, 192), None),
        ((60, 80), None),  # 32 × 64 would be too little of it
        ((100, 900), (96, 256)),
        ((64, 40), None),
    ],
)
def test_parts_are_learnt_from_at_full_scale(size: tuple[int, int], part: tuple[int, int] | None) -> None:
    assert choose_segment.part_of(size) == part


def test_smaller_batches_learn_more_gently() -> None:
    assert choose_segment._rate(4) == 4.2e-3
    assert choose_segment._rate(1) == 2.1e-3
    assert choose_segment._rate(8) == choose_segment._rate(64) == 5.9e-3


def test_batches_are_small_where_pictures_are_large_or_few() -> None:
    assert choose_segment._batch(400, (180, 240), "cpu") == 4
    assert choose_segment._batch(400, (180, 240), "cuda") == 8
    assert choose_segment._batch(400, (512, 512), "cuda") == 4
    assert choose_segment._batch(400, (1024, 512), "cpu") == 2
    assert choose_segment._batch(24, (64, 64), "cuda") == 6
    assert choose_segment._batch(2, (64, 64), "cpu") == 1


def test_the_task_knows_what_was_asked_and_seen(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    dataset = open_dataset(segmentation.toy(tmp_path / "data"))
    options = SegmentOptions(loss="focal+dice", focus=1.0, border_weights=10, upsampling="transposed")
    task, reasons = choose_segment._task(dataset, asked(segment=options), np.array([800.0, 100, 0]), (30, 40), (60, 80))
    assert (task.loss, task.focus, task.border_weights, task.upsampling) == ("focal+dice", 1.0, 10, "transposed")
    assert (task.usual, task.largest, task.ground) == ((30, 40), (60, 80), 0)
    assert len(task.class_weights) == 3
    assert reasons[0].values["small"] == "square"
    for wrong in ({"focus": -1.0}, {"border_weights": float("nan")}):
        with pytest.raises(UsageError):
            SegmentOptions(**wrong)  # type: ignore[arg-type]
