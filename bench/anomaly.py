"""Anomaly detection on magnetic tiles, and its two heavy parts: picking a coreset, and searching a bank.

Magnetic tiles: good ones against three kinds of defects, grouped by specimen, a fifth of the good ones held out. What
was open (stages, size, how patches are scaled and how they make a score) was chosen on defects that were drawn on good
pictures kept from training, never on these. The coreset is compared with the algorithm as it is written, pick by pick,
on as many points as that can do in a minute, and timed on its own at full size. The bank is like features of a network:
most of their variance lies in few directions.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from pathlib import Path

import torch
from harness import DATA, Line, arguments, compare, report, settings, show

import miwake as mw
from miwake.anomaly.coreset import coreset, plain
from miwake.anomaly.nearest import nearest, turned

KINDS = ("Blowhole", "Break", "Fray")


def table(folder: Path) -> Path:
    """A table beside a link to the pictures."""
    (folder / "tiles").symlink_to((DATA / "magnetic-tile").absolute())
    rows = [("path", "label", "mask")]
    for kind in ("Free", *KINDS):
        for picture in sorted((folder / "tiles" / f"MT_{kind}" / "Imgs").glob("*.jpg")):
            name = picture.relative_to(folder).as_posix()
            rows.append((name, kind, "" if kind == "Free" else str(Path(name).with_suffix(".png"))))
    file = folder / "tiles.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return file


def tiles(seeds: range) -> list[Line]:
    """Train and judge once for each seed, which also draws the division."""
    found, seconds = [], []
    with tempfile.TemporaryDirectory() as place:
        data = table(Path(place))
        for seed in seeds:
            start = time.monotonic()
            run = mw.train(
                data,
                task="anomaly",
                data_options=mw.DataOptions(group=r"num_(\d+)", test=0.2),
                training=mw.Training(seed=seed),
                out=Path(place) / f"run-{seed}",
            )
            seconds.append(time.monotonic() - start)
            found.append(run.evaluation()["test"])
            fitted = float(run.history()[-1]["seconds"])
    kinds = {kind: [_kind(one, kind) for one in found] for kind in KINDS}
    means = [statistics.mean(values) for values in zip(*kinds.values(), strict=True)]
    detail = f"{len(found)} runs, command {min(seconds):.0f} to {max(seconds):.0f} s"
    lines = [Line("image AUROC, mean of three kinds", "≥ 0.975", _spread(means), detail)]
    lines += [
        Line(f"image AUROC, {kind}", "≥ 0.96" if kind == "Blowhole" else "", _spread(values))
        for kind, values in kinds.items()
    ]
    for name in ("pixel_auroc", "pro"):
        lines.append(Line(name.replace("_", " "), "", _spread([one[name]["value"] for one in found])))
    lines.append(Line("fit", "≤ 60 s", f"{fitted:.0f} s", "the loop of the last run, validation included"))
    return lines


def _kind(evaluation: dict, kind: str) -> float:
    return next(one["auroc"]["value"] for one in evaluation["kinds"] if one["name"] == kind)


def _spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def features(count: int, width: int, seed: int) -> torch.Tensor:
    """Points whose variance falls along their directions as that of network features does."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(1)))[0]
    return torch.randn(count, width, generator=generator) * torch.arange(1, width + 1) ** -0.7 @ mixing


def picks() -> list[Line]:
    """The coreset at full size, and against the plain algorithm at a size that it can do."""
    small, large = settings(quick=((500, 50), (2000, 200)), usual=((20_000, 2000), (163_856, 16_385)))
    points = features(small[0], 296, 0)
    quick, slow = coreset(points, small[1]), plain(points, small[1])
    same = float((quick == slow).float().mean())
    points = features(large[0], 296, 1)
    start = time.monotonic()
    coreset(points, large[1])
    took = time.monotonic() - start
    return [
        Line(f"coreset, {large[1]:,} of {large[0]:,} × 296", "≤ 60 s", f"{took:.0f} s", "1 round"),
        Line("the same picks in the same order", "all", f"{100 * same:.2f}%", f"{small[1]:,} of {small[0]:,}"),
    ]


def search(rounds: int) -> list[Line]:
    """784 queries in a bank of 16,385 × 1,024."""
    rows, width = settings(quick=(500, 64), usual=(16_385, 1024))
    bank, queries = features(rows, width, 2), features(784, width, 3)
    mean, directions = turned(bank)
    bank, queries = (bank - mean) @ directions, (queries - mean) @ directions
    right = torch.cdist(queries, bank).argmin(1)
    recall = float((nearest(queries, bank)[1] == right).float().mean())

    def ours() -> float:
        start = time.perf_counter()
        nearest(queries, bank)
        return 1000 * (time.perf_counter() - start)

    found = compare({"ours": ours}, rounds=rounds, warm=2)
    return [
        Line(f"search, 784 in {rows:,} × {width:,}", "≤ 75 ms", show(found["ours"], unit=" ms"), f"{rounds} rounds"),
        Line("recall of the nearest row", "≥ 99.9%", f"{100 * recall:.2f}%"),
    ]


def main() -> None:
    """Measure."""
    rounds = arguments().rounds or settings(quick=1, usual=5)
    lines = [*picks(), *search(rounds)]
    if (DATA / "magnetic-tile").is_dir():
        lines = [*tiles(range(settings(quick=1, usual=1, long=3))), *lines]
    report("anomaly", "Anomaly detection", lines, versions=f"torch {torch.__version__}")


if __name__ == "__main__":
    main()
