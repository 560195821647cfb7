"""The waiting line: pictures are gathered into batches, and what would wait too long is refused at once."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from miwake.serving import wire
from miwake.serving.metrics import Metrics
from miwake.serving.processes import Failed, Worker, Zygotes, launch

_GATHER = 0.004
"""Seconds that an idle worker waits for pictures which are just arriving."""
_SMOOTH = 0.2
_SLOWEST = 5.0
"""Seconds at most between two attempts to start a worker."""

Answer = tuple[dict[str, Any], bytes]
"""A picture's answer as plain types, and bytes that belong to it."""


class Full(Exception):
    """There is no room.

    Args:
        after: seconds after which it is worth another try.
    """

    def __init__(self, after: int) -> None:
        super().__init__(f"try again after {after} s")
        self.after = after


class Lost(Exception):
    """The process that had the picture died."""


class TooSlow(Exception):
    """The picture took longer than a picture may."""


@dataclass(eq=False, slots=True)
class Entry:
    """A picture that waits, or is being answered."""

    do: str
    lang: str
    data: bytes
    future: asyncio.Future[Answer]
    since: float


@dataclass(eq=False, slots=True)
class Batch:
    """Pictures that are computed together."""

    entries: list[Entry]
    overdue: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """How pictures wait."""

    workers: int
    batch: int
    depth: int
    """Batches that a worker holds: one that it computes, and one that waits."""
    waiting: int
    """Pictures that wait at most."""
    patience: float
    """Seconds that a picture waits at most, as it is foreseen."""
    timeout: float
    """Seconds after which a batch is given up and its worker ended."""


@dataclass
class _State:
    ids: itertools.count[int] = field(default_factory=itertools.count)
    waiting: deque[Entry] = field(default_factory=deque)
    workers: list[Worker] = field(default_factory=list)
    under_way: int = 0
    seconds: float = 0.0
    """That a picture takes among others, a running mean."""
    gathering: bool = False
    stopping: bool = False


class Pool:
    """Workers of one kind and the line before them."""

    def __init__(self, zygotes: Zygotes, setup: dict[str, Any], line: Line, metrics: Metrics, kind: str) -> None:
        self.zygotes, self.setup, self.line, self.metrics, self.kind = zygotes, setup, line, metrics, kind
        self.arriving = 0
        """Requests whose bytes are on their way."""
        self.facts: dict[str, Any] | None = None
        self.failed: Failed | None = None
        self.changed: Callable[[], None] = lambda: None
        self.warn: Callable[..., None] = lambda event, **facts: None
        """Told of workers that died."""
        self._state = _State()
        self._tasks: list[asyncio.Task[None]] = []
        metrics.watch(kind, self)

    def start(self) -> None:
        """Start the workers; they become ready one after the other."""
        self._tasks = [asyncio.create_task(self._keep()) for _ in range(self.line.workers)]

    async def until_ready(self, seconds: float) -> None:
        """Wait for a worker, at most so long."""
        end = time.monotonic() + seconds
        while not self._state.workers and time.monotonic() < end:
            await asyncio.sleep(0.05)

    @property
    def ready(self) -> int:
        """Workers that can answer."""
        return len(self._state.workers)

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [worker.pid for worker in self._state.workers]

    @property
    def waiting(self) -> int:
        """Pictures that no worker has yet."""
        return len(self._state.waiting)

    @property
    def under_way(self) -> int:
        """Pictures that workers have."""
        return self._state.under_way

    def refuses(self, pictures: int = 1) -> int | None:
        """Seconds after which to come again, where so many pictures have no room; else None."""
        state = self._state
        if state.stopping or not state.workers:
            return 1
        ahead = len(state.waiting) + state.under_way
        wait = ahead * state.seconds / len(state.workers)
        # what is larger than the line is taken when nothing else waits
        if ahead and (len(state.waiting) + pictures > self.line.waiting or wait > self.line.patience):
            return max(1, math.ceil(wait - self.line.patience))
        return None

    async def ask(self, do: str, pictures: Sequence[bytes], lang: str) -> list[Answer]:
        """Answers to all pictures, in order.

        Raises:
            Full: they have no room.
            Lost: a process died with one of them.
            TooSlow: one took too long.
        """
        after = self.refuses(len(pictures))
        if after is not None:
            raise Full(after)
        loop, now = asyncio.get_running_loop(), time.monotonic()
        entries = [Entry(do, lang, data, loop.create_future(), now) for data in pictures]
        self._state.waiting.extend(entries)
        self._dispatch()
        try:
            return list(await asyncio.gather(*(entry.future for entry in entries)))
        except asyncio.CancelledError:
            for entry in entries:
                entry.future.cancel()
            raise

    # -- giving out ----------------------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        state = self._state
        for worker in sorted(state.workers, key=lambda worker: len(worker.under_way)):
            while state.waiting and len(worker.under_way) < self.line.depth:
                few = len(state.waiting) < self.line.batch
                if worker.under_way and few:
                    break  # let the batch grow while it computes
                if not worker.under_way and few and self.arriving and self._gather():
                    return
                batch = self._take()
                if batch.entries:
                    self._give(worker, batch)

    def _gather(self) -> bool:
        """Whether to wait a moment for more."""
        state = self._state
        if time.monotonic() - state.waiting[0].since >= _GATHER:
            return False
        if not state.gathering:
            state.gathering = True
            asyncio.get_running_loop().call_later(_GATHER, self._gathered)
        return True

    def _gathered(self) -> None:
        self._state.gathering = False
        self._dispatch()

    def _take(self) -> Batch:
        """The first pictures that can be computed together."""
        waiting, entries = self._state.waiting, list[Entry]()
        while waiting and len(entries) < self.line.batch:
            first = waiting[0]
            if entries and (first.do, first.lang) != (entries[0].do, entries[0].lang):
                break
            waiting.popleft()
            if not first.future.done():  # who asked may have gone
                entries.append(first)
        return Batch(entries)

    def _give(self, worker: Worker, batch: Batch) -> None:
        number, first = next(self._state.ids), batch.entries[0]
        worker.under_way[number] = batch
        self._state.under_way += len(batch.entries)
        worker.send({"id": number, "do": first.do, "lang": first.lang}, [entry.data for entry in batch.entries])
        if len(worker.under_way) == 1:
            self._watch(worker, batch)

    def _watch(self, worker: Worker, batch: Batch) -> None:
        def overdue() -> None:
            batch.overdue = True
            worker.kill()

        batch.timer = asyncio.get_running_loop().call_later(self.line.timeout, overdue)

    # -- taking back ---------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Keep one worker alive."""
        delay = 0.0
        while not self._state.stopping:
            await asyncio.sleep(delay)
            try:
                worker = await launch(self.zygotes, self.setup)
            except Failed as error:
                self.failed = error
                self.warn("model cannot be opened", kind=self.kind)
                self.changed()
                delay = _SLOWEST
                continue
            except OSError:
                self._died()
                delay = min(_SLOWEST, max(0.1, 2 * delay))
                continue
            delay, self.facts = 0.0, worker.facts
            self._state.seconds = self._state.seconds or worker.seconds
            self._state.workers.append(worker)
            self.changed()
            self._dispatch()
            try:
                await self._listen(worker)
            finally:
                self._bury(worker)

    async def _listen(self, worker: Worker) -> None:
        while (message := await wire.receive(worker.reader)) is not None:
            told, parts = message
            batch = worker.under_way.pop(told.get("id", -1), None)
            answers = told.get("answers")
            if batch is None or not isinstance(answers, list) or len(answers) != len(batch.entries):
                worker.kill()  # it does not keep to the form
                return
            self._done(batch)
            seconds = float(told.get("seconds", 0.0)) / len(answers)
            if seconds:
                self._state.seconds += _SMOOTH * (seconds - self._state.seconds)
                self.metrics.batch.observe(len(answers))
            for number, (entry, answer) in enumerate(zip(batch.entries, answers, strict=True)):
                if not entry.future.done():
                    entry.future.set_result((answer, parts[number] if number < len(parts) else b""))
            for waiting in worker.under_way.values():
                self._watch(worker, waiting)
            self._dispatch()

    def _done(self, batch: Batch) -> None:
        self._state.under_way -= len(batch.entries)
        if batch.timer is not None:
            batch.timer.cancel()

    def _bury(self, worker: Worker) -> None:
        self._state.workers.remove(worker)
        worker.kill()
        worker.close()
        if not self._state.stopping:
            self._died()
        for batch in worker.under_way.values():
            self._done(batch)
            # of several it is not known which one was too slow
            error = TooSlow() if batch.overdue and len(batch.entries) == 1 else Lost()
            for entry in batch.entries:
                if not entry.future.done():
                    entry.future.set_exception(error)
        worker.under_way.clear()

    def _died(self) -> None:
        self.metrics.deaths.labels(self.kind).inc()
        self.warn("worker died", kind=self.kind)

    async def stop(self) -> None:
        """End the workers when they have answered what was accepted."""
        end = time.monotonic() + self.line.timeout
        while (self._state.waiting or self._state.under_way) and self._state.workers and time.monotonic() < end:
            await asyncio.sleep(0.02)
        self._state.stopping = True
        for worker in list(self._state.workers):
            worker.kill()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for entry in self._state.waiting:
            if not entry.future.done():
                entry.future.set_exception(Lost())
