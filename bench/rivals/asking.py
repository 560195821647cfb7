"""Many clients of a server over kept connections, on a core of their own. Standard library only."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import say

_PATIENCE = 10.0
"""Seconds at most that a client does as Retry-After says."""


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, float]:
    """Send a request; the answer's status and what its Retry-After says."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", 0)))
    return int(head[0].split()[1]), float(fields.get("retry-after", 0))


class _Clients:
    def __init__(self, port: int, request: bytes, until: float) -> None:
        self.port, self.request, self.until = port, request, until
        self.accepted: list[tuple[float, float]] = []
        """When it ended, and its seconds."""
        self.refused: list[float] = []
        self.failed = 0

    async def one(self) -> None:
        """Ask, wait for the answer, ask again."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while (start := time.monotonic()) < self.until:
            try:
                status, after = await _answered(reader, writer, self.request)
            except (OSError, asyncio.IncompleteReadError):
                self.failed += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                continue
            end = time.monotonic()
            if status == 200:
                self.accepted.append((end, end - start))
            elif status == 503:
                self.refused.append(end - start)
                await asyncio.sleep(min(after, _PATIENCE, max(0.0, self.until - end)))
            else:
                self.failed += 1
        writer.close()


def form(data: bytes) -> tuple[str, bytes]:
    """A picture as the file of a form: the content type, and the bytes."""
    head = b'--miwake\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\nContent-Type: image/jpeg'
    return "multipart/form-data; boundary=miwake", head + b"\r\n\r\n" + data + b"\r\n--miwake--\r\n"


def _request(path: str, data: bytes) -> bytes:
    kind, body = form(data)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _flood(asked: say.Asked) -> say.Asked:
    data = Path(asked["picture"]).read_bytes()
    start = time.monotonic()
    clients = _Clients(asked["port"], _request("/predict", data), start + asked["seconds"])
    await asyncio.gather(*(clients.one() for _ in range(asked["clients"])))
    # the first part is for warming up
    counted = [seconds for end, seconds in clients.accepted if start + 0.2 * asked["seconds"] < end <= clients.until]
    after = time.monotonic()
    alone = _Clients(asked["port"], _request("/predict", data), after + 0.5)
    await alone.one()
    return {
        "rate": len(counted) / (0.8 * asked["seconds"]),
        "times": counted,
        "refused": clients.refused,
        "failed": clients.failed,
        # from the flood's end to the first answer that somebody alone gets
        "recovered": alone.accepted[0][0] - after if alone.accepted else None,
    }


def flood(asked: say.Asked) -> say.Asked:
    """Ask with many clients for some seconds."""
    return asyncio.run(_flood(asked))


if __name__ == "__main__":
    say.main(flood=flood)
