"""The first thing that a request meets: who may come in, whether there is room, and what is written of it."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from miwake.serving.doors import Doors
from miwake.serving.logs import Log
from miwake.serving.metrics import Metrics
from miwake.serving.refusals import Refusal, full

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
)
PATHS = frozenset(
    (
        "/",
        "/page.css",
        "/page.js",
        "/model",
        "/predict",
        "/why",
        "/nearest",
        "/wrong",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/openapi.json",
    )
)
"""Others are counted together, or a stranger could make the counters grow."""
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class Guard:
    """Stands before the application.

    Args:
        app: what answers.
        doors: who may come in.
        refuses: seconds after which to come again, where there is no room for a picture.
        log: where each request is written down.
        metrics: where each is counted.
    """

    def __init__(
        self, app: ASGIApp, *, doors: Doors, refuses: Callable[[], int | None], log: Log, metrics: Metrics
    ) -> None:
        self.app, self.doors, self.refuses, self.log, self.metrics = app, doors, refuses, log, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return
        start, status = time.monotonic(), 500
        headers = dict(scope["headers"])
        asked = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = asked if _ID.fullmatch(asked) else uuid.uuid4().hex
        facts: dict[str, object] = {}
        scope.setdefault("state", {}).update(request_id=request_id, facts=facts)
        sent = (*_HEADERS, (b"x-request-id", request_id.encode()))

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *sent]}
            await send(message)

        method, path = scope["method"], scope["path"]
        try:
            try:
                self.doors.check(method, path, headers)
                after = self.refuses() if method == "POST" and path == "/predict" else None
                if after is not None:
                    raise full(after)
            except Refusal as refusal:
                await refuse(refusal, request_id, dressed)
            else:
                await self.app(scope, receive, dressed)
        finally:
            seconds = time.monotonic() - start
            known = path if path in PATHS else "other"
            self.metrics.requests.labels(known, status).inc()
            self.metrics.seconds.labels(known).observe(seconds)
            if not path.startswith("/health/"):  # those are asked for every few seconds
                self.log.say(
                    "request",
                    request_id=request_id,
                    method=method if method in ("GET", "HEAD", "POST") else "other",
                    path=known,
                    status=status,
                    seconds=round(seconds, 4),
                    **facts,
                )


async def refuse(refusal: Refusal, request_id: str, send: Send) -> None:
    """Send a refusal."""
    body = refusal.body(request_id)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *((name.encode(), value.encode()) for name, value in refusal.headers.items()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
