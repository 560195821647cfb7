"""Every command in English and in Japanese: what it prints and writes for people."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

import miwake as mw
from miwake.look.text import cells
from miwake.run import Run
from miwake.training import checkpoint

SMALL = ("--model", "small", "--threads", "1", "--precision", "fp32", "--device", "cpu")
COMMAND = re.compile(r"miwake [a-z]+( --?\w+)*( \S+)?|--class-weights none|\btimm\b")
ENGLISH = re.compile(r"[A-Za-z']+(?:,? [a-z']{2,}){1,}")
KEYS = re.compile(r"\b(?:data|divide|train|costs|check|bad|predict|cache|models|next|licence)\.[a-z_]+")


@pytest.fixture
def photos(place: Path, tmp_path: Path) -> Path:
    """The toy pictures, and things that are worth a remark."""
    folder = tmp_path / "photos"
    shutil.copytree(place / "toy", folder)
    shutil.copy(folder / "lower-left" / "000.png", folder / "lower-left" / "again.png")
    (folder / "lower-left" / "list.txt").write_text("a text")
    (folder / "empty").mkdir()
    (folder / "upper-left" / "none.png").touch()
    for number in range(40):
        (folder / "upper-right" / f"{3 + 4 * (number % 20):03}.png").unlink(missing_ok=True)
    return folder


def in_japanese(text: str, *names: Path) -> None:
    """Fails where two English words follow one another, or a text has no words."""
    for name in names:
        text = text.replace(str(name), "")
    text = COMMAND.sub("", text)
    assert not ENGLISH.findall(text)
    assert not KEYS.findall(text)
    assert re.search("[ぁ-んァ-ヶ一-龠]", text)


def narrow(text: str) -> None:
    assert [line for line in text.splitlines() if cells(line) > 80 and "/" not in line] == []


def visible(page: str) -> str:
    """What a page shows, without its settings, which are names and values."""
    page = page[: page.index('<section id="details"')]
    page = re.sub(r"<(style|head)\b.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "\n", page))


def test_a_run_in_japanese(photos: Path, tmp_path: Path, miwake) -> None:
    run = tmp_path / "run"
    flags = ("--epochs", "4", "--skip-bad", "--cost", "miss=5", "--positive", "lower-left", "--unknown-cost", "0.3")
    ended = miwake("train", photos, *SMALL, *flags, "--group", r"(\d)\.png$", "--out", run, "--lang", "ja")
    assert ended.code == 0, ended.err
    in_japanese(ended.out, photos, run)
    in_japanese(ended.err)
    narrow(ended.out + ended.err)
    page = visible((run / "report.html").read_text(encoding="utf-8"))
    for sentence in (
        "folder として読み込みました",
        "グループ分けしました",
        "読み込めない画像1枚を除きました",
        "確認済み",
    ):
        assert sentence in page.replace("\n", "")
    in_japanese(page, photos, run)
    # the model file keeps notes, which any language can tell
    header = Run(run).header()
    assert {"key": "divide.unreadable", "values": {"n": 1}} in header.data["split"]
    assert {"key": "costs.default", "values": {"kind": "false-alarm"}} in header.decision["notes"]


def test_a_choice_between_networks_in_japanese(place: Path, tmp_path: Path, miwake) -> None:
    run = tmp_path / "run"
    ended = miwake("train", place / "toy", "--threads", "1", "--time-limit", "10s", "--out", run, "--lang", "ja")
    assert ended.code == 0, ended.err
    assert "検証データで比べたところ" in ended.out.replace("\n", "")
    in_japanese(ended.out, run)
    page = visible((run / "report.html").read_text(encoding="utf-8"))
    assert "検証データで比べたところ" in page
    in_japanese(page, run)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "photos"),
        ("evaluate", "run"),
        ("evaluate", "run", "photos", "--skip-bad"),
        ("predict", "run", "photos/lower-left"),
        ("models", "small"),
        ("models", "googlenet"),
        ("cache",),
    ],
    ids=" ".join,
)
def test_every_verb_in_both_languages(
    arguments: tuple[str, ...], photos: Path, toy_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, miwake
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(toy_run, "run")
    english = miwake(*arguments, "--lang", "en")
    japanese = miwake(*arguments, "--lang", "ja")
    papers = {facts.paper for facts in mw.models(arguments[1])} if arguments[0] == "models" else set()
    text = re.sub(r"\s+", " ", japanese.out)
    for name in (*papers, *mw.Run(Path("run")).header().settings["classes"], str(mw.cache().folder)):
        text = text.replace(name, "")
    if arguments[0] != "predict":  # a line a picture: its answer is a name
        in_japanese(text)
        narrow(japanese.out)
        assert english.out != japanese.out
    if english.err:
        in_japanese(japanese.err)
    # what is not asked for is taken from the surroundings
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_LANG", "ja")
        assert miwake(*arguments).out == japanese.out
        assert miwake(*arguments, "--lang", "en").out == english.out
        patch.delenv("MIWAKE_LANG")
        patch.setenv("LC_ALL", "ja_JP.UTF-8")
        assert miwake(*arguments).out == japanese.out


def test_what_predict_cannot_read_in_japanese(photos: Path, toy_run: Path, tmp_path: Path, miwake) -> None:
    bad = photos / "upper-left" / "none.png"
    ended = miwake("predict", toy_run, bad, "--csv", tmp_path / "a.csv", "--lang", "ja")
    assert ended.err.split() == [f"{bad}:", "空のファイルです", "1枚の画像を読み込めませんでした。"]
    assert "空のファイルです" in (tmp_path / "a.csv").read_text(encoding="utf-8")
    (answer,) = mw.predict(toy_run, [bad], lang="ja")
    assert answer.reason == "空のファイルです"
    (answer,) = mw.predict(toy_run, [bad])
    assert answer.reason == "empty file"


@pytest.mark.parametrize("verb", ["train", "check", "evaluate", "predict", "demo"])
def test_a_language_that_there_is_not_is_said_before_anything_is_done(verb: str, tmp_path: Path, miwake) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_LANG", "jp")
        patch.chdir(tmp_path)
        ended = miwake(verb, *(["x"] * {"demo": 0, "predict": 2}.get(verb, 1)))
    assert ended.code == 2
    assert "MIWAKE_LANG" in ended.err
    assert not any(tmp_path.iterdir())


# -- going on with a run -------------------------------------------------------------------------------------------


def unfinish(run: Path, folder: Path, **chosen: object) -> Path:
    """A copy of a run as if it had been stopped before its end."""
    shutil.copytree(run, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"finished": False}
    config["split"] = chosen.pop("split", config["split"])
    config["chosen"] |= chosen
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "report.html").unlink()
    return folder


def test_a_run_of_old_whose_sentences_are_texts_goes_on(toy_run: Path, tmp_path: Path, miwake) -> None:
    run = unfinish(toy_run, tmp_path / "run", reasons=["An old reason."], split=["An old sentence."])
    tensors, facts = checkpoint.load(run / "checkpoint") or ({}, {})
    facts["mirror_reason"] = "3 of 14 validation pictures are lost in the mirror, 0 are won"
    checkpoint.save(run / "checkpoint", tensors, facts)
    ended = miwake("train", "--resume", run)
    assert ended.code == 0, ended.err
    assert "Mirroring was tried: 3 of 14 validation pictures" in ended.out
    page = visible((run / "report.html").read_text(encoding="utf-8"))
    assert "An old reason." in page
    assert "An old sentence." in page
    assert Run(run).header().data["split"] == ["An old sentence."]


def test_a_run_goes_on_in_its_language_or_the_one_that_is_asked_for(
    toy_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, miwake
) -> None:
    monkeypatch.setenv("MIWAKE_LANG", "ja")
    own = unfinish(toy_run, tmp_path / "own")
    ended = miwake("train", "--resume", own)
    assert "Accuracy" in ended.out
    assert 'lang="en"' in (own / "report.html").read_text(encoding="utf-8")
    assert "is finished" in miwake("train", "--resume", own).out.replace("\n", " ")

    asked = unfinish(toy_run, tmp_path / "asked")
    ended = miwake("train", "--resume", asked, "--lang", "ja")
    assert ended.code == 0, ended.err
    in_japanese(ended.out, asked)
    in_japanese(visible((asked / "report.html").read_text(encoding="utf-8")), asked)
    assert miwake("train", "--resume", asked, "--lang", "ja", "--epochs", "3").code == 2
