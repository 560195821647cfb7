"""The loop: looks at a source, answers what is new, acts, and says what happens."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import torch

from miwake.files import WriteError
from miwake.look.text import Language
from miwake.look.words import told
from miwake.prediction import Predictor, Unreadable
from miwake.types import Note, Prediction
from miwake.watching.choosing import act_on
from miwake.watching.drift import Drift
from miwake.watching.events import Acted, Arrival, Event, Happening, Sighting, Summary
from miwake.watching.keeping import Keeper
from miwake.watching.log import Log
from miwake.watching.measures import DISTANCE, SEEN, distances, seen
from miwake.watching.reference import Reference, features
from miwake.watching.running import Ended, Runner

_BUSY = 4
"""While pictures wait, so many of them pass for each one that is held against training."""
_NOD = 0.2
"""Seconds between two looks whether it is to end."""
_SAID = 200
"""Characters of what a command printed that are told."""


class Source(Protocol):
    """Where pictures come from; `Folder` or `Camera`."""

    name: str
    apart: float
    """Seconds between two pictures that are held against training at least."""

    @property
    def pause(self) -> float:
        """Seconds until the next look."""

    @property
    def more(self) -> bool:
        """Whether pictures wait."""

    def look(self) -> tuple[list[Arrival], list[Happening]]:
        """New pictures, and what happened to the source."""

    def settled(self, arrival: Arrival, readable: bool) -> bool:
        """Whether an answer is final; a file that cannot be read may still be on its way."""

    def close(self) -> None:
        """Give it back."""


@dataclass(frozen=True, kw_only=True)
class Acting:
    """What is done about answers."""

    runner: Runner
    labels: frozenset[str] | None
    threshold: float


class Watching:
    """Answers new pictures until it is stopped; iterate to watch, once.

    Args:
        source: where pictures come from.
        predictor: opened.
        acting: which command is run for which answers, if any.
        log: of everything, if any.
        keeper: of a camera's pictures, if any.
        reference: what the training pictures are like, if that is known.
        apart: pictures between two false warnings of a change, at least, on average.
        max_pixels: larger pictures are refused.
        lang: language of what is wrong with a picture.
        json: how it is to be shown.
        wake: set by whoever has something to look at; ends a pause.
        notes: to be said at the beginning.
    """

    def __init__(
        self,
        source: Source,
        predictor: Predictor,
        *,
        acting: Acting | None,
        log: Log | None,
        keeper: Keeper | None,
        reference: Reference | None,
        apart: int,
        max_pixels: int,
        lang: Language,
        json: bool,
        wake: threading.Event,
        notes: Sequence[Note] = (),
    ) -> None:
        self.source, self.predictor, self.task = source, predictor, predictor.task
        self.acting, self.log, self.keeper, self.reference = acting, log, keeper, reference
        self.drift = None if reference is None else Drift(reference.values, apart)
        self.max_pixels, self.lang, self.json, self.notes = max_pixels, lang, json, tuple(notes)
        self.summary = Summary()
        self._wake, self._stops = wake, 0
        self._drifted, self._passed = -float("inf"), 0
        self._keep_fails = False
        self._later: list[Happening] = []
        """What is to be said after the answer."""
        self._events = self._watch()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stop(self, *, now: bool = False) -> None:
        """End when what is under way is done, commands too; `now` ends these. May be called by signals and threads."""
        # no lock is taken: a signal may come while this very thread holds it
        self._stops = 2 if now else max(1, self._stops)

    def close(self) -> None:
        """End, and give everything back."""
        self.stop()
        self._events.close()
        # a generator that was never begun has nothing to clear up
        self._give_back()

    def _give_back(self) -> None:
        self.source.close()
        if self.log is not None:
            self.log.close()

    # -- the loop ------------------------------------------------------------------------------------------------------

    def _watch(self) -> Generator[Event, None, None]:
        began = time.monotonic()
        shape = self.predictor.header.preprocessing
        # the first answer takes longer than the others: nobody waits for this one
        list(self.predictor.predict([np.zeros((*shape.stored, shape.channels), np.uint8)]))
        told = False
        try:
            yield from self._written(self._happened("started", source=self.source.name))
            while not self._stops:
                self._wake.clear()
                yield from self._once()
                if not self.source.more:
                    self._pause(self.source.pause)
            yield from self._finish()
            told = True
            yield from self._written(self._end(began))
        finally:
            if not told:
                # whoever looked has gone; the log tells the rest
                for event in self._finish():
                    del event
                for event in self._written(self._end(began)):
                    del event
            self._give_back()

    def _pause(self, seconds: float) -> None:
        """Wait, but not when there is something to look at, nor for long when it is to end."""
        end = time.monotonic() + seconds
        while not self._stops and (left := end - time.monotonic()) > 0:
            if self._wake.wait(min(left, _NOD)):
                return

    def _finish(self) -> Generator[Event, None, None]:
        """Wait for the commands that are under way."""
        if self.acting is not None:
            self.acting.runner.finish(lambda: self._stops > 1)
        yield from self._commands()

    def _end(self, began: float) -> Happening:
        self.summary.seconds = time.monotonic() - began
        return self._happened("ended", **_plain(self.summary))

    def _once(self) -> Generator[Event, None, None]:
        arrivals, happened = self.source.look()
        for each in happened:
            yield from self._written(each)
        if arrivals:
            settled = list(self._answered(arrivals))
            for event in settled:
                yield from self._written(event[1])
            for arrival, _ in settled:
                yield from self._held_against(arrival)
        yield from self._commands()

    def _answered(self, arrivals: Sequence[Arrival]) -> Generator[tuple[Arrival, Sighting], None, None]:
        there = [arrival.content for arrival in arrivals if not isinstance(arrival.content, Note)]
        answers = self.predictor.predict(there, max_pixels=self.max_pixels, lang=self.lang)
        for arrival in arrivals:
            answer: Prediction | Unreadable
            if isinstance(arrival.content, Note):
                answer = Unreadable(arrival.path, told(arrival.content, self.lang))
            else:
                answer = next(answers)
            readable = isinstance(answer, Prediction)
            if not self.source.settled(arrival, readable):
                continue
            yield arrival, self._seen(arrival, dataclasses.replace(answer, path=arrival.path))

    def _seen(self, arrival: Arrival, answer: Prediction | Unreadable) -> Sighting:
        self.summary.pictures += 1
        acted: Acted = ""
        path = arrival.path
        if isinstance(answer, Unreadable):
            self.summary.unreadable += 1
        else:
            self.summary.labels[answer.label] += 1
            acted, path = self._act(arrival, answer)
        seconds = time.monotonic() - arrival.since
        return Sighting(path=path, shown=arrival.shown, answer=answer, time=time.time(), seconds=seconds, acted=acted)

    # -- acting --------------------------------------------------------------------------------------------------------

    def _act(self, arrival: Arrival, answer: Prediction) -> tuple[Acted, str]:
        """Run the command, if the answer asks for it; what became of that, and the picture's path."""
        acting = self.acting
        found = None if acting is None else act_on(answer, self.task, acting.labels, acting.threshold)
        if acting is None or found is None:
            return "", arrival.path
        label, probability = found
        acted, path = acting.runner.refuses(), arrival.path
        if not acted:
            path = self._kept(arrival, label)
            acted = acting.runner.start(label, path, probability)
        if acted == "started":
            self.summary.commands += 1
        elif acted in ("held", "busy"):
            self.summary.held += 1
        return acted, path

    def _kept(self, arrival: Arrival, label: str) -> str:
        if self.keeper is None or not isinstance(arrival.content, np.ndarray):
            return arrival.path
        try:
            place = str(self.keeper.keep(arrival.content, label))
        except (WriteError, OSError) as error:
            said = error.found if isinstance(error, WriteError) else str(error)
            if not self._keep_fails:
                self._later.append(self._happened("keep-stopped", folder=str(self.keeper.folder), said=said))
            self._keep_fails = True
            return arrival.path
        self._keep_fails = False
        return place

    def _commands(self) -> Generator[Event, None, None]:
        """What became of commands."""
        while self._later:
            yield from self._written(self._later.pop(0))
        for ended in [] if self.acting is None else self.acting.runner.ended():
            if not ended.well:
                self.summary.failed += 1
            yield from self._written(_ended(ended))

    # -- drift ---------------------------------------------------------------------------------------------------------

    def _held_against(self, arrival: Arrival) -> Generator[Event, None, None]:
        """Hold a picture against training, after it was answered."""
        now = time.monotonic()
        self._passed += 1
        if self.drift is None or self.reference is None or now - self._drifted < self.source.apart:
            return
        if isinstance(arrival.content, Note) or (self.source.more and self._passed < _BUSY):
            return
        stored = self.predictor.load(arrival.content, max_pixels=self.max_pixels, lang=self.lang)
        if isinstance(stored, Unreadable):
            return
        self._drifted, self._passed = now, 0
        pictures = torch.from_numpy(stored)[None].permute(0, 3, 1, 2)
        values = dict(zip((each.name for each in SEEN), seen(pictures)[0].tolist(), strict=True))
        if len(self.reference.bank):
            values[DISTANCE.name] = float(distances(features(self.predictor, pictures), self.reference.bank)[0])
        for each in self.drift.add(values):
            self.summary.drifts += each.kind == "drift"
            yield from self._written(each)

    # -- saying --------------------------------------------------------------------------------------------------------

    def _happened(self, kind: str, *, quiet: bool = False, **facts: Any) -> Happening:
        values = {name: value for name, value in facts.items() if isinstance(value, str | int | float)}
        return Happening(kind=kind, note=Note(f"watch.{kind}", values), time=time.time(), facts=facts, quiet=quiet)

    def _written(self, event: Event) -> Generator[Event, None, None]:
        """The event, once it is in the log; and that the log has stopped, or goes on."""
        if self.log is None:
            yield event
            return
        before = self.log.lost
        well = self.log.add(facts_of(event, self))
        yield event
        if not well and not before:
            yield self._happened("log-stopped", file=str(self.log.path), said=self.log.reason)
        elif well and before:
            yield self._happened("log-resumed", file=str(self.log.path), n=before)


def facts_of(event: Event, watching: Watching) -> dict[str, Any]:
    """An event as plain values, for a line of JSON."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(event.time)) + f".{int(event.time * 1000) % 1000:03}Z"
    if isinstance(event, Happening):
        return {"time": stamp, "event": event.kind, **event.facts}
    answer = event.answer
    if isinstance(answer, Unreadable):
        return {"time": stamp, "event": "unreadable", "path": event.path, "problem": answer.reason}
    facts = {"time": stamp, "event": "answer", "path": event.path, **watching.task.described(answer)}
    facts["seconds"] = round(event.seconds, 4)
    if event.acted:
        facts["command"] = event.acted
    return facts


def _ended(ended: Ended) -> Happening:
    facts = {
        "label": ended.label,
        "path": ended.path,
        "code": ended.code,
        "seconds": round(ended.seconds, 3),
        "timed_out": ended.timed_out,
        "said": ended.said,
    }
    lines = ended.said.splitlines()
    values = {"picture": PurePath(ended.path).name, "said": lines[-1][:_SAID] if lines else "–"}
    if ended.timed_out:
        kind, key = "command-failed", "watch.command.late"
        values["seconds"] = f"{ended.seconds:.1f}"
    elif ended.code is None:
        kind, key = "command-failed", "watch.command.unstarted"
    else:
        kind, key = "command-ended" if ended.well else "command-failed", "watch.command.ended"
        values["code"] = f"{ended.code}"
    return Happening(kind=kind, note=Note(key, values), time=time.time(), facts=facts, quiet=ended.well)


def _plain(summary: Summary) -> dict[str, Any]:
    facts = dataclasses.asdict(summary)
    facts["labels"] = {"" if name is None else name: count for name, count in summary.labels.items()}
    facts["seconds"] = round(summary.seconds, 1)
    return facts
