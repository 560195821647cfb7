"""Anomaly detection on magnetic tiles, and its two heavy parts: picking a coreset, and searching a bank.

Magnetic tiles: good ones against three kinds of defects, no specimen on both sides. What was open (stages, size, how
patches are scaled and how they make a score) was chosen on defects that were drawn on good pictures kept from training,
and compared on half of the specimens of each kind; the table is of the other half, with good specimens that nothing was
chosen on. The coreset is compared with the algorithm as it is written, pick by pick, on as many points as that can do
in a minute, and timed on its own at full size. The bank is like features of a network: most of their variance lies in
few directions.
"""

from __future__ import annotations

import csv
import re
import shutil
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import environments
import torch
from harness import DATA, Line, Rounds, arguments, compare, ratios, report, settings, show, take_turns

import miwake as mw
from miwake import machine
from miwake.anomaly.coreset import coreset, plain
from miwake.anomaly.nearest import nearest, turned
from miwake.networks.imagenet import installed_weights

KINDS = ("Blowhole", "Break", "Fray")
NOTE = (
    "Beside anomalib, fit is its `Engine.fit`, and Miwake's loop with validation; predict is all test pictures from "
    "their files; memory is the highest that the process held resident. Its EfficientAd is left out: its teacher's "
    "weights and the pictures that it learns beside come with no package."
)


def photographs() -> list[tuple[str, Path, int]]:
    """Kind, file and specimen of every picture.

    A tile was photographed six times in a row, each time with more light (`exp1` to `exp6`), and each photograph has a
    number of its own (`num_…`): in the order of these numbers a specimen begins where the light does anew after a
    whole series. Tiles that were photographed in turns count as one.
    """
    found = []
    for kind in ("Free", *KINDS):
        for file in (DATA / "magnetic-tile" / f"MT_{kind}" / "Imgs").glob("*.jpg"):
            light, number = re.search(r"exp(\d)_num_(\d+)", file.name).groups()  # type: ignore[union-attr]
            found.append((int(number), int(light), kind, file))
    rows, specimen, last = [], 0, 0
    for _, light, kind, file in sorted(found):
        specimen += last == 6 and light <= 1
        last = light
        rows.append((kind, file, specimen))
    return rows


def judged() -> list[tuple[str, Path, int, str]]:
    """Kind, file, specimen and split: every fifth good specimen judges, with every other specimen of each kind.

    The others of each kind, and the other good ones, were looked at while the methods were chosen. What one photograph
    of a tile calls good and another defective is left out: mostly the same defect is to be seen in both.
    """
    kinds: dict[int, set[str]] = {}
    for kind, _, specimen in photographs():
        kinds.setdefault(specimen, set()).add(kind)
    split, seen = dict[int, str](), dict.fromkeys(("Free", *KINDS), 0)
    for specimen, found in sorted(kinds.items()):
        first = min(found - {"Free"}, default="Free")
        turn = seen[first]
        seen[first] += 1
        if first == "Free":
            split[specimen] = "test" if turn % 5 == 0 else ""
        elif turn % 2:
            split[specimen] = "test"
    return [
        (kind, file, specimen, split[specimen])
        for kind, file, specimen in photographs()
        if specimen in split and (kind != "Free" or kinds[specimen] == {"Free"})
    ]


def table(folder: Path) -> Path:
    """A table with a group for each specimen, beside a link to the pictures."""
    (folder / "tiles").symlink_to((DATA / "magnetic-tile").absolute())
    rows = [("path", "label", "mask", "specimen", "split")]
    for kind, picture, specimen, split in judged():
        name = (Path("tiles") / picture.relative_to(DATA / "magnetic-tile")).as_posix()
        rows.append((name, kind, "" if kind == "Free" else str(Path(name).with_suffix(".png")), str(specimen), split))
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
                data_options=mw.DataOptions(group="specimen"),
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


def parts(folder: Path, good: int) -> None:
    """A folder in MVTec's layout: good pictures of some specimens to learn from, and those that judge."""
    learning = 0
    for kind, file, _, split in judged():
        if not split:
            # photographs of a specimen follow each other; Miwake sets its threshold on val
            learning += 1
            split = "train" if learning <= good else "val" if learning <= good + 24 else ""
        if split:
            place = folder / split / ("good" if kind == "Free" else kind)
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)


def rivals(rounds: int) -> list[Line]:
    """Miwake and anomalib with the same weights, size, pictures and share of patches that are kept, in turns."""
    side, good = settings(quick=(64, 12), usual=(256, 60), long=(256, 120))
    with tempfile.TemporaryDirectory() as place:
        folder, weights = Path(place) / "parts", Path(place) / "weights.pt"
        parts(folder, good)
        torch.save(installed_weights(), weights)
        asked = {"folder": str(folder), "weights": str(weights), "side": side, "bank": 0.1, "kinds": KINDS, "seed": 0}
        asked |= {"workers": machine.cores()}
        names = {"Miwake": "miwake_odd", "anomalib": "anomalib"}
        ways = {
            (name, method): partial(environments.run, script, "judge", {**asked, "method": method})
            for method in ("patchcore", "padim")
            for name, script in names.items()
        }
        found = take_turns(ways, rounds=rounds, warm=0, most=1)
    lines = []
    for method, title in (("patchcore", "PatchCore"), ("padim", "PaDiM")):
        mine, theirs = (found[name, method] for name in names)
        areas = [[_separation(told["scores"]) for told in told_of] for told_of in (mine, theirs)]
        text = f"{_spread(areas[0])} against {_spread(areas[1])}"
        lines.append(
            Line(f"{title}, image AUROC, mean of three kinds", "≥ anomalib's", text, f"{good} good at {side} px")
        )
        for key, asked_, form, unit in (
            ("fit", "≥ 3 ×", "{:.1f}", 1.0),
            ("predict", "≥ 3 ×", "{:.1f}", 1.0),
            ("memory", "≤ half", "{:.2f}", 2**30),
        ):
            pair = [Rounds([told[key] / unit for told in told_of]) for told_of in (mine, theirs)]
            ratio = ratios(pair[1], pair[0])
            what = f"{title}, {'peak memory' if key == 'memory' else key}"
            text = f"{show(pair[0], form)} against {show(pair[1], form, ' GiB' if key == 'memory' else ' s')}"
            lines.append(Line(what, asked_, text, f"anomalib over Miwake {show(ratio, '{:.1f}')}"))
    return lines


def _separation(scores: dict[str, float]) -> float:
    """Mean over the kinds of the area under the ROC curve against good pictures."""
    of = {
        kind: [value for path, value in scores.items() if Path(path).parent.name == kind] for kind in ("good", *KINDS)
    }
    good = torch.tensor(of["good"])
    areas = []
    for kind in KINDS:
        bad = torch.tensor(of[kind])[:, None]
        areas.append(float((bad > good).double().mean() + 0.5 * (bad == good).double().mean()))
    return statistics.mean(areas)


def main() -> None:
    """Measure."""
    rounds = arguments().rounds or settings(quick=1, usual=5)
    lines = [*picks(), *search(rounds)]
    packages = f"torch {torch.__version__}"
    if (DATA / "magnetic-tile").is_dir():
        seeds = range(settings(quick=1, usual=1, long=3))
        lines = [*tiles(seeds), *rivals(len(seeds)), *lines]
        packages += f", {environments.versions('anomalib', 'anomalib')}"
    report("anomaly", "Anomaly detection", lines, notes=[NOTE], versions=packages)


if __name__ == "__main__":
    main()
