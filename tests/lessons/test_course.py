"""Every lesson that is found: its facts, its texts, what it computes and draws."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from miwake.errors import UsageError
from miwake.lessons import catalogue, course
from miwake.lessons.model import Grid, Lesson, Plot, Readings, Step, state
from miwake.lessons.page.write import formula, plain_formula, render
from miwake.lessons.sheet import OPERATIONS, evaluate, precise, shown
from miwake.lessons.terminal import told
from miwake.lessons.texts import about, labels, part, step_text, step_title, title
from miwake.look.text import cells

NAMES = catalogue.names()
EVERY = pytest.mark.parametrize("name", NAMES)
WANTED = [
    *("neuron", "perceptron", "hebb", "som", "gradient-descent", "softmax-cross-entropy", "backprop", "sight"),
    *("convolution", "channels-stride-padding", "pooling", "batchnorm", "residual", "dropout", "transposed"),
]


def test_the_path() -> None:
    assert [name for name in NAMES if name in WANTED] == WANTED
    parts = [entry.part for entry in catalogue.entries()]
    assert parts == sorted(parts, key=catalogue.PARTS.index)  # a part is not left and entered again
    assert len({entry.order for entry in catalogue.entries()}) == len(NAMES)
    assert catalogue.following("neuron") == "perceptron"
    assert catalogue.following(NAMES[-1]) == ""


def test_every_file_is_a_lesson() -> None:
    files = {path.stem for path in Path(course.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in NAMES} == files


def test_names_are_forgiving_and_the_nearest_is_named() -> None:
    assert catalogue.entry("Softmax_Cross_Entropy").name == "softmax-cross-entropy"
    with pytest.raises(UsageError, match="convolution"):
        catalogue.entry("convolutoin")


def test_listing_loads_no_numpy_and_the_formulas_no_torch() -> None:
    code = "import sys; from miwake.lessons import catalogue; catalogue.entries(); print('numpy' in sys.modules)"
    more = (
        "import miwake.lessons.formulas as f, pkgutil, importlib\n"
        "for m in pkgutil.iter_modules(f.__path__): importlib.import_module(f'{f.__name__}.{m.name}')\n"
        "print(sorted({'torch', 'scipy', 'PIL', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", f"{code}\n{more}"], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False", "[]"]


@EVERY
def test_facts_and_texts(name: str) -> None:
    entry, lesson = catalogue.entry(name), catalogue.lesson(name)
    assert entry.papers
    assert all(re.search(r"\b(1[89]|20)\d\d\b", paper) for paper in entry.papers)  # says the year
    assert len({step.key for step in lesson.steps}) == len(lesson.steps) >= 3
    for language in ("en", "ja"):
        assert title(name, language)
        assert about(name, language)
        assert part(entry.part, language)
        assert labels(lesson, language)
        for step in lesson.steps:
            assert step_title(name, step, language)
            assert len(step_text(name, step, language)) > (100 if language == "en" else 50)


def _names(lesson: Lesson, step: Step) -> set[str]:
    """Inputs and nodes that a step shows."""
    found = {*step.controls, *([step.play] if step.play else [])}
    for view in step.views:
        if isinstance(view, Readings):
            found |= {of for _, of in view.rows}
        elif isinstance(view, Plot):
            found |= {series.of for series in view.series}
        elif hasattr(view, "of"):
            found.add(view.of)
        else:
            found |= {*view.layers, *view.weights, *view.deltas, *view.gradients}
    return found


@EVERY
def test_what_is_shown_exists_and_nothing_is_left_over(name: str) -> None:
    lesson = catalogue.lesson(name)
    known, used = {*lesson.inputs, *lesson.nodes}, set()
    for step in lesson.steps:
        used |= _names(lesson, step)
        for presets in (step.given, *(preset.sets for preset in step.presets)):
            assert set(presets) <= set(lesson.inputs)
        for control in (*step.controls, *([step.play] if step.play else [])):
            given = lesson.inputs[control]
            assert isinstance(given.value, float)
            assert given.low <= given.value <= given.high
    for node in reversed(lesson.nodes.values()):
        assert node.op in OPERATIONS
        used |= {part for part in node.of if isinstance(part, str)}
    assert known == used, known ^ used


@EVERY
def test_every_step_computes(name: str) -> None:
    lesson = catalogue.lesson(name)
    for number, step in enumerate(lesson.steps):
        values = evaluate(lesson, state(lesson, number))
        for view in step.views:
            if isinstance(view, Grid):
                assert np.isfinite(values[view.of]).all()
                assert not view.own or view.of in lesson.inputs
            if isinstance(view, Plot):
                for series in view.series:
                    assert values[series.of].shape[1:] == (2,)
                    inside = [view.x[0] <= x <= view.x[1] and view.y[0] <= y <= view.y[1] for x, y in values[series.of]]
                    hidden = np.isnan(values[series.of]).all() or len(values[series.of]) == 2  # a line that crosses it
                    assert any(inside) or hidden, (step.key, series.of)


def _found_at(name: str, key: str) -> dict[str, np.ndarray]:
    lesson = catalogue.lesson(name)
    (number,) = (number for number, step in enumerate(lesson.steps) if step.key == key)
    return evaluate(lesson, state(lesson, number))


def test_what_a_step_says_is_learnt_is_learnt_where_nobody_can_press_play() -> None:
    perceptron = _found_at("perceptron", "learns")
    assert perceptron["wrong"] == 0
    assert perceptron["mistakes"][0, 1] > 0
    layer = _found_at("softmax-cross-entropy", "dense")
    np.testing.assert_allclose(layer["dense"], layer["u"])  # the scores that the next step takes up
    som = _found_at("som", "unfolds")
    assert np.ptp(_found_at("som", "rule")["units"], axis=0).max() < 0.3  # a heap
    assert np.ptp(som["units"], axis=0).min() > 0.7


@EVERY
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_terminal_keeps_to_80_columns(name: str, language: str) -> None:
    lines = list(told(name, language))
    assert max(map(cells, lines)) <= 80
    text = "\n".join(lines)
    for number, step in enumerate(catalogue.lesson(name).steps):
        assert f"{number + 1}. {step_title(name, step, language)}"[:30] in text
    assert not re.search(r"\bnan\b", text)


def test_the_terminal_shows_the_letter_and_its_map() -> None:
    lines = [line.rstrip() for line in told("convolution", "en")]
    assert "····██████████····   0 0 0" not in lines
    assert "········██········   0 1 0      0 1 1 2 1 1 0" in lines
    assert "  0·0 + 0·0 + 0·0 + 0·0 + 1·1 + 0·0 + 1·1 + 0·0 + 1·1 = 3" in lines
    assert any("2 3 3 3 2" in line for line in lines)
    cost = "\n".join(told("softmax-cross-entropy", "en"))
    assert "f(x) = max(0, x)" in cost
    assert "u_k = Σ_i w_ki f(x_i) + b_k" in cost
    assert "base ten: 0.699" in cost
    assert "natural logarithm: 1.609" in cost


def test_numbers_are_written_as_the_script_writes_them() -> None:
    written = [shown(value) for value in (0.0, -0.004, 0.125, -0.125, 2.5, 1234.5, float("nan"), 3.10)]
    assert written == ["0", "0", "0.13", "−0.13", "2.5", "1235", "–", "3.1"]
    assert [precise(value) for value in (0.69897, 1.6094, 0.0043, 12.0)] == ["0.699", "1.609", "0.0043", "12"]


def test_formulas_are_set() -> None:
    assert formula("u_{ij} < w^2") == "u<sub>ij</sub> &lt; w<sup>2</sup>"
    assert plain_formula("x_{i+p, j+q} h_{pq} w^2") == "x_(i+p, j+q) h_pq w^2"


@EVERY
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_is_one_file_that_loads_nothing(name: str, language: str) -> None:
    page = render(name, language)
    assert f'<html lang="{language}">' in page
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert len(page.encode()) < 1_000_000
    for step in catalogue.lesson(name).steps:
        for line in step.formula.splitlines():
            assert str(formula(line)) in page
    keys = re.findall(r' id="([^"]+)"', page)
    assert len(keys) == len(set(keys))


def test_the_page_without_a_script_has_every_step_with_its_figures() -> None:
    page = render("convolution", "en")
    sections = page.split('<section class="step"')[1:]
    assert len(sections) == len(catalogue.lesson("convolution").steps)
    for section in sections:
        assert section.count("<svg") >= section.count("<figure") - section.count("view-readings") > 0
    assert "0, 1, 0, 3, 0, 1, 0; 0, 1, 1, 2, 1, 1, 0" in page  # the map, for those who cannot see it


def test_data_cannot_end_the_script() -> None:
    page = render("neuron", "en")
    data = page.split('id="lesson">')[1].split("</script>")[0]
    assert "<" not in data
