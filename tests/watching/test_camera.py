"""A camera, through OpenCV's own reader: a video file stands for it, which ends, vanishes and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from miwake.errors import UsageError
from miwake.watching import camera as room
from miwake.watching.camera import Camera
from miwake.watching.config import WatchOptions
from miwake.watching.events import Arrival

cv2 = pytest.importorskip("cv2", reason="needs the extra camera: pip install 'miwake[camera]'")


def write_video(file: Path, levels: list[int]) -> None:
    """A picture of one colour for each level: red at it, the others dark."""
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for level in levels:
        frame = np.zeros((48, 64, 3), np.uint8)
        frame[..., 2] = level  # OpenCV's order is blue, green, red
        writer.write(frame)
    writer.release()


def until(camera: Camera, enough: Callable[[list[Arrival], list[str]], bool]) -> tuple[list[Arrival], list[str]]:
    arrivals: list[Arrival] = []
    happened: list[str] = []
    end = time.monotonic() + 60
    while not enough(arrivals, happened) and time.monotonic() < end:
        found, said = camera.look()
        arrivals += found
        happened += [each.kind for each in said]
        time.sleep(0.005)
    return arrivals, happened


@pytest.fixture
def video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(room, "_FIRST_WAIT", 0.05)
    file = tmp_path / "film.avi"
    write_video(file, list(range(100, 160, 2)))
    return file


def test_pictures_are_red_green_blue_and_the_newest(video: Path) -> None:
    camera = Camera(str(video), WatchOptions(every=0), lambda: None)
    arrivals, _ = until(camera, lambda found, _: len(found) >= 3)
    camera.close()
    for arrival in arrivals:
        assert isinstance(arrival.content, np.ndarray)
        assert arrival.content.shape == (48, 64, 3)
        assert arrival.content.dtype == np.uint8
        assert arrival.content[..., 0].mean() > 90
        assert arrival.content[..., 1:].mean() < 30
    reds = [float(arrival.content[..., 0].mean()) for arrival in arrivals]  # type: ignore[index]
    assert reds == sorted(reds)


def test_a_camera_that_is_gone_is_said_once_and_comes_back(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(str(video), WatchOptions(every=0), lambda: None)
    until(camera, lambda found, _: bool(found))
    away = video.rename(video.with_suffix(".away"))
    opened = [0]
    plain = Camera._open

    def count(self: Camera):
        opened[0] += 1
        return plain(self)

    monkeypatch.setattr(Camera, "_open", count)
    _, happened = until(camera, lambda _, said: opened[0] >= 3)
    assert happened == ["source-gone"]
    away.rename(video)
    arrivals, happened = until(camera, lambda found, _: bool(found))
    camera.close()
    assert arrivals
    assert happened == ["source-back"]


def test_the_waits_grow(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(str(video), WatchOptions(every=0), lambda: None)
    until(camera, lambda found, _: bool(found))
    video.unlink()
    opened: list[float] = []
    plain = Camera._open

    def note(self: Camera):
        opened.append(time.monotonic())
        return plain(self)

    monkeypatch.setattr(Camera, "_open", note)
    until(camera, lambda _, said: len(opened) >= 5)
    camera.close()
    waits = np.diff(opened)
    assert (waits[2:] > 1.5 * waits[1:-1]).all()


def test_the_same_picture_again_and_again_is_a_camera_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some drivers give the last picture for ever."""
    monkeypatch.setattr(room, "_SILENT", 0.5)
    file = tmp_path / "film.avi"
    write_video(file, [90] * 400)
    camera = Camera(str(file), WatchOptions(every=0), lambda: None)
    arrivals, happened = until(camera, lambda _, said: bool(said))
    camera.close()
    assert len(arrivals) == 1
    assert happened == ["source-gone"]


def test_a_camera_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("17", str(tmp_path / "nowhere.avi")):
        with pytest.raises(UsageError, match="cannot be opened"):
            Camera(name, WatchOptions(), lambda: None)


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Camera(f"file://me:secret@host{tmp_path}/nowhere.avi", WatchOptions(), lambda: None)
    assert "secret" not in str(caught.value)
    assert "file://host" in str(caught.value)
