"""Ultralytics' classifier from scratch, as no weights of it come in a package (AGPL-3.0: runs here only).

Pictures are kept in memory, plots are off, and changes of colour and of parts that are meant for long runs are off,
which lets it learn soonest; otherwise its defaults.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import say
from ultralytics import YOLO


def scratch(asked: say.Asked) -> say.Asked:
    """A folder of photographs, from nothing."""
    curve = say.Curve(asked)
    with contextlib.redirect_stdout(sys.stderr):
        model = YOLO("yolo11n-cls.yaml")

        def mark(trainer: Any) -> None:
            curve.mark(float(trainer.metrics["metrics/accuracy_top1"]))

        model.add_callback("on_fit_epoch_end", mark)
        model.train(
            data=asked["folder"],
            epochs=asked["epochs"],
            imgsz=asked["size"],
            batch=asked["batch"],
            workers=asked["cores"],
            device="cpu",
            pretrained=False,
            cache="ram",
            amp=False,
            plots=False,
            verbose=False,
            seed=asked["seed"],
            project=asked["scratch"],
            auto_augment=None,
            erasing=0.0,
            fliplr=0.0,
            hsv_h=0.0,
            hsv_s=0.0,
        )
        best = YOLO(Path(model.trainer.save_dir) / "weights" / "best.pt")
        found = best.val(data=asked["folder"], split="test", imgsz=asked["size"], plots=False, device="cpu")
    return {"curve": curve.points, "test": float(found.top1)}


if __name__ == "__main__":
    say.main(scratch=scratch)
