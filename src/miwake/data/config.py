"""How data is read and divided."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from miwake.data.window import Window, parse_window
from miwake.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """How the data is read and divided.

    Raises:
        UsageError: a share is not between 0 and 1, nothing is left for training, `max_pixels` is not positive, or
            there is no such window.
    """

    source: str | None = None
    """Reader of the data: folder, csv, idx, cifar, bundled. Guessed from what is there, and said, where not given."""
    group: str | None = None
    """What is never divided between splits: a CSV column such as patient, or a regular expression for the paths."""
    val: float = 0.15
    """Share of the pictures for validation, where the data does not say itself."""
    test: float = 0.15
    """Share of the pictures for the final test, where the data does not say itself."""
    skip_bad: bool = False
    """Leave out pictures that cannot be read, and say how many, in place of an error."""
    legend: Path | None = None
    """What values in masks mean: a CSV file with name,value or name,r,g,b. Without it, legend.csv beside the masks."""
    void: str | None = None
    """A class or value in masks whose pixels count nothing: 255, #ffffff or a class's name."""
    max_pixels: int = 200_000_000
    """Largest picture, width times height, that is decoded; a larger one counts as bad."""
    window: str | None = None
    """Grey values shown of DICOM and 16-bit pictures: CENTER,WIDTH, or lung, bone, brain, soft, mediastinum, liver."""

    @property
    def shown(self) -> Window | None:
        """Centre and width of `window`."""
        return None if self.window is None else parse_window(self.window)

    def __post_init__(self) -> None:
        for name in ("val", "test"):
            share = getattr(self, name)
            if not (math.isfinite(share) and 0 < share < 1):
                raise UsageError(
                    f"The share of pictures for {name} is {share:g}.",
                    expected="a number between 0 and 1, such as 0.15",
                    todo=f"set {name} within that range; choosing a model and judging it need pictures of their own.",
                )
        if self.val + self.test >= 1:
            raise UsageError(
                f"Validation ({self.val:g}) and test ({self.test:g}) leave nothing to train on.",
                expected="shares that add up to less than 1",
                todo="make val or test smaller.",
            )
        if self.max_pixels < 1:
            raise UsageError(f"max_pixels is {self.max_pixels}.", expected="a positive number of pixels")
        _ = self.shown


def group_pattern(text: str) -> re.Pattern[str]:
    """The regular expression of `DataOptions.group`.

    Raises:
        UsageError: it is not one; says where.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(
            f"The group '{text}' is neither a column of the data nor a regular expression: {error}.",
            expected=r"such as patient, or (\d+)_[^/]*$ for the number before the underscore in the file's name",
        ) from None
