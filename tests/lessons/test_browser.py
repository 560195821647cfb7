"""The pages in a real browser: the script's numbers and figures, steps, edits, the keyboard, telephones, the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from miwake.lessons import catalogue
from miwake.lessons.course.convolution import LETTER_A, POINT
from miwake.lessons.formulas.convolution import convolve
from miwake.lessons.model import Input, Lesson, Numbers, state
from miwake.lessons.sheet import evaluate, shown
from miwake.lessons.texts import step_title, title
from miwake.look.style import DARK, LIGHT

Show = Callable[..., Any]
EVERY = pytest.mark.parametrize("name", catalogue.names())
QUICK = (("convolution", "en"), ("backprop", "ja"), ("channels-stride-padding", "ja"))
"""Lessons that stand for the others where there is little time."""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


# -- the script against NumPy ------------------------------------------------------------------------------------------


def _changed(given: Input, random: np.random.Generator) -> Numbers:
    """Another value that the reader could have set."""
    if given.fixed:
        return given.value
    values = np.asarray(given.value)
    steps = round((given.high - given.low) / given.step)
    found = np.round(given.low + given.step * random.integers(0, steps + 1, values.shape), 6)
    return found.tolist()  # type: ignore[no-any-return]


def _states(lesson: Lesson) -> list[dict[str, Numbers]]:
    """The inputs of every step, of every button, and a few at random."""
    random = np.random.default_rng(3)
    found = [state(lesson, number) for number in range(len(lesson.steps))]
    for number, step in enumerate(lesson.steps):
        found += [{**state(lesson, number), **preset.sets} for preset in step.presets]
    found += [{name: _changed(given, random) for name, given in lesson.inputs.items()} for _ in range(1)]
    return found


@EVERY
def test_the_script_computes_what_numpy_computes(name: str, show: Show) -> None:
    page, lesson = show(name), catalogue.lesson(name)
    for inputs in _states(lesson):
        plain = {key: np.asarray(value).tolist() for key, value in inputs.items()}
        found = page.evaluate("inputs => miwakeLesson.evaluate(inputs)", plain)
        for node, expected in evaluate(lesson, inputs).items():
            values = np.array(found[node], dtype=np.float64)
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9, err_msg=f"{name}: {node}")


DIFFERENT = """figure => {
  const parts = place => [...figure.querySelectorAll(`.${place} :is(rect, text, path, circle, dd)`)]
    .filter(part => !part.matches('.window, .picked, .grip'))
    .map(part => [part.tagName, part.getAttribute('class') ?? '', part.textContent,
      ...['x', 'y', 'cx', 'cy', 'width', 'height', 'd', 'fill-opacity', 'stroke-width']
        .map(name => part.getAttribute(name) ?? '')].join('|'));
  const number = /-?\\d+(?:\\.\\d+)?/g;
  // a tenth of a pixel may be rounded the other way
  const same = (a, b) => a === b || (a.replace(number, '') === b.replace(number, '') &&
    a.match(number).every((value, n) => Math.abs(value - b.match(number)[n]) < 0.11));
  const [still, live] = ['still', 'live'].map(place => parts(place).sort());
  if (!live.length || still.length !== live.length) return [[still.length, live.length]];
  return still.map((part, n) => [part, live[n]]).filter(([a, b]) => !same(a, b));
}"""


NAMELESS = """step => [...step.querySelectorAll('button, input, .live svg[role], [role=group]')]
  .filter(part => !(part.getAttribute('aria-label') || part.textContent.trim() || part.labels?.length))
  .map(part => part.outerHTML)"""


@EVERY
def test_the_script_draws_the_figures_that_stand_without_it_and_all_has_names(name: str, show: Show) -> None:
    page = show(name)
    for number in range(1, len(catalogue.lesson(name).steps) + 1):
        for figure in page.locator(f"#step-{number} figure").all():
            # in any order: text above cells, or cells above text, is the same picture
            wrong = figure.evaluate(DIFFERENT)
            assert not wrong, f"{name}, step {number}: {wrong[:3]}"
        assert not page.locator(f"#step-{number}").evaluate(NAMELESS)
        page.keyboard.press("ArrowRight")


# -- steps -------------------------------------------------------------------------------------------------------------


def _now(page: Any) -> int:
    (shown_step,) = (n for n, panel in enumerate(page.locator(".step").all(), 1) if panel.is_visible())
    return shown_step


def test_steps_by_button_link_key_and_address(show: Show) -> None:
    page = show("convolution")
    back, forth = page.get_by_role("button", name="Back"), page.get_by_role("button", name="Next")
    assert _now(page) == 1
    assert back.is_disabled()
    forth.click()
    assert _now(page) == 2
    assert page.evaluate("document.activeElement.id") == "h-2"  # read out to those who cannot see it
    assert page.url.endswith("#step-2")
    assert page.get_by_text("Step 2 of 6").is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert _now(page) == 3
    page.get_by_role("navigation").get_by_role("link", name="Your own picture").click()
    assert _now(page) == 6
    assert forth.is_disabled()
    assert page.locator("[aria-current=step]").inner_text() == "Your own picture"
    assert _now(show("convolution", step=4)) == 4


def _map(page: Any, view: int, step: int = 2) -> np.ndarray:
    texts = page.locator(f"#step-{step} [data-view='{view}'] .live [role=gridcell] text").all_text_contents()
    values = [float(text.replace("−", "-")) for text in texts]
    side = round(len(values) ** 0.5)
    return np.array(values).reshape(side, side)


def test_the_reader_changes_a_pixel_and_the_map_changes_at_once(show: Show) -> None:
    page = show("convolution", step=2)
    letter = np.array(LETTER_A)
    assert np.array_equal(_map(page, 2), convolve(letter, np.array(POINT)))
    picture = page.get_by_role("grid", name="Picture x")
    picture.get_by_role("gridcell", name="row 1, column 5: 0").click()
    letter[0, 4] = 1
    assert np.array_equal(_map(page, 2), convolve(letter, np.array(POINT)))
    picture.get_by_role("gridcell", name="row 1, column 5: 1").click()
    letter[0, 4] = 0
    assert np.array_equal(_map(page, 2), convolve(letter, np.array(POINT)))


def test_the_reader_changes_the_filter(show: Show) -> None:
    page = show("convolution", step=2)
    h, letter = np.array(POINT), np.array(LETTER_A)
    page.get_by_role("grid", name="Filter h").get_by_role("gridcell", name="row 3, column 2: 0").click()
    page.get_by_role("button", name="Make the marked number smaller").click()
    page.get_by_role("button", name="Make the marked number smaller").click()
    h[2, 1] = -2
    assert np.array_equal(_map(page, 2), convolve(letter, h))
    page.get_by_role("button", name="Rising stroke").click()
    assert np.array_equal(_map(page, 2), convolve(letter, np.eye(3)[::-1]))
    page.get_by_role("button", name="As it was").click()
    assert np.array_equal(_map(page, 2), convolve(letter, np.array(POINT)))


def test_edits_are_kept_from_step_to_step(show: Show) -> None:
    page = show("convolution")
    page.get_by_role("gridcell", name="row 9, column 9: 0").first.click()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Next").click()
    assert page.locator("#step-2").get_by_role("gridcell", name="row 9, column 9: 1").count() == 1


def test_the_window_slides_and_its_sum_is_shown(show: Show) -> None:
    page = show("convolution", step=2)
    said = page.locator("#step-2 .sum")
    assert " ".join(said.inner_text().split()) == "0·0 + 0·0 + 0·0 + 0·0 + 1·1 + 0·0 + 1·1 + 0·0 + 1·1 = 3"
    page.get_by_role("grid", name="Map u").get_by_role("gridcell", name="row 6, column 2: 2").click()
    assert said.inner_text().endswith("= 2")
    frame = page.locator("#step-2 [data-view='0'] .live .window")
    assert [frame.get_attribute(side) for side in ("x", "y", "width")] == ["30", "150", "90"]
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('#step-2 .window').getAttribute('x') === '90'")
    page.get_by_role("button", name="Pause").click()
    stopped = frame.get_attribute("x")
    page.wait_for_timeout(700)
    assert frame.get_attribute("x") == stopped


def test_the_mouse_moves_the_window(show: Show) -> None:
    page = show("convolution", step=2)
    page.get_by_role("grid", name="Map u").get_by_role("gridcell", name="row 7, column 7: 1").hover()
    assert page.locator("#step-2 [data-view='0'] .live .window").get_attribute("x") == "180"


def test_pooling_and_the_stamp_have_their_windows(show: Show) -> None:
    page = show("pooling")
    assert " ".join(page.locator("#step-1 .sum").inner_text().split()) == "max(0, 1, 1, 3) = 3"
    page = show("transposed")
    stamp = page.locator("#step-1 [data-view='2'] .live .window")
    assert [stamp.get_attribute(side) for side in ("x", "y", "width")] == ["60", "60", "90"]
    page.get_by_role("grid", name="The small table x").get_by_role("gridcell", name="row 1, column 3: 2").click()
    assert [stamp.get_attribute(side) for side in ("x", "y")] == ["120", "0"]


def test_a_slider_changes_the_size_of_a_map(show: Show) -> None:
    page = show("channels-stride-padding", step=2)
    assert _map(page, 2).shape == (4, 4)
    page.get_by_role("slider", name="Stride s").fill("3")
    assert _map(page, 2).shape == (3, 3)
    page.get_by_role("slider", name="Padding p").fill("2")
    assert _map(page, 2).shape == (4, 4)
    assert page.get_by_role("grid", name="Picture with its padding").get_by_role("row").count() == 13


def test_the_gradient_runs_back_through_the_net(show: Show) -> None:
    page = show("backprop", step=5)
    slider = page.get_by_role("slider", name="How far it is computed")
    slider.fill("0")
    net = page.locator("#step-5 .view-net .live")
    assert net.get_by_text("?").count() == 4
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => miwakeLesson.now.inputs.phase === 5")
    assert net.locator(".flow.back").count() == 3
    page.wait_for_function("() => miwakeLesson.now.inputs.phase === 6 && !miwakeLesson.now.timer")
    assert net.get_by_text("∂").count() == 9
    assert net.get_by_text("Δ").count() == 3


# -- the keyboard alone ------------------------------------------------------------------------------------------------


def _tab_to(page: Any, wanted: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached with the Tab key")


def test_everything_with_the_keyboard_alone(show: Show) -> None:
    page = show("convolution")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    _tab_to(page, ".path li:nth-child(2) a")
    page.keyboard.press("Enter")
    assert _now(page) == 2
    # into the picture, to the third row and the second column, and a pixel is switched
    _tab_to(page, "#step-2 [data-view='0'] [data-cell]")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Space"):
        page.keyboard.press(key)
    letter, h = np.array(LETTER_A), np.array(POINT)
    letter[2, 1] = 1
    assert np.array_equal(_map(page, 2), convolve(letter, h))
    assert _now(page) == 2  # the arrows moved in the picture and not through the steps
    # one press further is the filter: digits, minus and plus
    _tab_to(page, "#step-2 [data-view='1'] [data-cell]")
    for key in ("End", "4", "+", "ArrowDown", "-"):
        page.keyboard.press(key)
    h[0, 2], h[1, 2] = 5, -1
    assert np.array_equal(_map(page, 2), convolve(letter, h))
    # the map's own keys move the window
    _tab_to(page, "#step-2 [data-view='2'] [data-cell]")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert page.locator("#step-2 .sum").inner_text().endswith(f"= {shown(convolve(letter, h)[1, 0])}")
    _tab_to(page, "[data-reset]")
    page.keyboard.press("Enter")
    assert np.array_equal(_map(page, 2), convolve(np.array(LETTER_A), np.array(POINT)))
    _tab_to(page, ".walk button.strong")
    page.keyboard.press("Enter")
    assert _now(page) == 3


def test_a_focused_cell_stays_focused_when_it_changes(show: Show) -> None:
    page = show("convolution", step=2, viewport={"width": 900, "height": 500})
    _tab_to(page, "#step-2 [data-view='0'] [data-cell]")
    where = "[document.activeElement.dataset.cell, scrollY]"
    before = page.evaluate(where)
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    assert page.evaluate(where) == before  # and the page has not scrolled
    assert page.evaluate("getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth") == "3px"


# -- telephones, languages, the dark, paper, no script ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "language"),
    [
        pytest.param(name, language, marks=[] if (name, language) in QUICK else [pytest.mark.long])
        for name in catalogue.names()
        for language in ("en", "ja")
    ],
)
def test_a_telephone_is_wide_enough(name: str, language: str, show: Show) -> None:
    page, lesson = show(name, language=language, **PHONE), catalogue.lesson(name)
    for number, step in enumerate(lesson.steps, 1):
        assert page.locator(f"#h-{number}").inner_text().endswith(step_title(name, step, language))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{name}, step {number}"
        small = page.locator(f"#step-{number}").evaluate(
            """step => [...step.querySelectorAll('button, [type=range], [aria-readonly=false] [data-cell]')]
              .map(part => [part.textContent || part.id, part.getBoundingClientRect()])
              .filter(([, box]) => box.width && Math.min(box.width, box.height) < 24).map(([name]) => name)"""
        )
        drawn_without_numbers = [view for view in step.views if getattr(view, "numbers", True) is False]
        assert not small or drawn_without_numbers, f"{name}, step {number}: {small}"
        page.keyboard.press("ArrowRight")


def test_touch_edits_too(show: Show) -> None:
    page = show("convolution", step=2, **PHONE)
    page.get_by_role("grid", name="Picture x").get_by_role("gridcell", name="row 1, column 5: 0").tap()
    letter = np.array(LETTER_A)
    letter[0, 4] = 1
    assert np.array_equal(_map(page, 2), convolve(letter, np.array(POINT)))


def test_japanese(show: Show) -> None:
    page = show("convolution", language="ja")
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.get_by_role("heading", level=1).inner_text() == title("convolution", "ja")
    page.get_by_role("button", name="次へ").click()
    page.get_by_role("gridcell", name="1行5列：0").first.click()
    assert page.get_by_role("gridcell", name="1行5列：1").count() >= 1
    words = page.locator("#step-2").inner_text()
    assert not re.findall(r"[A-Za-z]{4,}", words.replace("ReLU", ""))


@pytest.mark.parametrize(("scheme", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark(scheme: str, theme: Any, show: Show) -> None:
    page = show("convolution", step=2, color_scheme=scheme)
    red, green, blue = (int(theme.paper[place : place + 2], 16) for place in (1, 3, 5))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb({red}, {green}, {blue})"
    # ink on paper, and paper on ink
    looks = page.evaluate(
        """() => [...document.querySelectorAll('#step-2 [data-view="0"] .live [data-cell]')].map(cell =>
          [cell.textContent, ...[...cell.children].slice(-2).map(part => getComputedStyle(part).fill).reverse()])"""
    )
    for text, written, ground in looks:
        assert written != ground
        assert (text == "1") == (written == f"rgb({red}, {green}, {blue})")


def test_less_motion_for_those_who_ask_for_it(show: Show) -> None:
    for asked, motion in (("reduce", "none"), ("no-preference", "flow")):
        page = show("backprop", reduced_motion=asked)
        edge = page.locator("#step-1 .live .flow").first
        assert edge.evaluate("edge => getComputedStyle(edge).animationName") == motion


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == "backprop" else [pytest.mark.long]) for name in catalogue.names()],
)
def test_without_a_script_all_steps_stand_there(name: str, show: Show) -> None:
    page, steps = show(name, java_script_enabled=False), catalogue.lesson(name).steps
    assert [panel.is_visible() for panel in page.locator(".step").all()] == [True] * len(steps)
    figures = page.locator("figure").all()
    assert len(figures) == sum(len(step.views) for step in steps)
    for figure in figures:
        assert figure.locator(".still > :is(svg, dl)").is_visible()
    assert page.get_by_text("the figures stand still").is_visible()


def test_on_paper_all_steps_are_printed(show: Show) -> None:
    page = show("convolution")
    page.emulate_media(media="print")
    assert all(panel.is_visible() for panel in page.locator(".step").all())
    assert page.locator(".still svg").first.is_visible()
    assert not page.locator(".live svg").first.is_visible()
    assert not page.locator(".walk").is_visible()


# -- a picture of one's own --------------------------------------------------------------------------------------------


def _own(page: Any, file: Path) -> None:
    page.locator("#step-6 input[type=file]").set_input_files(file)


def test_a_picture_of_ones_own_stays_on_the_page(show: Show, tmp_path: Path) -> None:
    page = show("convolution", step=6)
    # 28 × 28 blocks of 10 pixels with a margin left and right that the middle leaves out
    blocks = np.random.default_rng(5).integers(0, 2, (28, 28)) * 255
    pixels = np.pad(np.kron(blocks, np.ones((10, 10))), ((0, 0), (50, 50)), constant_values=128).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "own.png")
    _own(page, tmp_path / "own.png")
    page.wait_for_function("() => miwakeLesson.now.inputs.ink.flat().some(value => value === 1)")
    page.wait_for_timeout(100)
    found = np.array(page.evaluate("miwakeLesson.now.inputs.ink"))
    assert np.abs(found - (1 - blocks / 255)).mean() < 0.1  # scaling softens the edges of the blocks
    assert np.mean((found > 0.5) == (blocks == 0)) == 1
    values = evaluate(
        catalogue.lesson("convolution"), {**state(catalogue.lesson("convolution"), 5), "ink": found.tolist()}
    )
    np.testing.assert_allclose(page.evaluate("miwakeLesson.now.values.ink_pooled"), values["ink_pooled"], atol=1e-9)


def test_a_large_photograph_is_averaged_and_not_sampled(show: Show, tmp_path: Path) -> None:
    page = show("convolution", step=6)
    # a fine pattern whose mean grows from left to right: single pixels say nothing of it
    random = np.random.default_rng(0)
    pixels = (random.random((1400, 1400)) * 255 > np.linspace(0, 255, 1400)).astype(np.uint8) * 255
    Image.fromarray(pixels).save(tmp_path / "fine.png")
    before = page.evaluate("miwakeLesson.now.inputs.ink")
    _own(page, tmp_path / "fine.png")
    page.wait_for_function("before => JSON.stringify(miwakeLesson.now.inputs.ink) !== before", arg=_json(before))
    found = np.array(page.evaluate("miwakeLesson.now.inputs.ink"))
    assert np.abs(found - np.linspace(0, 1, 28)).mean() < 0.06


def _json(value: Any) -> str:
    import json

    return json.dumps(value, separators=(",", ":"))


def test_a_file_that_is_no_picture_is_said(show: Show, tmp_path: Path) -> None:
    page = show("convolution", step=6)
    (tmp_path / "text.png").write_text("not a picture")
    _own(page, tmp_path / "text.png")
    page.get_by_text("not a picture that can be read").wait_for()
    assert np.array(page.evaluate("miwakeLesson.now.inputs.ink")).max() == 1
