"""HTTP as uvicorn speaks it, with limits that it lacks: on the time and the bytes of a request's headers."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEADERS = 65_536
"""Bytes of a request's address and headers."""


class Protocol(HttpToolsProtocol):
    """Closes connections whose headers do not come, or do not end."""

    seconds = 20.0
    """That a request's headers may take."""
    _timer: asyncio.TimerHandle | None = None
    _heading = False
    _bytes = 0

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of headers, or of a body."""
        super().data_received(data)
        if self._heading:
            self._bytes += len(data)
            if self._bytes > _HEADERS:
                self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._heading = True
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The headers are there."""
        self._arrived()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.seconds, self.transport.close)

    def _arrived(self) -> None:
        self._heading, self._bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def protocol(timeout: float) -> type[Protocol]:
    """The protocol with so many seconds for headers."""
    return type("Timed", (Protocol,), {"seconds": timeout})
