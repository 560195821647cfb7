"""JSON on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(data: Any, *, indent: int | None = None) -> None:
    """Print an object that any reader can parse, whatever the terminal's encoding lacks."""
    unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(data, ensure_ascii=not unicode, indent=indent)
    # half a surrogate pair stands for a byte of a file's name that is not text; JSON has an escape for it
    print(text.encode("utf-8", "backslashreplace").decode("utf-8"))
