"""Under load, with workers that are killed, and at the end: nothing that was accepted is left without an answer."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="needs httpx: pip install 'miwake[dev]'")
AtOnce = Callable[[int, Callable[[int], Any]], list[Any]]
CLIENTS = 4


def predict(client: Any, data: bytes) -> Any:
    return client.post("/predict", content=data, headers={"content-type": "image/png"})


@pytest.fixture(scope="module")
def small(start: Callable[..., Any]) -> Any:
    """A server with little room."""
    return start("--workers", 1, "--queue", 4, "--batch", 2, "--no-page")


def test_a_full_line_is_said_at_once_and_ends_by_itself(small: Any, toy: Path, at_once: AtOnce) -> None:
    data = toy.read_bytes()

    def ask(number: int) -> list[tuple[int, str]]:
        with small.client() as client:
            answers = [predict(client, data) for _ in range(8)]
        return [(answer.status_code, answer.headers.get("retry-after", "")) for answer in answers]

    found = [one for many in at_once(24, ask) for one in many]
    assert {status for status, _ in found} == {200, 503}
    assert all((status == 503) == bool(after) for status, after in found)
    assert all(int(after) >= 1 for status, after in found if status == 503)
    with small.client() as client:
        assert predict(client, data).status_code == 200
        assert 'miwake_waiting_pictures{kind="predict"} 0.0' in client.get("/metrics").text


def _ready_workers(client: Any) -> int:
    (line,) = (
        line for line in client.get("/metrics").text.splitlines() if line.startswith('miwake_workers{kind="pred')
    )
    return int(float(line.split()[-1]))


def _kill_under_load(served: Any, data: bytes, kills: int) -> list[tuple[int, str]]:
    """Kill workers, one after the other; status and reason of every request meanwhile."""
    found: list[tuple[int, str]] = []
    over = threading.Event()

    def ask() -> None:
        with served.client() as client:
            while not over.is_set():
                answer = predict(client, data)
                found.append((answer.status_code, answer.json().get("error", {}).get("found", "")))
                if answer.status_code == 503:
                    time.sleep(0.05)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        with served.client() as client:
            count = _ready_workers(client)
            for _ in range(kills):
                before = served.workers()
                os.kill(before[0], signal.SIGKILL)
                end = time.monotonic() + 60
                while before[0] in served.workers() or _ready_workers(client) < count:
                    assert time.monotonic() < end
                    time.sleep(0.02)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return found


def _only_what_was_in_flight_is_lost(found: list[tuple[int, str]], kills: int) -> None:
    assert {status for status, _ in found} <= {200, 503}
    assert sum(reason.startswith("The process that had") for _, reason in found) <= CLIENTS * kills
    assert sum(status == 200 for status, _ in found) > kills


def test_killed_workers_are_replaced(small: Any, toy: Path) -> None:
    _only_what_was_in_flight_is_lost(_kill_under_load(small, toy.read_bytes(), 3), 3)
    with small.client() as client:
        assert predict(client, toy.read_bytes()).status_code == 200
        deaths = next(
            line for line in client.get("/metrics").text.splitlines() if "deaths_total" in line and "pred" in line
        )
        assert float(deaths.split()[-1]) == 3


def test_what_workers_are_forked_from_is_replaced_too(small: Any, toy: Path) -> None:
    (zygote,), (worker,) = small.zygotes(), small.workers()
    os.kill(zygote, signal.SIGKILL)
    with small.client() as client:
        assert predict(client, toy.read_bytes()).status_code == 200  # the workers live on
        os.kill(worker, signal.SIGKILL)
        end = time.monotonic() + 60
        while not small.workers() or predict(client, toy.read_bytes()).status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
    assert small.zygotes() != [zygote]


@pytest.mark.long
def test_fifty_kills_under_load(start: Callable[..., Any], toy: Path) -> None:
    served = start("--workers", 2, "--no-page")
    _only_what_was_in_flight_is_lost(_kill_under_load(served, toy.read_bytes(), 50), 50)


def test_sigterm_finishes_what_was_accepted(start: Callable[..., Any], toy: Path, at_once: AtOnce) -> None:
    served = start("--workers", 1, "--batch", 1, "--latency", 60_000, "--queue", 1000, "--no-page")
    data = toy.read_bytes()
    files = [("picture", (f"{number}.png", data)) for number in range(32)]

    def ask(number: int) -> int:
        if number == 0:
            with served.client() as client:
                while _accepted(client) < 64:
                    time.sleep(0.005)
            served.process.send_signal(signal.SIGTERM)
            return 200
        with httpx.Client(base_url=served.url, timeout=60) as client:
            return int(client.post("/predict", files=files).status_code)

    assert at_once(9, ask) == [200] * 9
    assert served.process.wait(30) == 0
    assert "has been answered" in served.out.read_text()
    with pytest.raises(httpx.ConnectError):
        served.client().get("/health/live")


def _accepted(client: Any) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(
        float(line.split()[-1])
        for line in lines
        if line.startswith(("miwake_waiting_pictures", "miwake_computing_pictures"))
    )


def test_slow_senders_are_not_waited_for(start: Callable[..., Any], toy: Path) -> None:
    import socket

    served = start("--workers", 1, "--timeout", 1, "--no-page")
    host, port = served.url.partition("://")[2].split(":")
    with socket.create_connection((host, int(port)), 30) as sock:
        head = f"POST /predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n"
        sock.sendall(head.encode() + b"\x89PNG")
        assert sock.recv(1000).startswith(b"HTTP/1.1 408")
    for begin in (b"", b"POST /predict HTTP/1.1\r\nHost: a"):  # headers that do not end
        with socket.create_connection((host, int(port)), 30) as sock:
            sock.sendall(begin)
            assert sock.recv(1000) == b""
    with socket.create_connection((host, int(port)), 30) as sock:  # headers without an end
        with contextlib.suppress(OSError):
            for number in range(100):
                sock.sendall(b"GET / HTTP/1.1\r\nA: " + bytes([97]) * 10_000 if not number else bytes([97]) * 10_000)
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(1000) == b""
    with served.client() as client:
        assert predict(client, toy.read_bytes()).status_code == 200


def _runs(pid: int) -> bool:
    """Whether a process is there and no mere entry that nobody has asked after yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def test_two_interrupts_from_a_terminal_reach_all_processes_and_work_is_finished(
    start: Callable[..., Any], toy: Path
) -> None:
    served = start("--workers", 1, "--no-page")
    workers = served.workers()
    for pid in (*workers, served.process.pid):
        os.kill(pid, signal.SIGINT)
    assert served.process.wait(30) == 0
    ends = time.monotonic() + 15
    while time.monotonic() < ends and any(map(_runs, workers)):
        time.sleep(0.1)
    assert not [pid for pid in workers if _runs(pid)]
