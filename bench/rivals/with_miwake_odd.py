"""Miwake's methods of anomaly detection as a process of its own, so that its peak memory is no other way's."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import say

import miwake as mw
from miwake import machine


def judge(asked: say.Asked) -> say.Asked:
    """Fit on good pictures, then score those of the test folder, which it has not seen decoded."""
    machine.calm_allocator()
    folder = Path(asked["folder"])
    table = folder / "parts.csv"
    rows = [("path", "label", "split")]
    rows += [(file.relative_to(folder).as_posix(), file.parts[-2], file.parts[-3]) for file in folder.rglob("*.jpg")]
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    run = mw.train(
        table,
        task="anomaly",
        anomaly=mw.AnomalyOptions(method=asked["method"], bank=asked["bank"]),
        model=mw.ModelOptions(image_size=asked["side"]),
        training=mw.Training(seed=asked["seed"]),
        out=Path(asked["scratch"]) / "run",
    )
    fitted = float(run.history()[-1]["seconds"])
    files = sorted(path for path in (folder / "test").rglob("*.jpg"))
    start = time.monotonic()
    answers = list(mw.predict(run.folder, files, backend="torch"))
    ended = time.monotonic()
    scores = {str(file.relative_to(folder)): answer.score for file, answer in zip(files, answers, strict=True)}
    return {
        "scores": scores,
        "fit": fitted,
        "predict": ended - start,
        "memory": say.peak(),
    }


if __name__ == "__main__":
    say.main(judge=judge)
