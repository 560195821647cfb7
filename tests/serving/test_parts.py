"""What a server is made of: doors, the folder of wrong answers, messages between processes, values that are refused."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import miwake as mw
from miwake.errors import UsageError
from miwake.serving import wire
from miwake.serving.config import ServeOptions
from miwake.serving.doors import check_tls, open_doors
from miwake.serving.keep import Keeper, NoRoom, folder_name
from miwake.serving.zygote import PID

server = pytest.importorskip("miwake.serving.server", reason="needs the extra serve: pip install 'miwake[serve]'")

# -- what is told of an answer -----------------------------------------------------------------------------------------


def test_regions_are_told_as_predict_tells_them() -> None:
    import numpy as np

    from miwake.serving.app import _told
    from miwake.serving.schemas import Answers, PlacedAnswer
    from miwake.serving.worker import answer_json
    from miwake.tasks.classify import Classify
    from miwake.tasks.segment import Segment
    from miwake.types import Prediction, Region, Segmentation

    task = Segment(classes=("ground", "cell"), ground=0)
    classes = np.zeros((8, 8), np.uint8)
    classes[2:5, 3:7] = 1
    region = Region(left=3, top=2, right=7, bottom=5, area=12, label="cell", strength=0.9)
    answer = Segmentation(
        path="x", label="ground;cell", probability=0.9, probabilities=(0.8, 0.2), classes=classes, areas=(52, 12),
        regions=(region,),
    )  # fmt: skip
    told = _told("x.png", json.loads(json.dumps(answer_json(answer, task))), task.classes, 5)
    assert told["regions"] == task.described(answer)["regions"]
    found = Answers.model_validate({"request_id": "a", "model": "m", "answers": [told]}).answers[0]
    assert isinstance(found, PlacedAnswer)
    assert found.regions[0].area == 12
    # who does not say where has none
    plain = Prediction(path="x", label="a", probability=1.0, probabilities=(1.0, 0.0))
    assert "regions" not in answer_json(plain, Classify(classes=("a", "b")))


# -- who may come in ---------------------------------------------------------------------------------------------------


def token(folder: Path, text: str = "a-secret-of-some-length\n", mode: int = 0o600) -> str:
    path = folder / "token.txt"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1"])
def test_beyond_this_computer_a_token_is_needed(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--token-file"):
        open_doors(ServeOptions(host=host))
    assert open_doors(ServeOptions(host=host, insecure=True)).token is None
    assert open_doors(ServeOptions(host=host, token_file=token(tmp_path))).token == b"a-secret-of-some-length"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_this_computer_no_token_is_needed_but_the_right_name(host: str) -> None:
    doors = open_doors(ServeOptions(host=host, hosts=("belt",)))
    assert doors.names is not None
    assert {"localhost", "belt", host} <= doors.names


@pytest.mark.parametrize("text", ["", "short\n", "two words of a secret\n", "秘密の合言葉秘密の合言葉秘密"])
def test_a_token_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="token"):
        open_doors(ServeOptions(token_file=token(tmp_path, text)))


def test_a_token_that_everybody_can_read_or_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="chmod 600"):
        open_doors(ServeOptions(token_file=token(tmp_path, mode=0o644)))
    with pytest.raises(UsageError, match="No such file"):
        open_doors(ServeOptions(token_file=str(tmp_path / "none")))


def test_tls_files_must_belong_together(tmp_path: Path) -> None:
    check_tls(ServeOptions())
    (tmp_path / "a.pem").write_text("no certificate")
    for options in (
        ServeOptions(tls_key="key.pem"),
        ServeOptions(tls_certificate=str(tmp_path / "a.pem"), tls_key=str(tmp_path / "a.pem")),
        ServeOptions(tls_certificate=str(tmp_path / "b.pem"), tls_key=str(tmp_path / "a.pem")),
    ):
        with pytest.raises(UsageError, match="HTTPS"):
            check_tls(options)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--port", 70000), "--port is 70000"),
        (("--workers", 0), "--workers is 0"),
        (("--max-bytes", 10), "--max-bytes is 10"),
        (("--latency", 0), "--latency is 0"),
        (("--host", "0.0.0.0"), "anybody could ask"),
        (("--host", "no.such.host.invalid"), "no address of this computer"),
        (("--host", "192.0.2.1", "--insecure"), "cannot listen"),
        (("--wrokers", 2), "--workers"),
    ],
)
def test_wrong_use_is_answered_in_words(flags: tuple[object, ...], said: str, toy_run: Path, miwake) -> None:
    ended = miwake("serve", toy_run, *flags)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())


def test_no_run_and_a_port_that_is_taken(toy_run: Path, tmp_path: Path, miwake) -> None:
    assert "There is no run" in miwake("serve", tmp_path / "none").err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = miwake("serve", toy_run, "--port", taken.getsockname()[1])
    assert ended.code == 2
    assert "Address already in use" in ended.err


def test_numbers_have_ranges() -> None:
    server.check(ServeOptions())
    with pytest.raises(UsageError, match="--max-pictures is 0"):
        server.check(ServeOptions(max_pictures=0))


# -- what is kept ------------------------------------------------------------------------------------------------------


def png(colour: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 2 * colour % 256, 7)).save(file, "PNG")
    return file.getvalue()


def _fill(keeper: Keeper, numbers: range) -> None:
    for number in numbers:
        keeper.keep(png(number), ["b"])


def test_the_folder_is_bounded_from_one_start_to_the_next(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "kept", 1000, ("a", "b"), several=False)
    assert keeper.keep(png(1), ["a"])
    assert not keeper.keep(png(1), ["a"])
    with pytest.raises(NoRoom):
        _fill(keeper, range(2, 20))
    files = [file for file in (tmp_path / "kept").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 1000
    again = Keeper(tmp_path / "kept", 1000, ("a", "b"), several=False)
    with pytest.raises(NoRoom):
        _fill(again, range(20, 40))
    assert sum(file.stat().st_size for file in (tmp_path / "kept").rglob("*") if file.is_file()) <= 1000


def test_several_labels_become_a_table_that_training_reads(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "kept", 10**6, ("car", "bicycle", "pedestrian"), several=True)
    wanted = [["car"], ["car", "bicycle"], [], ["pedestrian"]]
    for number, labels in enumerate(wanted):
        keeper.keep(png(number), labels)
    dataset = mw.open_dataset(tmp_path / "kept")
    assert dataset.multilabel
    assert [dataset.label(row).split(";") if dataset.label(row) else [] for row in range(4)] == [
        sorted(labels) for labels in wanted
    ]


@given(st.text(min_size=1))
def test_a_class_becomes_a_folder_that_leads_nowhere_else(label: str) -> None:
    name = folder_name(label)
    assert name == os.path.basename(name)  # noqa: PTH119
    assert name not in (".", "..", "")
    assert not set(name) & set('/\\\0:*?"<>|')
    assert len(name.encode()) < 255 * 2


def test_different_classes_have_different_folders() -> None:
    names = ["a/b", "a:b", "a b", "a-b", "../a", "..\\a", "a", "A"]
    assert len({folder_name(name) for name in names}) == len(names)


# -- messages between processes ----------------------------------------------------------------------------------------


def received(data: bytes) -> wire.Message | None:
    async def read() -> wire.Message | None:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await wire.receive(reader)

    # in a thread: a browser that other tests have open keeps a loop in this one
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, read()).result()


@given(st.dictionaries(st.text(), st.integers() | st.text()), st.lists(st.binary(max_size=50)))
def test_messages_arrive_as_they_were_sent(message: dict[str, object], parts: list[bytes]) -> None:
    message.pop("parts", None)
    data = wire.packed(message, parts)
    assert received(data) == (message, parts) == wire.read(io.BytesIO(data))
    assert received(data[:-1]) is None or not data


@given(st.binary(max_size=200))
def test_rubbish_from_a_worker_is_no_message_and_no_error(data: bytes) -> None:
    found = received(data)
    assert found is None or isinstance(found[0], dict)


def test_a_worker_cannot_make_the_server_wait_for_a_gigabyte() -> None:
    for text in (b'{"parts":[1099511627776]}', b'{"parts":[-1]}', b'{"parts":["a"]}', b"[]", b"7", b"null"):
        assert received(struct.pack(">I", len(text)) + text) is None
    assert received(struct.pack(">I", 2**32 - 1) + json.dumps({"parts": []}).encode()) is None


# -- workers -----------------------------------------------------------------------------------------------------------

NO_FORK = """
import runpy
import miwake.serving.zygote as zygote
zygote.FORKS = False
runpy.run_module("miwake.verbs._served", run_name="__main__")
"""


def test_where_forking_is_not_safe_a_worker_is_a_new_program(toy_run: Path, place: Path) -> None:
    control, theirs = socket.socketpair()
    ours, worker = socket.socketpair()
    arguments = [sys.executable, "-P", "-c", NO_FORK, "zygote", str(theirs.fileno())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(arguments, pass_fds=(theirs.fileno(),), env=environment) as process, control, ours:
        theirs.close()
        socket.send_fds(control, [b"f"], [worker.fileno()])
        worker.close()
        assert PID.unpack(control.recv(PID.size))[0] != process.pid
        setup = {"run": str(toy_run), "device": "cpu", "threads": 1, "batch": 2}
        ours.sendall(wire.packed({**setup, "max_pixels": 10**6, "max_frames": 9, "explains": False}))
        file = ours.makefile("rb")
        ready = wire.read(file)
        assert ready is not None
        assert ready[0]["ready"]["run"] == toy_run.name
        picture = (place / "toy" / "lower-left" / "000.png").read_bytes()
        ours.sendall(wire.packed({"id": 7, "do": "predict", "lang": "en"}, [picture, b"none"]))
        answered = wire.read(file)
        assert answered is not None
        assert answered[0]["id"] == 7
        first, second = answered[0]["answers"]
        assert first["label"] == "lower-left"
        assert "problem" in second
        file.close()
        control.close()  # the server is gone: all of them end
    assert process.returncode == 0
