"""What is said where a request is refused: found, expected, what to do, as everywhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A request that is not answered as it was asked.

    Args:
        status: of HTTP.
        found: what was found.
        expected: what was expected in its place.
        todo: what to do.
        headers: to be sent with it.
    """

    def __init__(
        self, status: int, found: str, *, expected: str = "", todo: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(found)
        self.status, self.found, self.expected, self.todo = status, found, expected, todo
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> bytes:
        """The answer's JSON."""
        said: dict[str, Any] = {"found": self.found, "expected": self.expected, "todo": self.todo}
        return json.dumps({"request_id": request_id, "error": said}, ensure_ascii=False).encode()


def full(after: int) -> Refusal:
    """There is no room for a request now."""
    return Refusal(
        503, "No room for more pictures now.", todo=f"try again after {after} s.", headers={"retry-after": str(after)}
    )


def lost() -> Refusal:
    """The process that had a picture died, or there is none yet."""
    return Refusal(
        503,
        "The process that had the picture has ended; another takes its place.",
        todo="send it again.",
        headers={"retry-after": "1"},
    )
