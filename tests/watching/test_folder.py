"""Which files of a folder are new pictures."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.errors import UsageError
from miwake.look.words import told
from miwake.watching import folder as room
from miwake.watching.config import WatchOptions
from miwake.watching.folder import Folder
from miwake.watching.whole import ends_well


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Watched:
    """A folder that is looked at, and what was answered so far."""

    def __init__(self, folder: Path, clock: Clock, **options: object) -> None:
        self.clock = clock
        self.folder = Folder(folder, WatchOptions(**options), clock)  # type: ignore[arg-type]
        self.happened: list[str] = []

    def look(self, times: int = 1, pause: float = 0.1) -> list[tuple[str, bytes]]:
        """What is answered in so many looks; files that cannot be read count when that is said."""
        answered = []
        for _ in range(times):
            self.clock.now += pause
            arrivals, happened = self.folder.look()
            self.happened += [each.kind for each in happened]
            for arrival in arrivals:
                data = b""
                if isinstance(arrival.content, bytes):
                    with contextlib.suppress(BadPicture):
                        decode(arrival.content, channels=3)
                        data = arrival.content
                else:
                    self.happened.append(told(arrival.content, "en"))  # type: ignore[arg-type]
                if self.folder.settled(arrival, bool(data)):
                    answered.append((arrival.shown, data))
        return answered

    def rest(self) -> list[tuple[str, bytes]]:
        """What is answered when nothing happens any more."""
        return self.look(30, 0.5)


def test_new_pictures_are_answered_at_once_and_once(encoded, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "old.png").write_bytes(encoded(0))
    watched = Watched(tmp_path, clock)
    assert watched.rest() == []
    (tmp_path / "new.png").write_bytes(encoded(1))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "other.jpg").write_bytes(encoded(2, "JPEG"))
    assert sorted(watched.look()) == [("below/other.jpg", encoded(2, "JPEG")), ("new.png", encoded(1))]
    assert watched.rest() == []


def test_pictures_that_are_there_are_answered_if_asked_for(encoded, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "old.png").write_bytes(encoded(0))
    assert Watched(tmp_path, clock, existing=True).look() == [("old.png", encoded(0))]


def test_a_half_written_file_waits_until_it_is_whole(encoded, tmp_path: Path, clock: Clock) -> None:
    watched, data = Watched(tmp_path, clock), encoded(1)
    with (tmp_path / "new.png").open("wb", buffering=0) as file:
        for part in (data[:10], data[10:200], data[200:-60]):
            file.write(part)
            assert watched.look(8, 0.5) == []
            assert not watched.folder.more  # or it would be looked at without a pause
        file.write(data[-60:])
    assert watched.look() == [("new.png", data)]


def test_a_file_whose_room_was_set_aside_waits(encoded, tmp_path: Path, clock: Clock) -> None:
    watched, data = Watched(tmp_path, clock), encoded(1)
    with (tmp_path / "new.png").open("wb", buffering=0) as file:
        file.write(bytes(len(data)))
        assert watched.look(5, 0.5) == []
        file.seek(0)
        file.write(data[:300])
        assert watched.look(5, 0.5) == []
        file.write(data[300:])
    assert watched.look(6, 0.5) == [("new.png", data)]


def test_a_file_without_an_end_must_lie_still(encoded, tmp_path: Path, clock: Clock) -> None:
    watched, data = Watched(tmp_path, clock, settle=1.0), encoded(1, "BMP")
    (tmp_path / "new.bmp").write_bytes(data)
    assert watched.look(8) == []
    assert watched.look(8) == [("new.bmp", data)]


def test_what_is_no_picture_is_said_once_and_may_become_one(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock, patience=3.0)
    (tmp_path / "new.png").write_bytes(b"no picture at all, and long enough")
    assert watched.look(5, 0.5) == []
    assert watched.rest() == [("new.png", b"")]
    assert watched.rest() == []
    (tmp_path / "new.png").write_bytes(encoded(1))
    assert watched.rest() == [("new.png", encoded(1))]


def test_a_picture_written_over_another_counts_once(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock)
    for number in (1, 2):
        (tmp_path / "latest.png").write_bytes(encoded(number))
        assert watched.rest() == [("latest.png", encoded(number))]
    (tmp_path / "aside.png.part").write_bytes(encoded(3))
    (tmp_path / "aside.png.part").rename(tmp_path / "latest.png")
    assert watched.rest() == [("latest.png", encoded(3))]
    (tmp_path / "latest.png").touch()
    (tmp_path / "latest.png").write_bytes(encoded(3))
    assert watched.rest() == []


def test_while_it_is_written_over_the_old_end_does_not_count(encoded, tmp_path: Path, clock: Clock) -> None:
    """The new picture's beginning before the old one's end would be decoded as a picture that nobody took."""
    watched, old, new = Watched(tmp_path, clock), encoded(1, "JPEG"), encoded(2, "JPEG")
    place = tmp_path / "latest.jpg"
    place.write_bytes(old)
    assert watched.look() == [("latest.jpg", old)]
    clock.now += 5
    with place.open("r+b", buffering=0) as file:
        half = min(len(old), len(new)) // 2
        file.write(new[:half])
        assert watched.look() == []
        file.write(new[half:])
        file.truncate()
        os.utime(place, ns=(1, 1))
        assert watched.look() == []
    assert watched.look(3) == [("latest.jpg", new)]


def test_a_renamed_picture_is_not_answered_again(encoded, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "old.png").write_bytes(encoded(0))
    watched = Watched(tmp_path, clock)
    (tmp_path / "new.png").write_bytes(encoded(1))
    assert len(watched.look()) == 1
    (tmp_path / "done").mkdir()
    for name in ("old.png", "new.png"):
        (tmp_path / name).rename(tmp_path / "done" / f"{name}.1.png")
    assert watched.rest() == []


def test_a_copy_is_a_new_picture(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock)
    (tmp_path / "one.png").write_bytes(encoded(1))
    assert len(watched.rest()) == 1
    shutil.copy(tmp_path / "one.png", tmp_path / "two.png")
    assert watched.rest() == [("two.png", encoded(1))]


@pytest.mark.parametrize("how", ["renamed", "copied anew"])
def test_the_folder_may_be_removed_and_put_back(how: str, encoded, tmp_path: Path, clock: Clock) -> None:
    folder, away = tmp_path / "in", tmp_path / "away"
    folder.mkdir()
    (folder / "old.png").write_bytes(encoded(0))
    watched = Watched(folder, clock)
    (folder / "new.png").write_bytes(encoded(1))
    assert len(watched.look()) == 1
    folder.rename(away)
    assert watched.rest() == []
    assert watched.happened == ["source-gone"]
    if how == "renamed":
        away.rename(folder)
    else:
        folder.mkdir()
        for file in sorted(away.iterdir()):
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "third.png").write_bytes(encoded(2))
    assert watched.rest() == [("third.png", encoded(2))]
    assert watched.happened == ["source-gone", "source-back"]


def test_a_drive_that_is_empty_for_a_while_is_known_again(encoded, tmp_path: Path, clock: Clock) -> None:
    """What lies below a mount point is not there while the drive is not."""
    folder, away = tmp_path / "in", tmp_path / "away"
    for each in (folder, away):
        each.mkdir()
    (folder / "old.png").write_bytes(encoded(0))
    watched = Watched(folder, clock)
    shutil.move(folder / "old.png", away)
    assert watched.rest() == []
    shutil.move(away / "old.png", folder)
    assert watched.rest() == []


def test_names_that_are_no_pictures_are_left_alone(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock)
    for name in (".hidden.png", "a.png.part", "b.jpg.crdownload", "notes.txt", "c.png~"):
        (tmp_path / name).write_bytes(encoded(1))
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    assert watched.rest() == []


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock, patience=1.0)
    with (tmp_path / "new.png").open("wb") as file:
        file.truncate(room.MAX_BYTES + 1_000_000)
    assert watched.rest() == [("new.png", b"")]
    assert watched.happened[-1] == "501 MB, more than 500 MB"


def test_the_log_is_no_picture(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock, log=str(tmp_path / "log"))
    for name in ("log", "log.1", "log.2"):
        (tmp_path / name).write_bytes(b"{}" * 20)
    (tmp_path / "log.png").write_bytes(encoded(1))
    assert watched.rest() == [("log.png", encoded(1))]


def test_many_are_given_out_in_parts_the_oldest_first(
    encoded, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, opened = Watched(tmp_path, clock), [0]
    for number in range(40):
        (tmp_path / f"{number:02}.png").write_bytes(encoded(number))
        os.utime(tmp_path / f"{number:02}.png", (1000 - number, 1000 - number))

    def count(path: Path) -> bool:
        opened[0] += 1
        return ends_well(path)

    monkeypatch.setattr(room, "ends_well", count)
    found = [watched.look() for _ in range(3)]
    assert [len(each) for each in found] == [16, 16, 8]
    assert [name for part in found for name, _ in part] == [f"{number:02}.png" for number in reversed(range(40))]
    assert not watched.folder.more
    assert opened[0] <= 42  # not all of them at each look


def test_any_name_will_do(encoded, tmp_path: Path, clock: Clock) -> None:
    watched = Watched(tmp_path, clock)
    names = ["-rf.png", "a b.png", "new\nline.png", "$(touch x).png", "猫.png", os.fsdecode(b"\xff\xfe.png"), "none"]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(encoded(number))
    assert sorted(name for name, _ in watched.rest()) == sorted(names)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        Folder(tmp_path / "nowhere", WatchOptions(), clock)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["write", "replace", "touch", "rename", "delete", "away", "look"]),
        st.sampled_from("abc"),
        st.sampled_from("abc"),
    ),
    max_size=14,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(operations=OPERATIONS)
def test_whatever_happens_each_picture_counts_once(encoded, operations: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as below:
        folder, clock, number, answered = Path(below) / "in", Clock(), 0, Counter[bytes]()
        folder.mkdir()
        watched = Watched(folder, clock)
        expected = Counter[bytes]()
        for what, name, other in operations:
            place = folder / f"{name}.png"
            if what in ("write", "replace"):
                number += 1
                data = encoded(number)
                expected[data] += 1
                if what == "replace":
                    (folder / "x.part").write_bytes(data)
                    (folder / "x.part").rename(place)
                else:
                    place.write_bytes(data)
            elif what == "away":
                folder.rename(Path(below) / "away")
                watched.look(2)
                (Path(below) / "away").rename(folder)
            elif place.exists():
                if what == "touch":
                    place.touch()
                elif what == "delete":
                    place.unlink()
                elif what == "rename":
                    place.rename(folder / f"{other}.png")
            answered.update(data for _, data in watched.look(4, 0.6))
        assert answered == expected
