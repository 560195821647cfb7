from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from miwake.data import cache, known
from miwake.data.cache import Stored, fill
from miwake.data.config import DataOptions
from miwake.data.decode import decode
from miwake.data.disk import cache_folder
from miwake.data.pictures import Pictures, open_pictures
from miwake.data.preprocess import load
from miwake.data.store import Store, clear, open_store, usage
from miwake.errors import DataError
from miwake.files import WriteError
from miwake.look.words import told
from miwake.types import Dataset, Note, Preprocessing

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
WAY = Preprocessing(size=(24, 20), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
OPTIONS = DataOptions()


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "cache"))
    # several chunks even for few pictures
    monkeypatch.setattr(cache, "_CHUNK_PICTURES", 8)
    monkeypatch.setattr(known, "_TICK", 0)


def picture(seed: int, height: int = 40, width: int = 48) -> NDArray[np.uint8]:
    cells = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))


def dataset(root: Path, paths: list[str] | None = None) -> Dataset:
    names = paths or sorted(path.name for path in root.iterdir())
    return Dataset(
        name="x",
        source="folder",
        root=root,
        task="classify",
        classes=("a",),
        paths=names,
        targets=np.zeros(len(names), np.int64),
        split=np.zeros(len(names), np.int8),
    )


def folder(root: Path, count: int) -> Dataset:
    root.mkdir()
    for number in range(count):
        Image.fromarray(picture(number)).save(root / f"{number:04}.png")
    return dataset(root)


def expected(data: Dataset, way: Preprocessing = WAY) -> NDArray[np.uint8]:
    return np.stack([load(data.file(row), way) for row in range(len(data))])


def filled(data: Dataset, way: Preprocessing = WAY) -> Stored:
    with closing(open_store(way)) as store:
        return fill(store, data, way, OPTIONS)


def held(stored: Stored, way: Preprocessing = WAY) -> NDArray[np.uint8]:
    with closing(open_store(way)) as store:
        found = np.empty((len(stored.slots), *store.shape), np.uint8)
        store.read(stored.slots.tolist(), found)
    return found


def in_child(work: Callable[[], None]) -> int:
    """Run in a forked process; its number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def ended_well(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def sound(data: Dataset, way: Preprocessing = WAY) -> None:
    """The index names each content once, and every slot holds the right pixels."""
    stored = filled(data, way)
    assert np.array_equal(held(stored, way), expected(data, way))
    with closing(open_store(way)) as store:
        where = store.folder
    with closing(sqlite3.connect(where / "index.sqlite")) as index:
        assert index.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        slots = [slot for (slot,) in index.execute("SELECT slot FROM pictures ORDER BY slot")]
    assert len(set(slots)) == len(slots)
    assert len(slots) >= len(set(stored.slots.tolist()))


# -- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ram", [0, 2**30])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_are_those_of_the_files(tmp_path: Path, ram: int, channels: int) -> None:
    data = folder(tmp_path / "photos", 20)
    way = replace(WAY, channels=channels, mean=(0.5,) * channels, std=(0.5,) * channels, crop=0.8, fit="crop")
    seen: list[tuple[int, int]] = []
    pictures, stored = open_pictures(data, way, OPTIONS, lambda done, total: seen.append((done, total)), ram=ram)
    assert pictures.in_memory == (ram > 0)
    assert (len(pictures), pictures.shape) == (20, (channels, *way.stored))
    rows = torch.tensor([7, 0, 19, 7])
    found = pictures.gather(rows)
    assert found.dtype == torch.uint8
    assert found.permute(0, 2, 3, 1).is_contiguous()
    assert np.array_equal(found.permute(0, 2, 3, 1).numpy(), expected(data, way)[rows.numpy()])
    assert pictures.gather(torch.tensor([], dtype=torch.int64)).shape == (0, channels, *way.stored)
    assert (stored.width.tolist(), stored.height.tolist()) == ([48] * 20, [40] * 20)
    assert stored.mode == ("RGB",) * 20
    assert seen == [(0, 20), (8, 20), (16, 20), (20, 20)]


def test_files_that_did_not_change_are_not_opened_again(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 12)
    opened: list[str] = []
    listening = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event == "open" and str(arguments[0]).startswith(str(data.root)):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    first = filled(data)
    assert len(opened) == 12
    again = filled(data)
    assert len(opened) == 12
    assert np.array_equal(first.slots, again.slots)
    assert np.array_equal(first.identity, again.identity)
    # and where they lie elsewhere they are read, but not decoded and stored again
    shutil.copytree(data.root, tmp_path / "moved")
    moved = filled(dataset(tmp_path / "moved"))
    assert np.array_equal(moved.slots, first.slots)
    listening = False


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 3)
    filled(data)
    other = io.BytesIO()
    Image.fromarray(picture(99)).save(other, "PNG")
    before = data.file(1).stat()
    data.file(1).write_bytes(other.getvalue())
    os.utime(data.file(1), ns=(before.st_atime_ns, before.st_mtime_ns))
    assert np.array_equal(held(filled(data)), expected(data))


def test_a_file_that_was_just_written_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    assert known.stat_key(path) is not None
    monkeypatch.setattr(known, "_TICK", 2_000_000_000)
    assert known.stat_key(path) is None
    assert known.stat_key(tmp_path / "gone.png") is None


def test_other_preprocessing_is_another_store(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 5)
    for way in (WAY, replace(WAY, size=(10, 10)), replace(WAY, fit="pad"), replace(WAY, interpolation="bicubic")):
        assert np.array_equal(held(filled(data, way), way), expected(data, way))
    assert len(usage()) == 4
    # mean and standard deviation are applied later
    filled(data, replace(WAY, mean=(0.1, 0.2, 0.3)))
    assert len(usage()) == 4


def test_only_the_rows_that_were_asked_for(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 6)
    with closing(open_store(WAY)) as store:
        stored = fill(store, data, WAY, OPTIONS, rows=np.array([4, 1]))
    assert (stored.slots >= 0).tolist() == [False, True, False, False, True, False]
    assert stored.bad == ()
    assert len(set(stored.identity.tolist())) == 6


def test_what_cannot_be_read_is_an_error_or_left_out(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 12)
    data.file(3).write_bytes(b"")
    data.file(5).write_text("no picture at all")
    data.file(11).write_bytes(data.file(10).read_bytes()[:500])
    with pytest.raises(DataError, match=r"3 pictures cannot be used:\n  0003\.png: empty file") as caught:
        open_pictures(data, WAY, OPTIONS)
    assert "--skip-bad" in str(caught.value)
    skipping = replace(OPTIONS, skip_bad=True)
    for ram in (0, 2**30):
        pictures, stored = open_pictures(data, WAY, skipping, ram=ram)
        assert stored.bad_rows.tolist() == [3, 5, 11]
        assert stored.bad[:2] == (("0003.png", Note("bad.empty")), ("0005.png", Note("bad.text")))
        assert stored.bad[2][1] == Note("bad.truncated")
        good = [row for row in range(12) if row not in (3, 5, 11)]
        for row in good:
            found = pictures.gather(torch.tensor([row]))[0].permute(1, 2, 0).numpy()
            assert np.array_equal(found, load(data.file(row), WAY))
        with pytest.raises(IndexError):
            pictures.gather(torch.tensor([2, 3]))
        with pytest.raises(IndexError):
            pictures.gather(torch.tensor([12]))


def test_a_limit_that_was_lowered_holds_for_stored_pictures(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 2)
    filled(data)
    with closing(open_store(WAY)) as store:
        stored = fill(store, data, WAY, DataOptions(max_pixels=1919))
    assert [told(reason) for _, reason in stored.bad] == ["48 × 40 pixels is over the limit of 1,919"] * 2


# -- which are the same ---------------------------------------------------------------------------------------------


def same(stored: Stored, data: Dataset) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for path, number in zip(data.paths, stored.identity.tolist(), strict=True):
        groups.setdefault(number, set()).add(path)
    return {frozenset(group) for group in groups.values() if len(group) > 1}


def test_equal_pixels_are_found_in_whatever_file(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    image = Image.fromarray(picture(1))
    for name, options in (("a.png", {}), ("b.bmp", {}), ("c.webp", {"lossless": True}), ("d.tiff", {})):
        image.save(root / name, **options)
    shutil.copy(root / "a.png", root / "e.png")
    almost = picture(1).copy()
    almost[0, 0, 0] ^= 1
    Image.fromarray(almost).save(root / "f.png")
    Image.fromarray(picture(2)).save(root / "g.png")
    Image.fromarray(picture(1).transpose(1, 0, 2)).save(root / "h.png")
    data = dataset(root)
    assert same(filled(data), data) == {frozenset(("a.png", "b.bmp", "c.webp", "d.tiff", "e.png"))}
    assert filled(data).identity[0] == 0


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("orientation", [1, 3])
def test_a_scaled_jpeg_and_the_png_made_of_it_are_the_same(tmp_path: Path, channels: int, orientation: int) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    exif = Image.Exif()
    exif[274] = orientation
    for number in range(3):
        Image.fromarray(picture(number, 320, 400)).save(root / f"{number}.jpg", exif=exif)
    whole = decode((root / "1.jpg").read_bytes(), channels=3)
    Image.fromarray(whole).save(root / "copy.png")
    whole = whole.copy()
    whole[7, 7] ^= 1
    Image.fromarray(whole).save(root / "almost.png")
    data = dataset(root)
    way = replace(WAY, channels=channels, mean=(0.5,) * channels, std=(0.5,) * channels)
    assert same(filled(data, way), data) == {frozenset(("1.jpg", "copy.png"))}
    # the second time the comparison is known
    assert same(filled(data, way), data) == {frozenset(("1.jpg", "copy.png"))}


def test_grey_pictures_of_the_same_look_are_compared_in_full(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    fine = np.indices((400, 400)).sum(axis=0) % 2 * 255
    for name, values in (("a.png", fine), ("b.png", 255 - fine), ("c.png", fine)):
        Image.fromarray(values.astype(np.uint8)).save(root / name, compress_level=1 if name == "c.png" else 6)
    data = dataset(root)
    stored = filled(data)
    stores = held(stored)
    assert np.array_equal(stores[0], stores[1])
    assert same(stored, data) == {frozenset(("a.png", "c.png"))}


# -- packed pictures ------------------------------------------------------------------------------------------------


def packed(count: int, *shape: int) -> Dataset:
    pixels = np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)
    pixels[3] = pixels[1]
    pixels.flags.writeable = False
    names = [f"train#{row}" for row in range(count)]
    return replace(dataset(Path(), names), source="idx", pixels=pixels)


def test_packed_pictures_of_the_right_size_are_used_as_they_are() -> None:
    data = packed(9, 24, 20, 3)
    pictures, stored = open_pictures(data, WAY, OPTIONS)
    assert data.pixels is not None
    assert np.array_equal(pictures.gather(torch.tensor([8, 2])).permute(0, 2, 3, 1).numpy(), data.pixels[[8, 2]])
    assert stored.identity.tolist() == [0, 1, 2, 1, 4, 5, 6, 7, 8]
    assert (len(pictures), stored.mode[0], stored.width[0], stored.height[0]) == (9, "RGB", 20, 24)
    assert usage() == []


@pytest.mark.parametrize("planes", [1, 9])
def test_packed_pictures_of_another_size_go_through_the_store(planes: int) -> None:
    data = packed(20, 28, 28, planes)
    way = Preprocessing(size=(14, 14), channels=planes, mean=(0.5,) * planes, std=(0.5,) * planes)
    pictures, stored = open_pictures(data, way, OPTIONS)
    assert data.pixels is not None
    wanted = np.stack([load(pixels, way) for pixels in data.pixels])
    assert np.array_equal(pictures.gather(torch.arange(20)).permute(0, 2, 3, 1).numpy(), wanted)
    assert stored.identity.tolist()[:5] == [0, 1, 2, 1, 4]
    assert usage()[0].pictures == 19


# -- runs at once, killed, without room -----------------------------------------------------------------------------


@needs_fork
def test_two_runs_that_fill_at_once_share_their_work(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 80)
    backwards = dataset(data.root, list(reversed(data.paths)))
    children = [in_child(lambda d=d: filled(d) and None) for d in (data, backwards, data)]  # type: ignore[misc]
    assert [ended_well(child) for child in children] == [True] * 3
    assert usage()[0].pictures == 80
    assert usage()[0].bytes >= 80 * 24 * 20 * 3
    assert (cache_folder() / "pictures" / usage()[0].name / "pictures.bin").stat().st_size == 80 * 24 * 20 * 3
    sound(data)


@needs_fork
def test_a_run_that_is_killed_leaves_nothing_wrong(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 600)
    random = np.random.default_rng()
    kills, counts = 0, []
    for _ in range(8):
        child = in_child(lambda: filled(data) and None)  # type: ignore[func-returns-value]
        time.sleep(float(random.uniform(0.005, 0.08)))
        os.kill(child, signal.SIGKILL)
        kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        counts.append(usage()[0].pictures if usage() else 0)
    assert kills > 0
    assert counts == sorted(counts)
    sound(data)


def test_what_a_killed_writer_left_behind_is_written_over(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 20)
    half = dataset(data.root, list(data.paths[:10]))
    filled(half)
    where = cache_folder() / "pictures" / usage()[0].name
    with (where / "pictures.bin").open("ab") as file:
        file.write(b"half a picture" * 33)
    # and one that stands in the way of the index: its pixels were written, its rows were not committed
    with closing(sqlite3.connect(where / "index.sqlite", isolation_level=None)) as index:
        index.execute("BEGIN IMMEDIATE")
        index.execute("UPDATE pictures SET slot = slot + 1000")
    sound(data)
    assert usage()[0].pictures == 20
    assert (where / "pictures.bin").stat().st_size == 20 * 24 * 20 * 3


@needs_fork
def test_a_run_goes_on_when_another_is_killed_while_it_writes_the_index(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 60)
    stored = filled(data)
    where = cache_folder() / "pictures" / usage()[0].name

    def die() -> None:
        index = sqlite3.connect(where / "index.sqlite", isolation_level=None)
        index.execute("PRAGMA cache_size = 1")
        index.execute("BEGIN IMMEDIATE")
        for number in range(2000):
            row = (number.to_bytes(32, "big"), 10_000 + number, 1, 1, "", "", 1, "", b"", None)
            index.execute("INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        os.kill(os.getpid(), signal.SIGKILL)

    with closing(open_store(WAY)) as store:
        assert not ended_well(in_child(die))
        assert (where / "index.sqlite-journal").stat().st_size > 0
        again = fill(store, data, WAY, OPTIONS)
    assert np.array_equal(again.slots, stored.slots)
    assert usage()[0].pictures == 60
    sound(data)


def _refused(data: Dataset, said: Path) -> Callable[[], None]:
    def work() -> None:
        try:
            filled(data)
        except WriteError as error:
            said.write_text(str(error), encoding="utf-8")

    return work


@needs_fork
def test_a_disk_that_becomes_full_is_named_and_does_no_harm(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 200)
    size = 24 * 20 * 3

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size * 100, resource.RLIM_INFINITY))
        _refused(data, tmp_path / "said.txt")()

    assert ended_well(in_child(limited))
    said = (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert str(cache_folder()) in said
    assert "File too large" in said
    assert f"{8 * size:,} bytes were to be written" in said
    assert usage()[0].pictures == 96
    assert (cache_folder() / "pictures" / usage()[0].name / "pictures.bin").stat().st_size == 96 * size
    sound(data)


@needs_fork
def test_a_disk_that_is_really_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        monkeypatch.setenv("MIWAKE_CACHE", str(disk / "cache"))
        data = folder(tmp_path / "photos", 400)
        assert ended_well(in_child(_refused(data, tmp_path / "said.txt")))
        said = (tmp_path / "said.txt").read_text(encoding="utf-8")
        assert "full" in said or "No space" in said
        assert str(disk / "cache") in said
        done = usage()[0].pictures
        assert 0 < done < 400
        sound(dataset(data.root, list(data.paths[:done])))
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        sound(data)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def _as_nobody(work: Callable[[], None]) -> Callable[[], None]:
    def job() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        work()

    return job


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@needs_fork
def test_a_folder_without_permission_is_named_and_a_filled_one_can_be_read(
    open_to_all: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIWAKE_CACHE", str(open_to_all / "cache"))
    data = folder(open_to_all / "photos", 10)
    half = dataset(data.root, list(data.paths[:5]))
    (open_to_all / "said").mkdir()
    (open_to_all / "said").chmod(0o777)
    (open_to_all / "cache").mkdir(mode=0o555)
    said = open_to_all / "said" / "1.txt"
    assert ended_well(in_child(_as_nobody(_refused(data, said))))
    assert "Permission denied" in said.read_text(encoding="utf-8")
    assert str(open_to_all / "cache") in said.read_text(encoding="utf-8")
    assert "MIWAKE_CACHE" in said.read_text(encoding="utf-8")

    (open_to_all / "cache").chmod(0o755)
    filled(half)
    for path in sorted((open_to_all / "cache").rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (open_to_all / "cache").chmod(0o555)

    def reads() -> None:
        assert np.array_equal(held(filled(half)), expected(half))

    assert ended_well(in_child(_as_nobody(reads)))
    said = open_to_all / "said" / "2.txt"
    assert ended_well(in_child(_as_nobody(_refused(data, said))))
    assert "cannot be used" in said.read_text(encoding="utf-8")
    for path in (open_to_all / "cache", *(open_to_all / "cache").rglob("*")):
        path.chmod(0o755)


def test_a_cache_that_is_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = folder(tmp_path / "photos", 1)
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "file"))
    with pytest.raises(WriteError, match=r"file/pictures/.* cannot be used"):
        filled(data)


def test_an_index_that_is_broken_says_what_to_do(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 4)
    filled(data)
    where = cache_folder() / "pictures" / usage()[0].name
    (where / "index.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(WriteError, match="not a database"):
        filled(data)
    clear()
    sound(data)


def test_a_list_of_known_files_that_is_broken_costs_only_time(tmp_path: Path) -> None:
    data = folder(tmp_path / "photos", 4)
    filled(data)
    (cache_folder() / known.NAME).write_bytes(b"nonsense" * 1000)
    sound(data)


# -- what is there --------------------------------------------------------------------------------------------------


def test_stores_are_listed_and_cleared_unless_in_use(tmp_path: Path) -> None:
    assert (usage(), clear()) == ([], (0, ()))
    data = folder(tmp_path / "photos", 6)
    filled(data)
    filled(data, replace(WAY, size=(8, 8)))
    small, large = usage()
    assert (small.name, large.name) == ("24x20x3-squash-area-v1", "8x8x3-squash-area-v1")
    assert (small.pictures, large.pictures) == (6, 6)
    assert small.bytes >= 6 * 24 * 20 * 3
    pictures, _ = open_pictures(data, WAY, OPTIONS, ram=0)
    assert [store.in_use for store in usage()] == [True, False]
    before = pictures.gather(torch.arange(6))
    freed, left = clear()
    assert (freed, left) == (large.bytes, (small.name,))
    assert torch.equal(pictures.gather(torch.arange(6)), before)
    pictures.close()
    assert clear([large.name])[0] == 0
    assert clear([small.name]) == (small.bytes, ())
    assert usage() == []
    sound(data)
    listed = (cache_folder() / known.NAME).stat().st_size
    assert clear() == (small.bytes + listed, ())
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_the_cache_folder_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "there"))
    assert cache_folder() == tmp_path / "there"
    monkeypatch.delenv("MIWAKE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert cache_folder() == tmp_path / "xdg" / "miwake"
    assert cache_folder().name == "miwake"


@needs_fork
def test_memory_does_not_grow_with_the_store(tmp_path: Path) -> None:
    shape, count = (224, 224, 3), 4000
    where = tmp_path / "store"
    with closing(Store(where, shape)):
        os.truncate(where / "pictures.bin", count * 224 * 224 * 3)

    def reads() -> None:
        with closing(Store(where, shape)) as store:
            pictures = Pictures(store, torch.arange(count))
            pictures.gather(torch.arange(64))
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for start in range(0, count, 50):
                pictures.gather(torch.arange(start, start + 50))
            # 574 MiB were read
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024

    assert ended_well(in_child(reads))
