"""A run's time: how long it has taken, when to look up from the work, and where a time limit puts the end."""

from __future__ import annotations

import time

from miwake.training.schedule import Course

_TICK = 0.1  # seconds between two looks at the clock's consequences


class Clock:
    """Runs from when it is made; `earlier` is what the parts before took of a run that is gone on with."""

    def __init__(self) -> None:
        self.earlier = 0.0
        self.looking = 0.0
        """Seconds that going over the data once without gradients took."""
        self._started = self._ticked = self._saved = time.monotonic()
        self._pace = (0, 0.0)

    def elapsed(self) -> float:
        """Seconds of the whole run."""
        return self.earlier + time.monotonic() - self._started

    def due(self) -> bool:
        """Whether it is time to look up again; asked at every step, true ten times a second."""
        now = time.monotonic()
        if now - self._ticked < _TICK:
            return False
        self._ticked = now
        return True

    def unsaved(self) -> float:
        """Seconds since the last checkpoint."""
        return self._ticked - self._saved

    def saved(self) -> None:
        """A checkpoint has been written."""
        self._saved = time.monotonic()

    def begin_pace(self, step: int) -> None:
        """From this step of the course on, steps cost alike."""
        self._pace = (step, self.elapsed())

    def keep(self, course: Course, limit: float, *, passes: int, most: int, progressive: float) -> None:
        """Let a course end where the time does, see `Course.keep_to`.

        Args:
            course: that moves its end.
            limit: seconds of the whole run.
            passes: over the data without gradients that are still to come.
            most: the step to end at where there is time for all.
            progressive: share of training on smaller pictures.
        """
        step, seconds = self._pace
        now = self.elapsed()
        course.keep_to(
            limit - now - self.looking * passes,
            spent=now - seconds,
            steps=course.step - step,
            most=most,
            progressive=progressive,
        )
