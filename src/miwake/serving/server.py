"""A running server: started and ended from any thread, answering in one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import uvicorn

from miwake import machine
from miwake.errors import MiwakeError, UsageError
from miwake.look.text import Language
from miwake.serving.app import Desk, create
from miwake.serving.config import ServeOptions
from miwake.serving.doors import Doors, check_tls, open_doors
from miwake.serving.guard import Guard
from miwake.serving.logs import Log
from miwake.serving.metrics import Metrics
from miwake.serving.pool import Line, Pool
from miwake.serving.processes import Zygotes
from miwake.serving.protocol import protocol
from miwake.serving.upload import memory_for

_MOST_WORKERS = 4
_WHY_TIMEOUT = 120.0
"""Seconds that an explanation may take: the first one loads the network and decodes training pictures."""
_BACKLOG = 1024


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # who started the server says when it ends


class Server:
    """A server that is starting, answering or ending.

    Args:
        run: a run's folder, name or model file, or `imagenet`.
        options: see `ServeOptions`.
        device: where to compute.
        lang: of the page; None: the browser's.

    Raises:
        UsageError: the address is taken or open to strangers, or a file is not what it must be.
    """

    def __init__(self, run: str, options: ServeOptions, device: str, lang: Language | None) -> None:
        check(options)
        check_tls(options)
        self.run, self.options, self.device, self.lang = run, options, device, lang
        self.doors: Doors = open_doors(options)
        self._socket = _bound(options)
        self.facts: dict[str, Any] = {}
        self._ready, self._stopped = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._server: _Uvicorn | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="miwake-serve", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Its address."""
        scheme = "http" if self.options.tls_certificate is None else "https"
        host = self.options.host
        if host in ("0.0.0.0", "::", ""):
            host = socket.gethostname()
        if ":" in host:
            host = f"[{host}]"
        return f"{scheme}://{host}:{self.port}/"

    def start(self) -> Self:
        """Start, and wait until the first worker can answer.

        Raises:
            MiwakeError: the model cannot be opened.
        """
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def stop(self, *, now: bool = False) -> None:
        """Take no more; what was accepted is answered first. Returns at once: `wait` for the end.

        Args:
            now: leave what was accepted without an answer.
        """
        loop, server = self._loop, self._server
        if loop is not None and server is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(setattr, server, "should_exit", True)
                loop.call_soon_threadsafe(setattr, server, "force_exit", now)

    def wait(self) -> None:
        """Until it has ended.

        Raises:
            MiwakeError: it could not go on.
        """
        self._stopped.wait()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.wait()

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._socket.close()
            self._ready.set()
            self._stopped.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        log, metrics, zygotes = Log(), Metrics(), Zygotes()
        pool, reasons = self._pools(zygotes, metrics)
        desk = Desk(
            options=self.options,
            pool=pool,
            reasons=reasons,
            metrics=metrics,
            memory=memory_for(self.options),
            lang=self.lang,
            token=self.doors.token is not None,
        )
        guarded = Guard(create(desk), doors=self.doors, refuses=pool.refuses, log=log, metrics=metrics)
        self._server = server = _Uvicorn(self._config(guarded))
        failed: list[MiwakeError] = []

        def changed() -> None:
            if pool.failed is not None and not pool.ready and not self._ready.is_set():
                failed.append(_as_error(pool.failed))
                server.should_exit = True
            elif pool.facts is not None and not self._ready.is_set():
                try:
                    desk.keeper  # noqa: B018  (said now if its folder cannot be used)
                except MiwakeError as error:
                    failed.append(error)
                    server.should_exit = True
                    return
                self.facts = pool.facts
                log.say("ready", workers=pool.ready)
                self._ready.set()

        pool.changed, pool.warn, reasons.warn = changed, log.warn, log.warn
        pool.start()
        try:
            await server.serve(sockets=[self._socket])
        finally:
            await pool.stop()
            await reasons.stop()
            await asyncio.to_thread(zygotes.close)
            log.say("ended")
            log.close()
        if failed:
            raise failed[0]

    def _pools(self, zygotes: Zygotes, metrics: Metrics) -> tuple[Pool, Pool]:
        options = self.options
        workers, threads = _shares(options, self.device)
        setup = {
            "run": self.run,
            "device": self.device,
            "threads": threads,
            "batch": options.batch,
            "max_pixels": options.max_pixels,
            "max_frames": options.max_frames,
        }
        line = Line(
            workers=workers,
            batch=options.batch,
            depth=2,
            waiting=options.queue,
            patience=options.latency / 1000,
            timeout=options.timeout,
        )
        # reasons are asked for by people, one at a time
        slow = Line(workers=1, batch=1, depth=1, waiting=8, patience=_WHY_TIMEOUT, timeout=_WHY_TIMEOUT)
        return (
            Pool(zygotes, {**setup, "explains": False}, line, metrics, "predict"),
            Pool(zygotes, {**setup, "explains": True, "batch": 1}, slow, metrics, "why"),
        )

    def _config(self, app: Guard) -> uvicorn.Config:
        options = self.options
        return uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=options.timeout + 5,
            http=protocol(options.timeout),
            ssl_certfile=options.tls_certificate,
            ssl_keyfile=options.tls_key,
        )


def _as_error(error: Any) -> MiwakeError:
    found = UsageError(str(error))
    found.exit_code = error.code
    return found


def _shares(options: ServeOptions, device: str) -> tuple[int, int]:
    """Workers, and threads of each."""
    cores = machine.cores()
    workers = options.workers or (2 if device.startswith("cuda") else min(cores, _MOST_WORKERS))
    return workers, max(1, cores // workers)


def check(options: ServeOptions) -> None:
    """Refuse numbers that cannot be meant.

    Raises:
        UsageError: names the flag, the value and the range.
    """
    for name, low, high in (
        ("port", 0, 65535),
        ("workers", 1, 64),
        ("batch", 1, 256),
        ("latency", 1, 60_000),
        ("queue", 1, 100_000),
        ("max_pictures", 1, 256),
        ("max_bytes", 1000, 200_000_000),
        ("max_pixels", 1, 1_000_000_000),
        ("max_frames", 1, 1_000_000),
        ("timeout", 1, 3600),
        ("keep_limit", 1, 1 << 50),
    ):
        value = getattr(options, name)
        if value is not None and not low <= value <= high:
            raise UsageError(f"--{name.replace('_', '-')} is {value}.", expected=f"{low} to {high:,}")


def _bound(options: ServeOptions) -> socket.socket:
    """A socket that listens where it was asked to.

    Raises:
        UsageError: the address is taken, or not this computer's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
        except OSError:
            found.close()
            raise
    except OSError as error:
        raise UsageError(
            f"The server cannot listen on {options.host}, port {options.port}: {error.strerror or error}.",
            expected="an address of this computer and a port that is free",
            todo="name another with --port; 0 takes a free one.",
        ) from None
    return found


def is_loopback(host: str) -> bool:
    """Whether an address is this computer's own."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
