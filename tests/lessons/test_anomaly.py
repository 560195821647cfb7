"""The lesson on anomaly: its formulas against the methods that it explains, what each misses, the moved point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.spatial.distance import mahalanobis as scipy_mahalanobis

from miwake.anomaly import coreset as fast
from miwake.anomaly.methods.padim import Places
from miwake.lessons import catalogue
from miwake.lessons.formulas import oddity
from miwake.lessons.model import Plot, state
from miwake.lessons.sheet import evaluate

Show = Callable[..., Any]
LESSON = catalogue.lesson("anomaly")
GAUSSIAN = len(LESSON.steps) - 1
PRESETS = {preset.label: preset.sets for preset in LESSON.steps[GAUSSIAN].presets}


def points(count: int = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 2)) @ np.array([[2.0, 0.5], [0.0, 0.7]])


def test_the_coreset_is_that_of_patchcore() -> None:
    p = points(60)
    tensor = torch.tensor(p)
    for count in (1, 2, 7, 60):
        np.testing.assert_array_equal(oddity.coreset(p, count), p[fast.plain(tensor, count).tolist()])
    reaches = oddity.reaches(p)
    assert (np.diff(reaches[:, 1]) <= 1e-12).all()
    assert reaches[-1].tolist() == [60, 0]
    assert reaches[6, 1] == pytest.approx(cdist(p, oddity.coreset(p, 7)).min(1).max())


def test_nearest_neighbours() -> None:
    p, x = points(), np.array([0.3, -0.2])
    order = np.argsort(cdist(p, x[None])[:, 0])
    np.testing.assert_array_equal(oddity.nearest_points(p, x, 3), p[order[:3]])
    apart = cdist(p, p) + np.diag(np.full(len(p), np.inf))
    np.testing.assert_allclose(oddity.left_out(p, p), apart.min(1))
    kept = p[:5]  # one that is kept is not its own neighbour
    np.testing.assert_allclose(oddity.left_out(p, kept), apart[:, :5].min(1))


@settings(deadline=None)
@given(st.lists(st.floats(0, 9), min_size=1, max_size=40), st.floats(0, 1))
def test_no_more_than_the_share_lies_above_the_threshold(scores: list[float], share: float) -> None:
    values = np.array(scores)
    theta = oddity.level(values, share)
    assert theta in values
    assert (values > theta).mean() <= share + 1e-6
    lower = values[values < theta]
    if len(lower) and share < 1 - 1 / len(values):  # and no lower one would do
        assert (values > lower.max()).mean() > share - 1e-6


def test_mahalanobis() -> None:
    p, x = points(), np.array([1.0, 0.7])
    expected = scipy_mahalanobis(x, p.mean(0), np.linalg.inv(np.cov(p.T)))
    assert oddity.mahalanobis(p, x) == pytest.approx(expected)
    left = oddity.mahalanobis_left_out(p)
    assert left[4] == pytest.approx(oddity.mahalanobis(np.delete(p, 4, axis=0), p[4]))
    around = oddity.ellipse(p, 1.7)
    np.testing.assert_allclose([oddity.mahalanobis(p, place) for place in around], 1.7)


def test_it_is_padims_distance_but_for_its_ridge() -> None:
    p, x = points(400), points(5, seed=1)
    places = Places(2, (1, 1))
    places.finish(places.observe(torch.tensor(p, dtype=torch.float32)[:, :, None, None], None))
    found = places(torch.tensor(x, dtype=torch.float32)[:, :, None, None])[:, 0, 0]
    np.testing.assert_allclose([oddity.mahalanobis(p, row) for row in x], found, rtol=0.03)


def test_the_rim_is_the_edge_of_what_is_near() -> None:
    p = points(12)
    around = oddity.rim(p, 0.8)
    seen = around[~np.isnan(around[:, 0])]
    np.testing.assert_allclose(cdist(seen, p).min(1), 0.8)
    # every disc that is not wholly covered has a part of it, and the pen is lifted between discs
    assert np.isnan(around.reshape(12, -1, 2)[:, -1]).all()
    alone = oddity.rim(p[:1], 0.5)
    assert np.isfinite(alone[:-1]).all()


def alarms(inputs: dict[str, Any]) -> tuple[bool, bool]:
    """What nearest neighbour and Gaussian say."""
    values = evaluate(LESSON, {**state(LESSON, GAUSSIAN), **inputs})
    return bool(values["alarm"] > 1), bool(values["mahalanobis_alarm"] > 1)


def test_each_misses_what_the_text_says() -> None:
    assert alarms(PRESETS["odd.data.two"]) == (True, False)
    assert alarms(PRESETS["odd.data.slanted"]) == (False, True)
    assert alarms(PRESETS["odd.data.straggler"]) == (False, True)
    for sets in PRESETS.values():  # good ones pass in both, far ones in none
        inside = np.array(sets["points"])[5] + 0.04
        assert alarms({**sets, "x": inside}) == (False, False)
        assert alarms({**sets, "x": (8.4, 0.1)}) == (True, True) or sets is PRESETS["odd.data.straggler"]


def test_thinning_takes_both_heaps_at_once_and_raises_the_threshold() -> None:
    found = {n: evaluate(LESSON, {**state(LESSON, 2), "count": float(n)}) for n in (2, 6, 24)}
    assert np.ptp(found[2]["kept"][:, 0]) > 3
    assert found[2]["threshold"] > found[6]["threshold"] > found[24]["threshold"]
    full = evaluate(LESSON, state(LESSON, 1))
    assert np.mean(full["left_out"] > full["threshold"]) <= 0.05
    none = evaluate(LESSON, {**state(LESSON, 1), "share": 0.0})
    assert not np.any(none["left_out"] > none["threshold"])
    assert none["threshold"] > full["threshold"]


def test_a_circle_is_one_in_every_plane() -> None:
    for step in LESSON.steps:
        view = step.views[0]
        assert isinstance(view, Plot)
        assert view.moves == "x"
        assert (view.x[1] - view.x[0]) / (view.y[1] - view.y[0]) == pytest.approx(286 / 194, rel=0.01)


# -- in a browser -----------------------------------------------------------------------------------------------------


def position(page: Any) -> list[float]:
    found: list[float] = page.evaluate("miwakeLesson.now.inputs.x")
    return found


def place(page: Any, x: float, y: float, step: int = 1) -> tuple[float, float]:
    """Where a point of the plane lies in the window."""
    plot = page.locator(f"#step-{step} [role=application]")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    view = LESSON.steps[step - 1].views[0]
    assert isinstance(view, Plot)
    across = 44 + (x - view.x[0]) / (view.x[1] - view.x[0]) * 286
    down = 218 - (y - view.y[0]) / (view.y[1] - view.y[0]) * 194
    return box["x"] + across * box["width"] / 340, box["y"] + down * box["height"] / 256


def test_the_mouse_drags_the_point_and_the_score_follows(show: Show) -> None:
    page = show("anomaly")
    page.mouse.click(*place(page, 2.5, 3.5))
    assert position(page) == pytest.approx([2.5, 3.5], abs=0.051)
    page.mouse.move(*place(page, 2.5, 3.5))
    page.mouse.down()
    page.mouse.move(*place(page, 5.0, 2.0), steps=5)
    page.mouse.up()
    assert position(page) == pytest.approx([5.0, 2.0], abs=0.051)
    expected = evaluate(LESSON, {**state(LESSON, 0), "x": position(page)})["distance"]
    assert float(page.locator("#step-1 .live dd").first.inner_text()) == pytest.approx(float(expected), abs=6e-4)
    page.mouse.move(*place(page, 1.0, 1.0))  # no button is held
    assert position(page) == pytest.approx([5.0, 2.0], abs=0.051)


def test_the_keyboard_moves_the_point_and_not_the_step(show: Show) -> None:
    page = show("anomaly")
    page.get_by_role("application", name="The plane of two features").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert position(page) == pytest.approx([4.4, 3.8])
    assert page.get_by_text("Step 1 of 4").is_visible()
    name = page.get_by_role("application").first.get_attribute("aria-label")
    assert name.endswith("is at 4.4, 3.8.")
    for _ in range(3):  # it stays in the field
        page.keyboard.press("Shift+ArrowUp")
    assert position(page)[1] <= 5.8
    page.get_by_role("button", name="Next").click()
    assert position(page)[0] == pytest.approx(4.4)  # kept from step to step


def test_a_tap_moves_the_point_and_a_finger_beside_it_scrolls(show: Show) -> None:
    page = show("anomaly", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*place(page, 6.0, 1.0))
    assert position(page) == pytest.approx([6.0, 1.0], abs=0.06)
    style = "element => getComputedStyle(element).touchAction"
    assert page.locator("#step-1 .grip").evaluate(style) == "none"
    assert page.locator("#step-1 [role=application]").evaluate(style) == "auto"
    grip = page.locator("#step-1 .grip").bounding_box()
    assert min(grip["width"], grip["height"]) >= 24


def test_buttons_show_what_each_method_misses(show: Show) -> None:
    page = show("anomaly", step=4)
    for name, expected in (("Two heaps", (True, False)), ("A slanted heap", (False, True))):
        page.get_by_role("button", name=name).click()
        said = [float(text) > 1 for text in page.locator("#step-4 .live dd").all_inner_texts()]
        assert tuple(said) == expected
