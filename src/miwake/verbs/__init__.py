"""The verbs: one file each, a function of the file's name; the command line and the Python API are made from them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def verbs() -> dict[str, str]:
    """Every verb with its line of help, read from the files without importing them."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem] = doc.splitlines()[0] if doc else ""
    return found
