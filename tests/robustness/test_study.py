"""All parts of an attack within the time: it is kept to a step, and changes nothing where it suffices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from miwake.robustness import study as studies
from miwake.robustness.clock import Clock
from miwake.robustness.config import AttackOptions
from miwake.robustness.results import Robustness, Shown
from miwake.robustness.study import Material

Study = Callable[..., tuple[Robustness, Shown, Any]]
OPTIONS = AttackOptions(strength="20", steps=20, parts=("curve", "smallest", "bound", "masking"))


@pytest.fixture
def attacked(surroundings, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Attacks 24 pictures, each pass of which through the network takes a second."""
    slow = surroundings.slow
    monkeypatch.setattr(studies, "Clock", partial(Clock, now=lambda: slow.now))
    material = Material(
        predictor=surroundings.predictor,
        dataset=surroundings.dataset,
        rows=np.arange(24),
        gather=lambda rows: surroundings.pictures[rows],
    )

    def run(seconds: float | None, options: AttackOptions = OPTIONS) -> tuple[Robustness, Shown, Any]:
        slow.now, slow.largest = 0.0, 0
        found, shown = studies.study(material, options, seconds=seconds, report=lambda done, part: None)
        return found, shown, slow

    return run


def test_time_that_suffices_changes_nothing(attacked: Study) -> None:
    free, free_shown, slow = attacked(None)
    needed = slow.now
    timed, timed_shown, _ = attacked(20 * needed)
    assert free.left_out == ()
    assert len(free.masking) == 7
    assert replace(timed, seconds=free.seconds) == free
    for one, other in zip(timed_shown.examples, free_shown.examples, strict=True):
        assert np.array_equal(one.changed, other.changed)


@pytest.mark.parametrize("parts", [OPTIONS.parts, AttackOptions().parts, ("bound",)], ids=["attack", "all", "bound"])
@pytest.mark.parametrize("seconds", [1, 30, 100, 300, 900, 3000])
def test_the_time_is_kept_to_a_step(attacked: Study, parts: Any, seconds: float) -> None:
    found, shown, slow = attacked(seconds, replace(OPTIONS, parts=parts))
    # one pass, the accuracy on the first pictures, and the answers that the page shows
    shows = 2 * len(shown.examples) + len(shown.patched) + 2 * len(dict(shown.views).get("plain", ()))
    assert slow.now <= seconds + slow.largest + 8 + shows
    assert found.pictures >= 8
    assert math.isfinite(found.plain.value)


def test_what_there_was_no_time_for_has_no_figure_and_is_named(attacked: Study) -> None:
    whole, _, _ = attacked(None, replace(OPTIONS, count=8))
    none, _, _ = attacked(1)
    assert none.left_out == ("result", "curve", "smallest", "masking")
    assert math.isnan(none.attacked.accuracy.value)
    assert math.isnan(none.attacked.rate.value)
    assert none.curve == ()
    assert none.bound is none.smallest is None
    assert none.plain == whole.plain
    seen = set()
    for seconds in (*range(20, 1000, 70), 20_000):
        some, _, _ = attacked(seconds, replace(OPTIONS, count=8))
        # the curve goes as far as the time, and what is said is what all of it would say
        assert some.curve == whole.curve[: len(some.curve)]
        assert ("curve" in some.left_out) == (len(some.curve) < len(whole.curve))
        assert ("result" in some.left_out) == math.isnan(some.attacked.rate.value) == (some.bound is None)
        if some.bound is not None:
            assert (some.attacked, some.bound, some.rounded) == (whole.attacked, whole.bound, whole.rounded)
        assert some.smallest in (None, whole.smallest)
        assert ("smallest" in some.left_out) == (some.smallest is None)
        assert some.masking == whole.masking[: len(some.masking)]
        seen.add(some.left_out)
    assert {("result", "curve", "smallest", "masking"), ()} <= seen


def test_a_stretch_that_is_cut_short_does_not_count(attacked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "_SURE", 1e9)  # begin the second stretch however little time there is
    options = replace(OPTIONS, parts=("curve",))
    first, _, slow = attacked(None, replace(options, count=8))
    some, _, _ = attacked(slow.now + 50, options)
    assert some.pictures == 8
    assert replace(some, seconds=first.seconds) == first
