"""JPEG files to what is stored for a network at 224 px, on one core: ours and Pillow's;
and how far the pixels differ.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from harness import Line, Rounds, arguments, compare, data_set, ratios, report, settings, show
from numpy.typing import NDArray
from PIL import Image, features

from miwake import machine
from miwake.data.preprocess import load
from miwake.types import Preprocessing

SHAPE = Preprocessing(
    size=(224, 224), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3, fit="crop", interpolation="bilinear"
)
SIZES = {"500 × 375": (500, 375, 950, 2), "1280 × 960": (1280, 960, 350, 3), "4000 × 3000": (4000, 3000, 70, 7)}
SECONDS = 1.0


def photographs(width: int, height: int) -> list[bytes]:
    """Real photographs, scaled to the size and written as JPEG of quality 90."""
    files = sorted((data_set("coco-128")).rglob("*.jpg"))[:16]
    found = []
    for file in files:
        picture = Image.open(file).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
        found.append(buffer.getvalue())
    return found


def pillow(data: bytes) -> NDArray[np.uint8]:
    """Pillow's decoder and its antialiased resize, as `torchvision.transforms` do on pictures."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    scale = 224 / min(picture.size)
    size = (max(224, round(picture.width * scale)), max(224, round(picture.height * scale)))
    scaled = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
    top, left = (scaled.shape[0] - 224) // 2, (scaled.shape[1] - 224) // 2
    return scaled[top : top + 224, left : left + 224]


def rate(way: Callable[[bytes], object], pictures: list[bytes]) -> Callable[[], float]:
    """Pictures a second over at least a second."""

    def run() -> float:
        start, count = time.process_time(), 0
        while time.process_time() - start < SECONDS:
            for data in pictures:
                way(data)
            count += len(pictures)
        return count / (time.process_time() - start)

    return run


def main() -> None:
    """Measure."""
    machine.use_threads(1)
    lines = []
    for name, (width, height, asked, factor) in SIZES.items():
        pictures = photographs(width, height)
        found: dict[str, Rounds] = compare(
            {"ours": rate(lambda data: load(data, SHAPE), pictures), "pillow": rate(pillow, pictures)},
            rounds=arguments().rounds or settings(quick=1, usual=5),
        )
        error = np.mean([np.abs(load(d, SHAPE).astype(int) - pillow(d).astype(int)).mean() for d in pictures])
        times = ratios(found["ours"], found["pillow"])
        lines.append(
            Line(
                name,
                f"{asked} a second, or {factor} × Pillow; error at most 2 of 255",
                f"{show(found['ours'])} a second, {show(times, '{:.2f}')} × Pillow; error {error:.2f}",
                f"{len(found['pillow'].values)} rounds; Pillow {show(found['pillow'])}",
            )
        )
    turbo = features.version_feature("libjpeg_turbo")
    report("decode", "Decode", lines, versions=f"Pillow {Image.__version__} with libjpeg-turbo {turbo}")


if __name__ == "__main__":
    main()
