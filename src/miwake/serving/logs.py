"""What a server logs: one JSON object a line on standard error, never a picture's content, name or answer."""

from __future__ import annotations

import json
import logging
import logging.handlers
import queue
import sys
import time
from typing import Any, TextIO

_MOST = 10_000
"""Lines that wait for a slow reader; further ones are dropped rather than awaited."""


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # the kind alone: an error's words may hold what somebody sent
            facts["error"] = record.exc_info[0].__name__
        return json.dumps(facts, ensure_ascii=True)


class _Dropping(logging.handlers.QueueHandler):
    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


class Log:
    """The log of one server; a thread writes, so that a slow reader holds nobody up."""

    def __init__(self, file: TextIO | None = None) -> None:
        handler = logging.StreamHandler(file or sys.stderr)
        handler.setFormatter(_Lines())
        lines: queue.Queue[logging.LogRecord] = queue.Queue(_MOST)
        self._listener = logging.handlers.QueueListener(lines, handler)
        self._entrance = _Dropping(lines)
        self._logger = logging.Logger("miwake.serving", logging.INFO)
        self._logger.addHandler(self._entrance)
        for name in ("uvicorn.error", "uvicorn.asgi", "asyncio"):
            logger = logging.getLogger(name)
            logger.handlers = [self._entrance]
            logger.propagate = False
            logger.setLevel(logging.WARNING)
        self._listener.start()

    def say(self, event: str, **facts: Any) -> None:
        """Add a line."""
        self._logger.info(event, extra={"facts": facts})

    def warn(self, event: str, error: BaseException | None = None, **facts: Any) -> None:
        """Add a line about what should not happen."""
        self._logger.warning(event, exc_info=error, extra={"facts": facts})

    def close(self) -> None:
        """Write what waits."""
        self._listener.stop()
        for name in ("uvicorn.error", "uvicorn.asgi", "asyncio"):
            logger = logging.getLogger(name)
            if self._entrance in logger.handlers:
                logger.removeHandler(self._entrance)
