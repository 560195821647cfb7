"""Every note that the source makes has its words, and every word is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import miwake
from miwake.look.words import catalogue, placeholders

SOURCE = [path for path in Path(miwake.__file__).parent.rglob("*.py") if not path.stem.startswith("words_")]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE}


def pattern(node: ast.expr) -> str | None:
    """What a key may look like: the text itself, or one with anything in the place of a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern(part) or r"[\w.]*" for part in node.values)
    return None


def notes() -> Iterator[tuple[str, str, ast.expr | None]]:
    """Where `Note(…)` stands, the pattern of its key, and its values."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                keys = (
                    [node.args[0].body, node.args[0].orelse] if isinstance(node.args[0], ast.IfExp) else node.args[:1]
                )
                for key in keys:
                    if (found := pattern(key)) is not None:
                        yield f"{path.name}:{node.lineno}", found, node.args[1] if len(node.args) > 1 else None


@pytest.mark.parametrize(("where", "key", "values"), [pytest.param(*note, id=note[0]) for note in notes()])
def test_a_note_has_words_and_all_its_values(where: str, key: str, values: ast.expr | None) -> None:
    texts = [text["en"] for name, text in catalogue().items() if re.fullmatch(key, name)]
    assert texts, f"{where}: no text is called {key}"
    names = values.keys if isinstance(values, ast.Dict) else []
    if values is None or (names and all(isinstance(name, ast.Constant) for name in names)):
        given = {name.value for name in names if isinstance(name, ast.Constant)}
        assert any(placeholders(text) <= given for text in texts), where


def test_every_text_is_said_somewhere() -> None:
    """Of the report's own words a test of the report sees to it."""
    said = {pattern(node) for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.expr)}
    keys = [one for one in said if one is not None and re.match(r"[a-z]+\\\.", one)]
    for name in ("data", "check", "training", "terminal", "evaluate"):
        words = import_module(f"miwake.look.words_{name}").WORDS
        assert [key for key in words if not any(re.fullmatch(one, key) for one in keys)] == []
