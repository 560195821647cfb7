"""What lies beside an exported file: a picture, its answer, and a script that checks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.files import write_text, write_whole
from miwake.types import Prediction

SCRIPT = '''\
"""Checks {file} with numpy and onnxruntime alone."""
import json, pathlib, numpy, onnxruntime
here = pathlib.Path(__file__).parent
sample = json.loads((here / "{answer}").read_text(encoding="utf-8"))
session = onnxruntime.InferenceSession(str(here / sample["file"]), providers=["CPUExecutionProvider"])
picture = numpy.load(here / sample["picture"])  # (H, W, C) uint8: what any decoder gives, of any size
names = [output.name for output in session.get_outputs()]
found = dict(zip(names, session.run(names, {{"pictures": picture[None]}})))
for name, value in sample["outputs"].items():
    assert numpy.allclose(found[name][0], value, rtol=0, atol=sample["tolerance"]), (name, found[name][0], value)
print("The same answer:", sample["answer"])
'''


def write(
    folder: Path,
    file: str,
    picture: NDArray[np.uint8],
    found: dict[str, NDArray[Any]],
    answer: Prediction,
    tolerance: float,
) -> tuple[Path, ...]:
    """Write sample, answer and script; returns their paths.

    Args:
        folder: of the exported file.
        file: its name.
        picture: (H, W, C), decoded.
        found: what the file gave for it, (1, …) each.
        answer: the same in words.
        tolerance: within which another machine should give the same numbers.
    """
    stem = Path(file).stem
    array, page, script = folder / f"{stem}-sample.npy", folder / f"{stem}-sample.json", folder / f"{stem}-check.py"

    def save(temporary: Path) -> None:
        with temporary.open("wb") as out:
            np.save(out, picture)

    write_whole(array, save)
    data = {
        "file": file,
        "picture": array.name,
        "answer": answer.label,
        "probability": answer.probability,
        "tolerance": tolerance,
        "outputs": {name: values[0].tolist() for name, values in found.items() if name != "outputs"},
    }
    write_text(page, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    write_text(script, SCRIPT.format(file=file, answer=page.name))
    if picture.shape[2] not in (1, 3):
        return array, page, script
    seen = folder / f"{stem}-sample.png"
    image = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
    write_whole(seen, lambda temporary: image.save(temporary, "PNG"))
    return array, page, script, seen
