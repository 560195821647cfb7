"""A camera, read by a thread of its own: always its newest picture, and opened again when it was unplugged."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.errors import MissingExtra, UsageError
from miwake.types import Note
from miwake.watching.config import WatchOptions
from miwake.watching.events import Arrival, Happening

_SILENT = 10.0
"""Seconds without a new picture after which a camera counts as gone. Some drivers, unplugged, wait for ever, and some
give the last picture again and again."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_PACE = 1 / 60
"""Seconds between two pictures at least: a video file would be read as quickly as the computer can."""


class _Reader(threading.Thread):
    """Keeps a camera's buffer empty, and hands over its newest picture when one is wanted."""

    def __init__(self, source: int | str, arrived: Callable[[], None]) -> None:
        super().__init__(name="miwake-camera", daemon=True)
        self._source, self._arrived = source, arrived
        self._lock = threading.Lock()
        self._picture: NDArray[np.uint8] | None = None
        self._left = threading.Event()
        self.wanted = threading.Event()
        self.opened = threading.Event()
        """Set when it is known whether it could be opened."""
        self.alive_at = time.monotonic()
        """When there was a new picture last."""
        self.ended = False

    def run(self) -> None:
        import cv2

        device: Any = cv2.VideoCapture(self._source)
        last = 0
        try:
            while device.isOpened() and not self._left.is_set():
                self.opened.set()
                began = time.monotonic()
                if not device.grab():
                    return
                if self.wanted.is_set():
                    whole, picture = device.retrieve()
                    if not whole or picture is None:
                        return
                    print_of = hash(picture.tobytes())
                    if print_of != last:
                        last = print_of
                        self._give(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
                self._left.wait(max(0.0, _PACE - (time.monotonic() - began)))
        finally:
            device.release()
            self.ended = True
            self.opened.set()
            self._arrived()

    def _give(self, picture: NDArray[np.uint8]) -> None:
        with self._lock:
            if self._left.is_set():
                return
            self._picture, self.alive_at = picture, time.monotonic()
        self.wanted.clear()
        self._arrived()

    def take(self) -> NDArray[np.uint8] | None:
        """The newest picture (H, W, 3) RGB, once."""
        with self._lock:
            picture, self._picture = self._picture, None
        return picture

    def leave(self) -> None:
        """It is not needed any more; a thread that hangs in a driver is left alone."""
        self._left.set()


class Camera:
    """Pictures of a camera, a stream or a video file.

    Args:
        source: number of a camera, or what OpenCV's `VideoCapture` opens: a device, an address, a file.
        options: how often a picture is taken.
        arrived: called, by another thread, when there is something to look at.

    Raises:
        MissingExtra: OpenCV is not installed.
        UsageError: the camera cannot be opened.
    """

    apart = 10.0
    """Seconds between two pictures that are held against training: those of one scene are nearly one picture."""
    pause = 0.05
    more = False

    def __init__(self, source: str | int, options: WatchOptions, arrived: Callable[[], None]) -> None:
        # OpenCV's own words about a camera that is not there; must be set before it is loaded
        os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
        if find_spec("cv2") is None:
            raise MissingExtra("--camera", "camera")
        text = str(source)
        self._source: int | str = int(text) if text.isdecimal() else text
        # an address may hold a password
        self.name = re.sub(r"(?<=://)[^/@\s]*@", "", text)
        self.options, self._arrived = options, arrived
        self._due, self._wait, self._again = 0.0, _FIRST_WAIT, 0.0
        self._there = True
        self._reader = self._open()
        self._reader.opened.wait(_SILENT)
        if self._reader.ended or not self._reader.opened.is_set():
            self._reader.leave()
            raise UsageError(
                f"The camera {self.name} cannot be opened.",
                expected="the number of a camera, 0 for the first, or a device, an address or a video file",
                todo="see that it is plugged in and that no other program uses it.",
            )

    def _open(self) -> _Reader:
        reader = _Reader(self._source, self._arrived)
        reader.start()
        return reader

    def look(self) -> tuple[list[Arrival], list[Happening]]:
        """The newest picture, where it is time for one, and whether the camera went or came back."""
        now = time.monotonic()
        happened: list[Happening] = []
        picture = self._reader.take()
        if picture is not None:
            self._due, self._wait = now + self.options.every, _FIRST_WAIT
            if not self._there:
                self._there = True
                happened.append(self._said("back"))
            stamp = time.strftime("%H:%M:%S", time.localtime()) + f".{int(time.time() * 1000) % 1000:03}"
            arrival = Arrival(path=f"camera:{self.name}", shown=stamp, content=picture, since=self._reader.alive_at)
            return [arrival], happened
        if self._reader.ended or now - self._reader.alive_at > _SILENT + self.options.every:
            if self._there:
                self._there = False
                happened.append(self._said("gone"))
            self._open_again(now)
        if now >= self._due:
            self._reader.wanted.set()
        return [], happened

    def _open_again(self, now: float) -> None:
        """Try again, each time after a longer wait."""
        if not self._again:
            self._reader.leave()
            self._again = now + self._wait
            self._wait = min(_LONGEST_WAIT, 2 * self._wait)
        elif now >= self._again:
            self._again = 0.0
            self._reader = self._open()

    def _said(self, state: str) -> Happening:
        return Happening(
            kind=f"source-{state}",
            note=Note(f"watch.camera.{state}", {"camera": self.name}),
            time=time.time(),
            facts={"source": self.name},
        )

    def settled(self, arrival: Arrival, readable: bool) -> bool:
        """A camera's picture does not get better by waiting."""
        return True

    def close(self) -> None:
        """Give the camera back."""
        self._reader.leave()
        self._reader.join(2.0)
