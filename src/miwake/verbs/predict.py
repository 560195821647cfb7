"""Answer for pictures: files, folders, patterns, or paths from standard input."""

from __future__ import annotations

import glob
import os
import shlex
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from miwake.errors import DataError, UsageError, nearest, unknown
from miwake.files import Inputs, Lines, make_folder, text_as_it_comes
from miwake.look.text import Language
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.prediction import Predictor, Unreadable
    from miwake.run import Header
    from miwake.tasks.task import Task
    from miwake.types import Prediction

    Stream = Generator[Prediction | Unreadable, None, None]


@dataclass(frozen=True)
class Answers:
    """Answers, one after the other as they come; iterate once."""

    stream: Stream
    classes: tuple[str, ...]
    """Class names, in the order of the probabilities."""
    task: Task
    json: bool
    lang: Language
    scale: float | None = None

    def __iter__(self) -> Stream:
        return self.stream


def predict(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    pictures: Annotated[
        Sequence[str | PathLike[str]], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURES…", help_behavior_hint="")
    ] = (),
    *,
    json: bool = False,
    csv: str | PathLike[str] | None = None,
    pictures_out: Annotated[str | PathLike[str] | None, tyro.conf.arg(name="pictures")] = None,
    style: str = "auto",
    scale: float | None = None,
    device: str = "auto",
    backend: Literal["auto", "torch", "onnx", "openvino"] = "auto",
    max_pixels: int = 200_000_000,
    lang: Language | None = None,
) -> Answers:
    """Answer for pictures: files, folders, patterns, or paths from standard input.

    Args:
        run: A run folder, its name under runs/, a model file, `latest`, or `imagenet`, which comes with the install.
        pictures: Files, folders (searched to the bottom), patterns such as 'photos/*.jpg', or - for paths from
            standard input, one a line.
        json: Print a JSON object a line in place of the table.
        csv: Also write a CSV file with every probability, or what was found and where.
        pictures_out: Also write each picture with its answer drawn on it to this folder.
        style: How --pictures shows what is odd (--task anomaly): outline, heat, or emphasis, the picture itself with
            its odd part raised; or which pixel is what (--task segment): overlay, outline or map.
        scale: Millimetres a pixel, so that --csv and --json give areas in square millimetres too (--task anomaly and
            segment).
        device: cpu, cuda, cuda:1, …
        backend: What computes: torch, or a file that `miwake export` made; auto is the fastest that it found to give
            the same answers.
        max_pixels: Refuse larger pictures before they are decoded.
        lang: Language of the table and of what is wrong with a picture: en or ja; left away, MIWAKE_LANG or the
            locale says it.

    Returns:
        An iterator over `Prediction`, or `Unreadable` for pictures that could not be read.

    Raises:
        MiwakeError: no such run, or no pictures.
    """
    from miwake.look.language import spoken
    from miwake.look.words import told
    from miwake.prediction import Predictor
    from miwake.verbs._outputs import check_csv

    language = spoken(lang)
    named = [pictures] if isinstance(pictures, str | PathLike) else pictures
    files = picture_files(os.fspath(picture) for picture in named)
    inputs, table = Inputs([*files, Path(run)]), None if csv is None else Path(csv)
    check_csv(table, inputs)
    predictor = Predictor.open(os.fspath(run), device, backend)
    if predictor.note is not None:
        _complain(told(predictor.note, language))
    _check_planes(predictor.header, os.fspath(run))
    _check_ways(predictor.task, style, scale)
    answers = predictor.predict(files, max_pixels=max_pixels, lang=language)
    if pictures_out is not None:
        make_folder(Path(pictures_out))
        answers = _draw(answers, predictor, Path(pictures_out), inputs, max_pixels, style)
    if table is not None:
        answers = _with_table(answers, table, predictor.task, scale)
    return Answers(answers, predictor.task.classes, predictor.task, json, language, scale)


def _check_planes(header: Header, run: str) -> None:
    """Refuse a model of pictures that are no files.

    Raises:
        UsageError: says what to do with such a model.
    """
    planes = header.preprocessing.channels
    if planes not in (1, 3):
        raise UsageError(
            f"The model takes pictures of {planes} planes, which no picture file holds.",
            expected="a model of grey or colour pictures",
            todo=f"miwake evaluate {shlex.quote(run)} DATA",
        )


def _check_ways(task: Task, style: str, scale: float | None) -> None:
    """Refuse what the task's answers do not have.

    Raises:
        UsageError: names the flag.
    """
    if style != "auto" and style not in task.styles:
        raise unknown("style", style, task.styles)
    if scale is not None and not task.places:
        raise UsageError(f"--scale is for answers with places, which those of '{task.name}' have not.")
    if scale is not None and not scale > 0:
        raise UsageError(f"--scale is {scale}.", expected="millimetres a pixel, more than 0")


def picture_files(names: Iterable[str]) -> list[Path]:
    """Picture files, in order and each once; folders are searched, patterns expanded."""
    found: dict[Path, None] = {}
    for name in names:
        if name == "-":
            lines = (line.rstrip("\r\n") for line in sys.stdin)
            found.update(dict.fromkeys(Path(line) for line in lines if line))
        elif os.path.lexists(name):
            found.update(dict.fromkeys(_inside(Path(name))))
        else:
            matched = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (patterns may be absolute)
            inside = [file for match in matched for file in _inside(Path(match))]
            if not inside:
                raise _no_picture(name)
            found.update(dict.fromkeys(inside))
    if not found:
        raise UsageError("No pictures were named.", todo="miwake predict latest photos/")
    return list(found)


def _no_picture(name: str) -> UsageError:
    folder = Path(name).parent
    beside = [str(folder / entry) for entry in os.listdir(folder)] if folder.is_dir() else []  # noqa: PTH208
    best = nearest(name, beside)
    return UsageError(
        f"There is no picture {name}." + (f" Did you mean '{best}'?" if best else ""),
        expected="a file, a folder, a pattern, or - for standard input",
        todo=f"write '{best}'." if best else f"check the path: ls {shlex.quote(str(folder))}",
    )


def _inside(path: Path) -> list[Path]:
    """The file itself, or what training would take for pictures in a folder and all that are below it."""
    from miwake.data.folder import picture_files

    if not path.is_dir():
        return [path]
    inside = picture_files(path)
    if not inside:
        raise DataError(
            f"There are no pictures in {path}.",
            expected="files in JPEG, PNG, WebP, BMP, TIFF or GIF",
            todo="name a folder that holds pictures.",
        )
    return inside


def _draw(answers: Stream, predictor: Predictor, folder: Path, inputs: Inputs, max_pixels: int, style: str) -> Stream:
    import io

    from PIL import Image

    from miwake.data.decode import decode
    from miwake.files import write_whole
    from miwake.types import Prediction
    from miwake.verbs._outputs import free_place

    taken: set[Path] = set()
    for answer in answers:
        if isinstance(answer, Prediction):
            pixels = decode(
                Path(answer.path).read_bytes(),
                channels=3,
                at_least=(640, 640),
                max_pixels=max_pixels,
                window=predictor.header.preprocessing.window,
            )
            drawn = io.BytesIO()
            Image.fromarray(predictor.task.draw(pixels, answer, style=style)).save(drawn, "PNG")
            data = drawn.getvalue()
            place = free_place(folder, Path(answer.path).stem, taken, inputs)
            write_whole(place, lambda temporary, data=data: temporary.write_bytes(data))  # type: ignore[misc]
        yield answer


def _with_table(answers: Stream, path: Path, task: Task, scale: float | None) -> Stream:
    """The same answers, each also a row of a CSV file, which is opened before the first is asked for."""
    stack = ExitStack()
    return _write_rows(answers, stack, stack.enter_context(text_as_it_comes(path)), task, scale)


def _write_rows(answers: Stream, stack: ExitStack, lines: Lines, task: Task, scale: float | None) -> Stream:
    import csv

    label, first, *others = task.columns(scale=scale)
    writer = csv.DictWriter(lines, ["path", label, first, "problem", *others], lineterminator="\n", restval="")
    with stack:
        for number, answer in enumerate(answers):
            if not number:
                writer.writeheader()
            writer.writerow(_row(answer, task, scale))
            yield answer


def _row(answer: Prediction | Unreadable, task: Task, scale: float | None) -> dict[str, Any]:
    from miwake.prediction import Unreadable

    if isinstance(answer, Unreadable):
        return {"path": answer.path, "problem": answer.reason}
    return {"path": answer.path, **task.row(answer, scale=scale)}


def show(answers: Answers) -> int:
    """Print as they come; exit code 3 where pictures could not be read."""
    from miwake.look.text import clean
    from miwake.look.words import words
    from miwake.prediction import Unreadable

    bad = 0
    # where the reader has seen enough, what was answered is written down at once
    with closing(answers.stream):
        for answer in answers:
            if isinstance(answer, Unreadable):
                bad += 1
                if answers.json:
                    print_json({"path": answer.path, "problem": answer.reason})
                else:
                    _complain(f"{answer.path}: {answer.reason}")
            elif answers.json:
                print_json({"path": answer.path, **answers.task.described(answer, scale=answers.scale)})
            else:
                # one line a picture, however long its path
                print(f"{answers.task.line(answer, answers.lang)}  {clean(answer.path)}")
    if bad:
        _complain(words("predict.bad", answers.lang, n=bad))
    return 3 if bad else 0


def _complain(text: str) -> None:
    # what draws on terminals is loaded by then only: where all is well it is half as much to load as the answer takes
    from miwake.look.terminal import say

    say(text, file=sys.stderr)
