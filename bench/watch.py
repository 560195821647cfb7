"""Watching: how long from a whole file to its answer, and how often pictures like training's raise a false warning.

python bench/watch.py latency RUN [--existing 10000] [--pictures 100]
python bench/watch.py drift FOLDER [--streams 40]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch

import miwake as mw
from miwake.data.folder import picture_files
from miwake.data.pictures import open_pictures
from miwake.data.preprocess import load
from miwake.types import TEST, TRAIN, VAL
from miwake.verbs._evaluation import own_data
from miwake.verbs._request import request_of
from miwake.watching.drift import Drift
from miwake.watching.measures import DISTANCE, SEEN, distances, seen
from miwake.watching.reference import Own, features, measure


def latency(run: str, existing: int, pictures: int) -> None:
    """Milliseconds from the renaming of a whole file to the event with its answer, one picture at a time."""
    source = picture_files(Path(mw.open_dataset(mw.open_run(run).config()["request"]["data"]).root))
    with tempfile.TemporaryDirectory() as below:
        folder = Path(below) / "in"
        folder.mkdir()
        for number in range(existing):
            os.link(source[0], folder / f"old{number:06}{source[0].suffix}")
        sent: dict[str, float] = {}
        took: list[float] = []
        seen_one = threading.Event()

        def send() -> None:
            for number in range(pictures):
                seen_one.clear()
                file = source[number % len(source)]
                part = Path(below) / "part"
                # a byte more than any other copy: no two pictures are the same
                shutil.copy(file, part)
                time.sleep(0.25 + 0.1 * (number * 0.618 % 1))
                name = f"new{number:04}{file.suffix}"
                sent[name] = time.perf_counter()
                part.rename(folder / name)
                seen_one.wait(30)
            watching.stop()

        watching = mw.watch(folder, run)
        for event in watching:
            if isinstance(event, mw.Happening) and event.kind == "started":
                threading.Thread(target=send, daemon=True).start()
            if isinstance(event, mw.Sighting):
                took.append(1000 * (time.perf_counter() - sent[event.shown]))
                seen_one.set()
    parts = statistics.quantiles(took, n=20)
    print(f"{len(took)} pictures, {existing} beside them: median {statistics.median(took):.0f} ms, "
          f"5% below {parts[0]:.0f}, 5% above {parts[-1]:.0f}, longest {max(took):.0f}")  # fmt: skip


def drift(folder: str, streams: int) -> None:
    """Warnings on pictures of one folder, half of which are the reference; and how soon changes of the rest are named.

    The pictures are mixed anew for each stream.
    """
    shape = mw.Preprocessing(size=(96, 96), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    files = picture_files(Path(folder))
    stored = torch.from_numpy(np.stack([load(file, shape) for file in files[:2000]])).permute(0, 3, 1, 2)
    changes = {
        "none": lambda pictures: pictures,
        "0.7 as bright": lambda pictures: (pictures.float() * 0.7).byte(),
        "half as bright": lambda pictures: (pictures.float() * 0.5).byte(),
        "blurred by 3": lambda pictures: torch.nn.functional.avg_pool2d(pictures.float(), 3, 1, 1).byte(),
        "blurred by 5": lambda pictures: torch.nn.functional.avg_pool2d(pictures.float(), 5, 1, 2).byte(),
        "red by a fifth less": lambda pictures: (pictures.float() * torch.tensor([0.8, 1, 1]).view(1, 3, 1, 1)).byte(),
    }
    for name, change in changes.items():
        values = seen(stored), seen(change(stored))
        first, warned, passed = [], 0, 0
        for seed in range(streams):
            order = np.random.default_rng(seed).permutation(len(stored))
            half = len(order) // 2
            watch = Drift({each.name: values[0][order[:half], n] for n, each in enumerate(SEEN)}, 100_000)
            when = None
            for number, row in enumerate(order[half:], 1):
                said = watch.add({each.name: float(values[1][row, n]) for n, each in enumerate(SEEN)})
                warned += sum(each.kind == "drift" for each in said)
                passed += 1
                when = when or (number if any(each.kind == "drift" for each in said) else None)
                if when and name != "none":
                    break
            first.append(when)
        found = [number for number in first if number]
        how = f", after {statistics.median(found):.0f} pictures in the middle, {max(found)} at most" if found else ""
        print(f"{name}: {warned} warnings in {passed} pictures; {len(found)} of {streams} streams warned of{how}")


def unseen(run: str, streams: int) -> None:
    """Warnings on the test pictures of a run, by all measures; those of the network's eyes, too."""
    predictor = mw.Predictor.open(run)
    dataset, owner = own_data(run)
    pictures, stored = open_pictures(dataset, predictor.header.preprocessing, request_of(owner).data_options)
    rows = [np.setdiff1d(dataset.rows(split), stored.bad_rows) for split in (TRAIN, VAL, TEST)]
    reference = measure(predictor, Own(train=rows[0], val=rows[1], gather=pictures.gather))
    parts = [pictures.gather(part) for part in torch.split(torch.from_numpy(rows[2]), 32)]
    values = np.concatenate([seen(part) for part in parts])
    far = np.concatenate([distances(features(predictor, part), reference.bank) for part in parts])
    columns = {**{each.name: values[:, n] for n, each in enumerate(SEEN)}, DISTANCE.name: far}
    warned = 0
    for seed in range(streams):
        watch = Drift(reference.values, 100_000)
        for row in np.random.default_rng(seed).permutation(len(rows[2])):
            warned += len(watch.add({name: float(column[row]) for name, column in columns.items()}))
    sizes = ", ".join(
        f"{len(part)} {name}" for part, name in zip(rows, ("training", "validation", "test"), strict=True)
    )
    print(f"{sizes} pictures: {warned} warnings in {streams * len(rows[2])} pictures of {streams} streams")


def main() -> None:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["latency", "drift", "run"])
    parser.add_argument("of")
    parser.add_argument("--existing", type=int, default=0)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--streams", type=int, default=40)
    asked = parser.parse_args()
    if asked.what == "latency":
        latency(asked.of, asked.existing, asked.pictures)
    elif asked.what == "drift":
        drift(asked.of, asked.streams)
    else:
        unseen(asked.of, asked.streams)


if __name__ == "__main__":
    main()
