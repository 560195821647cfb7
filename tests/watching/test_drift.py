"""Changes are named, and hardly ever where there are none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from miwake.data.toy import toy_pictures
from miwake.watching.drift import CONFIDENCE, LEAST, Drift, levels
from miwake.watching.events import Happening
from miwake.watching.measures import MEASURES, SEEN, seen

Values = dict[str, NDArray[np.float64]]


def normal(rng: np.random.Generator, count: int) -> Values:
    return {each.name: 20 * rng.standard_normal(count) for each in MEASURES}


def watch(drift: Drift, stream: Values) -> list[tuple[int, Happening]]:
    """What is said, and after how many pictures."""
    count = len(next(iter(stream.values())))
    rows = ({name: float(values[n]) for name, values in stream.items()} for n in range(count))
    return [(n + 1, said) for n, row in enumerate(rows) for said in drift.add(row)]


@given(
    count=st.integers(LEAST, 2000),
    doubt=st.sampled_from([0.001, 0.05]),
    seed=st.integers(0, 5),
    side=st.sampled_from([-1, 1]),
)
@settings(max_examples=50, deadline=None)
def test_a_picture_says_nothing_on_average_where_nothing_has_changed(
    count: int, doubt: float, seed: int, side: int
) -> None:
    """The mean of the likelihood ratio is 1 at the share that is reckoned with, and less below it."""
    values = np.random.default_rng(seed).uniform(size=count)
    for level in levels(values, side, 0.0, doubt):
        often = (1 - level.below) / (level.passed - level.below)
        assert 0 < often < 1
        assert level.below < 1 < level.passed
        # of uniform values as many lie beyond a threshold as it is far from the end
        beyond = 1 - level.threshold if side > 0 else -level.threshold
        assert beyond < 3 * often


@pytest.mark.parametrize("count", [20, 200])
def test_thresholds_are_passed_no_more_often_than_is_reckoned_with(count: int) -> None:
    rng, doubt, trials = np.random.default_rng(0), 0.05, 2000
    broken = 0
    for _ in range(trials):
        for level in levels(rng.uniform(size=count), 1, 0.0, doubt)[:1]:
            often = (1 - level.below) / (level.passed - level.below)
            broken += 1 - level.threshold > often
    # exact but for chance: Beta quantiles (a share of 0.05 in 2,000 trials has a standard error of 0.005)
    assert broken / trials == pytest.approx(doubt, abs=0.02)


def test_false_warnings_are_as_rare_as_asked() -> None:
    """On streams like training: warnings no more often than once in so many pictures."""
    rng, apart, pictures, said = np.random.default_rng(1), 500, 0, 0
    for count in (30, 100, 1000):
        for _ in range(4):
            found = watch(Drift(normal(rng, count), apart), normal(rng, 1000))
            said += sum(each.kind == "drift" for _, each in found)
            pictures += 1000
    assert said <= pictures / apart


def test_what_few_pictures_tell_is_left_out() -> None:
    rng = np.random.default_rng(0)
    assert Drift(normal(rng, LEAST - 1), 1000).charts == []
    assert Drift({"brightness": rng.uniform(size=LEAST)}, 1000).charts


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    made, _, _ = toy_pictures(each=64)
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2)[
        torch.randperm(256, generator=torch.Generator().manual_seed(0))
    ]


def measured(pictures: torch.Tensor) -> Values:
    return dict(zip((each.name for each in SEEN), seen(pictures).T, strict=True))


def darker(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures.float() * 0.4).byte()


def brighter(pictures: torch.Tensor) -> torch.Tensor:
    return (255 - (255 - pictures.float()) * 0.4).byte()


def blurred(pictures: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.avg_pool2d(pictures.float(), 5, 1, 2).byte()


def noisy(pictures: torch.Tensor) -> torch.Tensor:
    noise = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(0))
    return (pictures.float() + 50 * noise).clamp(0, 255).byte()


def tint(channel: int, share: float):
    def change(pictures: torch.Tensor) -> torch.Tensor:
        factors = torch.ones(3)
        factors[channel] = share
        return (pictures.float() * factors.view(1, 3, 1, 1)).byte()

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (darker, "brightness low"),
        (brighter, "brightness high"),
        (blurred, "sharpness low"),
        (noisy, "sharpness high"),
        (tint(0, 0.6), "red low"),
        (tint(1, 0.6), "red high"),
        (tint(2, 0.6), "blue low"),
    ],
)
def test_a_change_is_named_within_twenty_pictures(change, named: str, pictures: torch.Tensor, in_both) -> None:
    drift = Drift(measured(pictures[:128]), 100_000)
    assert watch(drift, measured(pictures[128:])) == []
    found = watch(drift, measured(change(pictures[128:148])))
    said = {f"{each.facts['measure']} {each.facts['side']}": each for _, each in found}
    assert named in said
    in_both([each.note for each in said.values()])
    # by how much, against what was usual
    facts = said[named].facts
    assert (facts["now"] < facts["training"]) == named.endswith("low")
    assert facts["training_low"] <= facts["training"] <= facts["training_high"]


def test_it_is_said_once_and_when_it_is_over(pictures: torch.Tensor, in_both) -> None:
    drift = Drift(measured(pictures[:128]), 100_000)
    found = watch(drift, measured(darker(pictures[128:])))
    assert [each.facts["measure"] for _, each in found].count("brightness") == 1
    found = watch(drift, measured(pictures[128:]))
    assert ("drift-over", "brightness") in [(each.kind, each.facts["measure"]) for _, each in found]
    assert all(each.kind == "drift-over" for _, each in found)
    in_both([each.note for _, each in found])
    found = watch(drift, measured(darker(pictures[128:])))
    assert ("drift", "brightness") in [(each.kind, each.facts["measure"]) for _, each in found]


def test_what_is_too_little_to_matter_is_not_named() -> None:
    rng = np.random.default_rng(0)
    drift = Drift({"brightness": 100 + 0.01 * rng.standard_normal(500)}, 1000)
    assert watch(drift, {"brightness": np.full(200, 101.0)}) == []
    assert watch(drift, {"brightness": np.full(20, 103.0)})


def test_all_the_confidence_that_is_promised_is_there() -> None:
    drift = Drift(normal(np.random.default_rng(0), 100), 1000)
    assert len(drift.charts) == 9
    assert {chart.limit for chart in drift.charts} == {9000}
    assert CONFIDENCE == 0.95
