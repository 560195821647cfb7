"""A folder into which pictures come, looked at again and again.

The system's own notices of changes (inotify and the like) say nothing of what other computers do on a network drive,
nor of a folder that is removed and put back; looking does, everywhere, and what it costs is bounded.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from miwake.data.folder import may_be_picture
from miwake.errors import UsageError
from miwake.types import Note
from miwake.watching.config import WatchOptions
from miwake.watching.events import Arrival, Happening
from miwake.watching.whole import ends_well

MAX_BYTES = 500_000_000
"""A larger file is no picture to be read into memory."""
_REMEMBERED = 300_000
"""Pictures that are gone and would be known again."""
_FULL = 1.0
"""Seconds between two looks at the sizes and times of files that are known by name."""
_SHARE = 4
"""Times as long as a look takes that is waited until the next."""
_AT_ONCE = 16
_AT_ONCE_BYTES = 64_000_000
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Endings under which programs write files that they rename when these are whole."""


@dataclass(frozen=True, slots=True)
class _Stat:
    size: int
    changed: int
    inode: tuple[int, int]

    @classmethod
    def of(cls, found: os.stat_result) -> _Stat:
        return cls(found.st_size, found.st_mtime_ns, (found.st_dev, found.st_ino))


@dataclass(slots=True)
class _Known:
    """A picture that was answered, or was there before."""

    stat: _Stat
    digest: bytes | None = None
    """SHA-256 of its bytes; None where they were never read."""


@dataclass(slots=True)
class _Waiting:
    """A file that is not known, or has changed."""

    stat: _Stat
    since: float
    replaced: bool
    still: bool = False
    """Whether two looks found the same."""
    tries: int = 0
    again: float = 0.0
    """When it is worth another try."""
    digest: bytes | None = None


class _Gone:
    """Pictures that were there, so that they are known again under another name or when the folder is put back."""

    def __init__(self) -> None:
        self._by_path: dict[str, tuple[_Known, bool]] = {}
        self._by_digest: dict[bytes, str] = {}
        self._by_stat: dict[_Stat, str] = {}

    def add(self, path: str, known: _Known, with_folder: bool) -> None:
        """Remember one that is gone, alone or with its folder."""
        self.forget(path)
        self._by_path[path] = (known, with_folder)
        self._by_stat[known.stat] = path
        if known.digest is not None:
            self._by_digest[known.digest] = path
        while len(self._by_path) > _REMEMBERED:
            self.forget(next(iter(self._by_path)))

    def forget(self, path: str) -> None:
        """It is there again, or was long ago."""
        known, _ = self._by_path.pop(path, (None, False))
        if known is None:
            return
        if self._by_stat.get(known.stat) == path:
            del self._by_stat[known.stat]
        if known.digest is not None and self._by_digest.get(known.digest) == path:
            del self._by_digest[known.digest]

    def find(self, path: str, stat: _Stat) -> tuple[str, _Known] | None:
        """The one that a file is, by what the folder says of it."""
        known, with_folder = self._by_path.get(path, (None, False))
        if known is not None:
            same = (known.stat.size, known.stat.changed) == (stat.size, stat.changed)
            if same or (with_folder and known.stat.size == stat.size):
                return path, known
        old = self._by_stat.get(stat)
        return None if old is None else (old, self._by_path[old][0])

    def with_digest(self, digest: bytes) -> str | None:
        """The path under which these bytes were known."""
        return self._by_digest.get(digest)


class Folder:
    """Pictures as they come into a folder and those below it.

    Args:
        folder: to be watched; its pictures count as known unless `existing` asks for them.
        options: how often it looks, and how long it waits.

    Raises:
        UsageError: there is no such folder.
    """

    apart = 0.0
    """Seconds between two pictures that are held against training: every one counts."""

    def __init__(self, folder: Path, options: WatchOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.options, self.clock = folder.absolute(), options, clock
        self.name = str(folder)
        self._known: dict[str, _Known] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._offered: dict[str, str] = {}
        self._gone, self._absent, self._more = _Gone(), False, False
        self._log = _below(options.log, self.folder)
        self._looked = self._took = self._full = 0.0
        files = self._list()
        if files is None:
            raise UsageError(
                f"There is no folder {folder} that can be read.",
                expected="a folder into which pictures come, or --camera 0 with the run alone",
                todo=f"check the path, or make it: mkdir {folder}",
            )
        if not options.existing:
            found = {path: _stat(entry) for path, entry in files.items()}
            self._known = {path: _Known(stat) for path, stat in found.items() if stat is not None}

    @property
    def pause(self) -> float:
        """Seconds until the next look: looking takes about a fifth of the time at most."""
        return max(self.options.interval, _SHARE * self._took)

    @property
    def more(self) -> bool:
        """Whether the last look gave fewer pictures than are waiting."""
        return self._more

    def close(self) -> None:
        """Nothing is held open."""

    # -- looking -------------------------------------------------------------------------------------------------------

    def look(self) -> tuple[list[Arrival], list[Happening]]:
        """Pictures that are whole and were not answered yet, and what happened to the folder."""
        started = self.clock()
        files = self._list()
        happened: list[Happening] = []
        if files is None:
            if not self._absent:
                self._absent = True
                self._leave(list(self._known), with_folder=True)
                self._waiting.clear()
                happened.append(self._said("gone"))
            return [], happened
        if self._absent:
            self._absent = False
            happened.append(self._said("back"))
        self._leave([path for path in self._known if path not in files], with_folder=False)
        for path in [path for path in self._waiting if path not in files]:
            del self._waiting[path]
        if self._notice(files, started):
            self._full = self.clock() - started
        else:
            self._took = self.clock() - started
        return self._ready(), happened

    def _said(self, state: str) -> Happening:
        return Happening(
            kind=f"source-{state}",
            note=Note(f"watch.folder.{state}", {"folder": self.name}),
            time=time.time(),
            facts={"source": self.name},
        )

    def _leave(self, paths: list[str], *, with_folder: bool) -> None:
        for path in paths:
            self._gone.add(path, self._known.pop(path), with_folder)

    def _list(self) -> dict[str, os.DirEntry[str]] | None:
        """Files that may be pictures, by their paths below the folder; None where that is not there."""
        found: dict[str, os.DirEntry[str]] = {}
        below = [""]
        while below:
            inside = below.pop()
            try:
                with os.scandir(self.folder / inside) as entries:
                    for entry in entries:
                        name = entry.name
                        if entry.is_dir(follow_symlinks=False):
                            if not name.startswith("."):
                                below.append(f"{inside}{name}/")
                        elif (
                            may_be_picture(name)
                            and not name.lower().endswith(_UNFINISHED)
                            and not self._of_log(inside + name)
                        ):
                            found[inside + name] = entry
            except OSError:
                # a folder below may go at any moment
                if not inside:
                    return None
        return found

    def _of_log(self, path: str) -> bool:
        """Whether a file is the log, or one before it."""
        if not self._log or not path.startswith(self._log):
            return False
        rest = path[len(self._log) :]
        return not rest or (rest[0] == "." and rest[1:].isdecimal())

    def _notice(self, files: dict[str, os.DirEntry[str]], now: float) -> bool:
        """Which files are new or have changed since the last look; whether sizes and times of all were looked at."""
        full = now - self._looked >= max(_FULL, 5 * _SHARE * self._full)
        if full:
            self._looked = now
        for path, entry in files.items():
            known, waiting = self._known.get(path), self._waiting.get(path)
            if known is not None and waiting is None and not full:
                continue
            stat = _stat(entry)
            if stat is None:
                continue
            if waiting is not None:
                waiting.still = stat == waiting.stat
                if not waiting.still:
                    waiting.stat, waiting.since, waiting.tries, waiting.again = stat, now, 0, 0.0
            elif known is not None:
                if (stat.size, stat.changed) != (known.stat.size, known.stat.changed) or (
                    known.digest is not None and stat.inode != known.stat.inode
                ):
                    self._waiting[path] = _Waiting(stat, now, replaced=True)
            elif not self._known_again(path, stat):
                self._waiting[path] = _Waiting(stat, now, replaced=False)
        return full

    def _known_again(self, path: str, stat: _Stat) -> bool:
        """Whether a file is one that was known before, renamed or put back."""
        found = self._gone.find(path, stat)
        if found is None:
            return False
        self._gone.forget(found[0])
        self._known[path] = _Known(stat, found[1].digest)
        return True

    # -- giving out ----------------------------------------------------------------------------------------------------

    def _ready(self) -> list[Arrival]:
        """Some of those that can be tried now, the oldest first."""
        now, room, self._more = self.clock(), _AT_ONCE_BYTES, False
        arrivals: list[Arrival] = []
        waiting = sorted(self._waiting, key=lambda path: (self._waiting[path].stat.changed, path))
        for path in waiting:
            wait = self._waiting[path]
            if len(arrivals) == _AT_ONCE or (arrivals and wait.stat.size > room):
                self._more = True
                break
            if wait.again > now or not self._may_be_whole(path, wait, now):
                continue
            arrival = self._read(path)
            if arrival is not None:
                room -= wait.stat.size
                arrivals.append(arrival)
        return arrivals

    def _may_be_whole(self, path: str, wait: _Waiting, now: float) -> bool:
        if now - wait.since >= self.options.settle and wait.still:
            return True
        if wait.replaced and not wait.still:
            # what is written over an old picture has the old one's end
            return False
        try:
            return wait.stat.size > 0 and ends_well(self.folder / path)
        except OSError:
            return False

    def _read(self, path: str) -> Arrival | None:
        wait, place = self._waiting[path], self.folder / path
        content: bytes | Note = Note("watch.large", {"mb": wait.stat.size // 10**6, "limit": MAX_BYTES // 10**6})
        if wait.stat.size <= MAX_BYTES:
            try:
                content = place.read_bytes()
                if _Stat.of(place.stat()) != wait.stat:
                    return None
            except OSError as error:
                content = Note("bad.system", {"said": error.strerror})
        wait.digest = hashlib.sha256(content).digest() if isinstance(content, bytes) else None
        if wait.digest is not None and self._same(path, wait.digest):
            self._settle(path)
            return None
        self._offered[str(place)] = path
        return Arrival(path=str(place), shown=path, content=content, since=wait.since)

    def _same(self, path: str, digest: bytes) -> bool:
        """Whether these bytes were answered before, here or under a name that is gone."""
        known = self._known.get(path)
        if known is not None and known.digest == digest:
            return True
        old = self._gone.with_digest(digest)
        if old is not None:
            self._gone.forget(old)
        return old is not None

    def _settle(self, path: str) -> None:
        wait = self._waiting.pop(path)
        self._gone.forget(path)
        self._known[path] = _Known(wait.stat, wait.digest)

    def settled(self, arrival: Arrival, readable: bool) -> bool:
        """Take note of an answer.

        Args:
            arrival: one of `look`.
            readable: whether the picture could be read.

        Returns:
            Whether that is final: a picture that cannot be read may still be on its way.
        """
        path = self._offered.pop(arrival.path)
        wait = self._waiting.get(path)
        if wait is None:
            return readable
        now = self.clock()
        if readable or now - wait.since >= self.options.patience:
            self._settle(path)
            return True
        wait.tries += 1
        wait.again = now + min(2.0, 0.1 * 2**wait.tries)
        return False


def _below(log: str | None, folder: Path) -> str:
    """The path of the log below a folder; empty where it lies elsewhere."""
    if log is None or not Path(log).absolute().is_relative_to(folder):
        return ""
    return Path(log).absolute().relative_to(folder).as_posix()


def _stat(entry: os.DirEntry[str]) -> _Stat | None:
    """What is known of a file; None for what is no file, or gone."""
    try:
        # on Windows a listing's own figures may be old, and hold no inode
        return _Stat.of(os.stat(entry.path)) if entry.is_file() else None  # noqa: PTH116
    except OSError:
        return None
