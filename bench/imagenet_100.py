"""Top-1 accuracy of the weights that come with the install on pictures whose file names begin with their wnid.

python bench/imagenet_100.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from miwake.evaluation.intervals import wilson
from miwake.networks.imagenet import class_names, wnids
from miwake.prediction import Predictor
from miwake.types import Prediction


def main(folder: Path) -> None:
    """Predict and count."""
    name_of = dict(zip(wnids(), class_names(), strict=True))
    files = sorted(folder.glob("n*.JPEG"))
    answers = list(Predictor.open("imagenet").predict(files))
    right = sum(
        isinstance(answer, Prediction) and answer.label == name_of[Path(answer.path).name.split("_")[0]]
        for answer in answers
    )
    interval = wilson(right, len(files))
    print(f"{right} of {len(files)} right: {interval}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
