from __future__ import annotations

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from miwake.evaluation.results import Evaluation
from miwake.files import WriteError, write_text
from miwake.look import words as catalogue_module
from miwake.look.page import LIMIT
from miwake.look.text import LANGUAGES
from miwake.look.words import told, words
from miwake.report.contents import Command, DataFacts, Examples, Mistake, ReportContents
from miwake.report.write import render
from miwake.types import Figure, Note

VOID = {"meta", "img", "br", "hr", "input", "link"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% if %}",
    "a&amp;b & c",
    "bad\udcff\x1b[2J\u202egpj.",
    "見分け" * 60,
    "https://example.com/x.png",
    "'; } </style>",
)
NAN = Figure(math.nan, math.nan, math.nan)


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[int] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # only SVG's elements close themselves
        assert "svg" in self.open
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def check(html: str) -> Page:
    """What must hold of every report."""
    assert html.startswith("<!doctype html>")
    assert len(html.encode("utf-8")) < LIMIT
    page = Page(html)
    _check_alone(page, html)
    _check_accessible(page)
    assert "nan" not in re.sub(r"[^a-z%]+", " ", page.text.lower()).split()
    assert not re.search(r"\bnan\b|None|Undefined|Figure\(", page.text)
    return page


def _check_alone(page: Page, html: str) -> None:
    assert not {"script", "link", "iframe", "object", "base", "form"} & {tag for tag, _ in page.tags}
    for _tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "srcset", "poster", "action"):
                assert value.startswith(("data:image/", "#"))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def _check_accessible(page: Page) -> None:
    assert page.all("html")[0]["lang"] in LANGUAGES
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert all("alt" in image for image in page.all("img"))
    assert all("scope" in head for head in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= set(ids)
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
        if attributes.get("role") in ("img", "region"):
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")
    for svg in page.all("svg"):
        assert svg.get("aria-hidden") == "true" or svg.get("role") == "img"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("classes", [1, 2, 3, 10, 31, 121])
def test_any_number_of_classes(contents: Any, classes: int, language: str) -> None:
    page = check(render(contents(classes, language=language)))
    assert page.all("html")[0]["lang"] == language
    assert page.text.count("kind 00") >= 2


@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_any_number_of_channels(contents: Any, channels: int) -> None:
    check(render(contents(channels=channels)))


def test_the_numbers_are_on_the_page(contents: Any) -> None:
    sample: ReportContents = contents(10)
    text = check(render(sample)).text
    accuracy = sample.evaluation.accuracy
    assert f"{accuracy.value * 100:.1f}%" in text
    assert f"{accuracy.low * 100:.1f}–{accuracy.high * 100:.1f}%" in text
    assert f"{sample.evaluation.baseline.value * 100:.1f}%" in text
    assert "about 96 right answers: between 93 and 98" in text
    for one in sample.evaluation.per_class:
        assert f"{one.recall.low * 100:.1f}–" in text
    assert sample.evaluation.confusion is not None
    page = Page(render(sample))
    cells = [a for a in page.all("text") if "cell" in a.get("class", "")]
    assert len(cells) == np.count_nonzero(sample.evaluation.confusion)
    assert "2,532 pictures in 10 classes: 1,712 to learn from, 410 to choose by, 410 kept aside to judge." in text
    assert "The weights of epoch 32 were kept" in text
    assert "1.23 million" in text
    assert "64 × 64 pixels" in text
    assert "miwake predict latest new/*.jpg" in text
    assert "augmentation.rotation" in text
    for mistake in sample.mistakes:
        assert mistake.path in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_only_text(contents: Any, language: str) -> None:
    sample: ReportContents = contents(HOSTILE, language=language)
    mistakes = [
        Mistake(picture=m.picture, path=name + "/x\ny.jpg", true=name, predicted=name, probability=0.9)
        for m, name in zip(sample.mistakes, HOSTILE, strict=False)
    ]
    evil = {name: {name: name} for name in HOSTILE}
    hostile = replace(
        sample,
        title=HOSTILE[0] + HOSTILE[4],
        mistakes=mistakes,
        configuration=evil,
        environment=evil,
        data=replace(sample.data, name=HOSTILE[1], notes=HOSTILE, split=HOSTILE),
        model=replace(sample.model, architecture=HOSTILE[2], why=(HOSTILE[1],), starting_weights=HOSTILE[0]),
        history=[{**row, "phase": HOSTILE[place % 2]} for place, row in enumerate(sample.history)],
    )
    html = render(hostile)
    page = check(html)
    assert len(page.all("img")) == len(check(render(sample)).all("img")) - len(sample.mistakes) + len(mistakes)
    assert HOSTILE[0] in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "見分け" * 60 not in html


def test_a_thousand_classes_list_pairs_instead_of_a_matrix(contents: Any) -> None:
    page = check(render(contents(1000, errors=0.2)))
    assert words("report.pairs", "en") in page.text
    assert words("report.confusion.large", "en", n=1000) in page.text
    assert not [a for a in page.all("svg") if a.get("aria-labelledby", "").startswith("confusion")]
    assert "kind 999" in page.text


def test_several_labels_have_no_confusion(contents: Any) -> None:
    page = check(render(contents(5, multilabel=True)))
    assert words("report.confusion", "en") not in page.text
    assert words("report.pairs", "en") not in page.text
    assert words("report.result.accuracy.multilabel", "en") in page.text


def test_large_pictures_are_made_smaller_until_it_fits(contents: Any) -> None:
    # noise does not compress: the worst case
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    sample: ReportContents = contents(60)
    small = render(sample)
    large = render(
        replace(
            sample,
            examples=[Examples(label=name, pictures=(noise,) * 8) for name in sample.data.classes],
            mistakes=[replace(mistake, picture=noise) for mistake in sample.mistakes],
        )
    )
    page = check(large)
    assert "data:image/jpeg" in large
    assert max(int(image["width"]) for image in page.all("img")) < 128
    assert len(page.all("img")) > 20
    assert len(Page(small).all("img")) > len(page.all("img"))


def test_no_mistakes_is_not_never(contents: Any) -> None:
    sample: ReportContents = contents(4, errors=0.0, mistakes=[])
    text = check(render(sample)).text
    high = math.ceil((1 - sample.evaluation.accuracy.low) * 1000)
    assert f"Not one mistake among 164 pictures. That does not mean never: up to {high} of 1,000" in text


def test_mistakes_whose_pictures_are_not_there_are_still_counted(contents: Any) -> None:
    sample: ReportContents = contents(4, mistakes=[])
    matrix = np.array(sample.evaluation.confusion)
    assert f"{matrix.sum() - np.trace(matrix)} of 164 pictures got a wrong answer" in check(render(sample)).text


def test_a_model_no_better_than_guessing_is_said_to_be_none(contents: Any) -> None:
    bad, good = contents(3, errors=0.7, each=9), contents(3, each=60)
    caution = words("report.caution.baseline", "en", label="kind 00")
    assert caution in check(render(bad)).text
    assert words("report.caution.few", "en", pictures="27 pictures") in check(render(bad)).text
    assert words("report.caution", "en") not in check(render(good)).text


def test_figures_without_intervals(contents: Any) -> None:
    """All pictures from one group: values, but nothing can be said of how far they are off."""
    sample: ReportContents = contents(3)

    def bare(figure: Figure) -> Figure:
        return Figure(figure.value, math.nan, math.nan)

    evaluation = sample.evaluation
    names = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc", "partial_auc", "baseline")
    changed: dict[str, Any] = {name: bare(getattr(evaluation, name)) for name in names}
    changed["per_class"] = tuple(
        replace(one, recall=bare(one.recall), precision=NAN, f1=NAN, auc=NAN) for one in evaluation.per_class
    )
    for language in LANGUAGES:
        page = check(render(replace(sample, evaluation=replace(evaluation, groups=1, **changed), language=language)))
        assert words("evaluate.groups.one", language) in page.text


def test_classes_without_test_pictures(contents: Any) -> None:
    sample: ReportContents = contents(3)
    absent = replace(
        sample.evaluation.per_class[2], count=0, recall=NAN, precision=NAN, f1=NAN, auc=NAN, partial_auc=NAN
    )
    per_class = (*sample.evaluation.per_class[:2], absent)
    page = check(render(replace(sample, evaluation=replace(sample.evaluation, per_class=per_class))))
    assert words("evaluate.absent", "en", classes="kind 02") in page.text


def test_the_barest_report(contents: Any) -> None:
    """Nothing but what there must be."""
    sample: ReportContents = contents(2)
    evaluation = replace(sample.evaluation, calibration=None, decision=None, confusion=None)
    page = check(
        render(
            ReportContents(
                title="bare",
                data=DataFacts(
                    name="d", source="folder", classes=("a", "b"), counts=((0, 0, 1), (0, 0, 1)), pictures=(0, 0, 2)
                ),
                evaluation=evaluation,
                model=sample.model,
                preprocessing=sample.preprocessing,
            )
        )
    )
    for section in ("trust", "seen", "learning", "filters", "next", "details"):
        assert words(f"report.nav.{section}", "en") not in page.text


@pytest.mark.parametrize("phases", [["train"], ["head", "all"], [None]])
def test_history_as_a_file_has_it(contents: Any, phases: list[str | None]) -> None:
    """Texts, empty cells, one phase or two, a kept row that is not there."""
    rows = [
        {"phase": phase, "epoch": "1", "train_loss": "", "val_loss": "0.7", "val_accuracy": "0.5", "seconds": "3.25"}
        for phase in phases
    ]
    text = check(render(contents(history=rows, kept=99))).text
    assert f"{len(rows)} time" in text
    assert words("report.learning.rate", "en") not in text
    check(render(contents(history=[{"phase": "train"}])))


def test_a_robust_run_shows_how_it_held(contents: Any) -> None:
    sample: ReportContents = contents(3)
    rows = [{**row, "val_robust_accuracy": 0.4, "val_robust_loss": 1.3} for row in sample.history]
    assert words("split.robust", "en") in check(render(replace(sample, history=rows))).text
    assert words("split.robust", "en") not in check(render(sample)).text


def test_decisions_and_costs(contents: Any) -> None:
    sample: ReportContents = contents(3)
    decision = sample.evaluation.decision
    assert decision is not None
    text = check(render(sample)).text
    assert "Of 100 pictures of “kind 01” it will take about" in text
    assert "It answers 96.2% of the pictures" in text

    def with_decision(evaluation: Evaluation, **changes: Any) -> str:
        changed = replace(evaluation, decision=replace(decision, **changes))
        return check(render(replace(sample, evaluation=changed))).text

    always = with_decision(sample.evaluation, highest_cost=None)
    assert words("report.decision.always", "en") in always
    assert words("report.decision.outcomes", "en") not in always
    even = tuple(tuple(float(a != b) for b in range(3)) for a in range(3))
    even_text = with_decision(sample.evaluation, costs=even)
    assert words("report.decision.costs", "en") not in even_text
    assert "below a probability of 62.0%" in even_text
    assert "named wrongly" in with_decision(sample.evaluation, costs=((5.0, 1.0),) * 3)


def test_a_taxonomy_is_shown(contents: Any) -> None:
    sample: ReportContents = contents(6)
    coarse = contents(("animal", "plant")).evaluation
    page = check(render(replace(sample, evaluation=replace(sample.evaluation, taxonomy=coarse))))
    assert words("report.taxonomy", "en") in page.text
    assert "plant" in page.text


def test_no_text_is_dead(contents: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of the report is said by some report."""
    said: set[str] = set()
    whole = catalogue_module.catalogue()

    class Heard(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            said.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(catalogue_module, "catalogue", lambda: Heard(whole))
    sample: ReportContents = contents(6)
    evaluation, calibration, decision = (
        sample.evaluation,
        sample.evaluation.calibration,
        sample.evaluation.decision,
    )
    assert calibration is not None
    assert decision is not None
    even = tuple(tuple(float(a != b) for b in range(6)) for a in range(6))
    unsure = replace(evaluation, accuracy=Figure(0.9, math.nan, math.nan), groups=1)
    evaluations = [
        replace(evaluation, taxonomy=contents(2).evaluation, decision=replace(decision, costs=((1.0, 2.0),) * 6)),
        replace(evaluation, decision=replace(decision, highest_cost=None), groups=5),
        replace(evaluation, decision=replace(decision, costs=even)),
        replace(evaluation, calibration=replace(calibration, temperature=0.5), groups=50),
        replace(evaluation, calibration=replace(calibration, ece_before=Figure(0.0, 0.0, 0.1))),
        unsure,
        replace(unsure, multilabel=True, confusion=None),
        contents(130).evaluation,
        replace(evaluation, per_class=(replace(evaluation.per_class[0], count=3), *evaluation.per_class[1:])),
    ]
    samples = [replace(sample, evaluation=found) for found in evaluations]
    samples += [
        contents(130, examples=contents(130).examples, filters=np.ones((200, 3, 3, 3))),
        contents(2, errors=0.0, mistakes=[], channels=1),
        replace(
            contents(2, errors=0.0, mistakes=[]),
            evaluation=replace(contents(2, errors=0.0).evaluation, accuracy=Figure(1.0, math.nan, math.nan), groups=1),
        ),
        contents(2, errors=0.7, mistakes=[], each=5),
        contents(2, multilabel=True, channels=9),
        contents(
            2, configuration={"a": True, "b": False}, model=replace(sample.model, starting_weights="w", licence="l")
        ),
        replace(sample, mistakes=[replace(sample.mistakes[0], predicted=None)]),
        replace(sample, data=replace(sample.data, notes=("note",) * 99)),
    ]
    for train in ((0, 10), (5, 100)):
        counts = tuple((number, 1, 1) for number in train)
        facts = replace(sample.data, classes=("a", "b"), counts=counts)
        samples.append(replace(sample, data=facts))
    for fit in ("squash", "crop", "pad"):
        samples.append(replace(sample, preprocessing=replace(sample.preprocessing, fit=fit)))
    samples.append(replace(sample, preprocessing=replace(sample.preprocessing, window=(40.0, 80.0))))
    for each in samples:
        render(each)
    render(contents(1001))
    files = ("words_report", "words_figures")
    keys = {key for file in files for key in __import__(f"miwake.look.{file}", fromlist=["WORDS"]).WORDS}
    assert keys - said == set()


def test_write_puts_the_file_in_place_whole(contents: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_text(path, render(contents()))
    assert path.read_text(encoding="utf-8") == render(contents())
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(WriteError):
        write_text(tmp_path / "missing" / "report.html", render(contents()))


def test_real_photographs(contents: Any, shared_data: Path) -> None:
    from PIL import Image

    files = sorted((shared_data / "photos").rglob("*.*"))
    pictures = []
    for file in files:
        try:
            pictures.append(np.asarray(Image.open(file).convert("RGB")))
        except OSError:
            continue
    assert len(pictures) > 10
    sample = contents(len(pictures))
    examples = [
        Examples(label=name, pictures=(picture,)) for name, picture in zip(sample.data.classes, pictures, strict=True)
    ]
    check(render(replace(sample, examples=examples)))


def test_notes_are_told_in_the_pages_language_and_texts_as_they_are(contents: Any) -> None:
    sample: ReportContents = contents()
    note, old = Note("divide.random", {"seed": 7, "val": 0.1, "test": 0.2}), "A text of an older file."
    data = replace(sample.data, notes=(Note("data.asked"), old), split=(note, old))
    model = replace(sample.model, why=(Note("train.scratch"), old), starting_weights="x", licence=Note("licence.own"))
    commands = [Command(line="miwake", why=Note("next.resume"))]
    for language in LANGUAGES:
        page = replace(sample, data=data, model=model, commands=commands, language=language)
        text = check(render(page)).text
        assert text.count(old) == 3
        for told_ in (note, Note("data.asked"), Note("train.scratch"), Note("licence.own"), Note("next.resume")):
            assert told(told_, language) in text
            assert told(told_, "en" if language == "ja" else "ja") not in text
