"""Changes a whole batch at once: pictures and their masks, boxes and points together.

`augment` is loaded on first use, since it needs torch. The settings are `miwake.augment.config.Augmentation`, and
`miwake.augment.defaults.defaults` has sensible ones for a kind of picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from miwake.augment.batch import augment

__all__ = ["augment"]


def __getattr__(name: str) -> Any:
    if name == "augment":
        from miwake.augment.batch import augment

        return augment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
