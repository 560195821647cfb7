"""Writes a CSV that leaves so many training pictures of each class, five for validation, and the rest to be judged.

    python bench/few.py FOLDER COUNT SEED > few.csv

FOLDER holds a folder of pictures for each class.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

VALIDATION = 5


def main(folder: Path, count: int, seed: int) -> None:
    """Print the CSV; paths are absolute."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["path", "label", "split"])
    for place in sorted(path for path in folder.resolve().iterdir() if path.is_dir()):
        files = sorted(file for file in place.iterdir() if not file.name.startswith("."))
        random.Random(f"{seed} {place.name}").shuffle(files)
        for number, file in enumerate(files):
            split = "train" if number < count else "val" if number < count + VALIDATION else "test"
            writer.writerow([file, place.name, split])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
