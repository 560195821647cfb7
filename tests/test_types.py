"""What flows through the house, and what files keep of it."""

from __future__ import annotations

import json

import pytest

from miwake.types import Note, sentences_from_json, sentences_to_json

PART = Note("data.part", {"name": "a", "split": "train"})
NOTES = (
    Note("data.asked"),
    Note("divide.random", {"seed": 3, "val": 0.15, "test": 0.2}),
    Note("data.splits.folders", {"parts": (PART, "… (12)")}),
    Note("data.read", {"source": "folder", "reason": Note("data.idx.guess", {"files": ("a", "b")})}),
    "A text of an older file.",
)


def test_sentences_come_back_from_a_file() -> None:
    assert sentences_from_json(json.loads(json.dumps(sentences_to_json(NOTES)))) == NOTES


def test_texts_of_old_are_kept_as_they_are() -> None:
    assert sentences_from_json(["One.", "Two."]) == ("One.", "Two.")
    assert sentences_to_json(("One.",)) == ["One."]


@pytest.mark.parametrize("broken", [{}, {"key": "data.asked"}, {"key": "data.asked", "values": [1]}, 7, None])
def test_what_is_no_note_is_an_error_that_readers_of_files_know(broken: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        sentences_from_json([broken])
