"""How long one waits before anything happens: help, import, and one picture answered.

Whole processes are timed, on a warm disk. The rival is the shortest script that answers the same picture with the same
network through timm and torchvision (its weights are random: they cost nothing to fetch).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from harness import Line, arguments, compare, data_set, ratios, report, settings, show

PICTURE = next(iter(sorted((data_set("coco-128")).rglob("*.jpg"))))
PLAIN = f"""
import timm, torch
from PIL import Image
from timm.data import create_transform, resolve_data_config
model = timm.create_model("tf_efficientnet_lite0").eval()
transform = create_transform(**resolve_data_config({{}}, model=model))
with torch.inference_mode():
    print(model(transform(Image.open({str(PICTURE)!r}).convert("RGB"))[None]).softmax(1).topk(1))
"""


def process(command: Sequence[str]) -> Callable[[], float]:
    """Seconds of a whole process."""

    def run() -> float:
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - start

    return run


def main() -> None:
    """Measure."""
    python, rounds = sys.executable, arguments().rounds or settings(quick=1, usual=5)
    found = compare(
        {
            "help": process([python, "-m", "miwake", "--help"]),
            "import": process([python, "-c", "import miwake"]),
            "python": process([python, "-c", ""]),
            "predict": process([python, "-m", "miwake", "predict", "imagenet", str(PICTURE)]),
            "plain": process([python, "-c", PLAIN]),
        },
        rounds=rounds,
    )
    seconds = {name: show(of, "{:.2f}", " s") for name, of in found.items()}
    lines = [
        Line("`miwake --help`", "0.3 s", seconds["help"], f"{rounds} rounds; python alone {seconds['python']}"),
        Line("`import miwake`", "0.1 s", seconds["import"], "python's own start included"),
        Line(
            "`miwake predict imagenet` of one picture",
            "≤ 0.5 × timm and torchvision in a script",
            f"{show(ratios(found['predict'], found['plain']), '{:.2f}')} ×: {seconds['predict']}",
            f"the script {seconds['plain']}",
        ),
    ]
    report("start", "Start", lines)


if __name__ == "__main__":
    main()
