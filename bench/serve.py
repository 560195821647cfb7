"""A server under load, beside plain FastAPI with Pillow and eager PyTorch, and LitServe, with the same network.

Server and clients have a core each. Clients keep their connections, ask again as soon as they are answered, and wait
where a 503 says for how long. A picture of 640 × 480 pixels is sent as it is; the network is EfficientNet-Lite0.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from environments import RIVALS, interpreter, versions
from harness import Line, Rounds, arguments, data_set, ratios, report, settings, show, take_turns
from PIL import Image

NETWORK = "tf_efficientnet_lite0"
FEW, MANY = 16, 256
FASTER, LATENCY, USEFUL, RECOVERY, AT_ONCE = 1.5, 250, 0.95, 1.0, 10
PICTURE = data_set("photos") / "scikit_learn" / "china.jpg"


def cores() -> tuple[int, int]:
    """One for the server, one for its clients."""
    if not hasattr(os, "sched_getaffinity"):
        sys.exit("bench: needs Linux, to give server and clients a core each")
    found = sorted(os.sched_getaffinity(0))
    return found[0], found[-1]


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def serving(name: str, file: Path) -> Iterator[int]:
    """A server on a core of its own; its port."""
    port = free_port()
    if name == "miwake":
        flags = ["--port", str(port), "--workers", "1", "--no-page", "--device", "cpu"]
        command = [sys.executable, "-m", "miwake", "serve", "imagenet", *flags]
    else:
        asked = json.dumps({"network": NETWORK, "port": port})
        command = [interpreter(name), str(RIVALS / f"with_{name}.py"), "serve", asked]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=said,
            env=environment,
            start_new_session=True,
            preexec_fn=partial(os.sched_setaffinity, 0, {cores()[0]}),
        )
        try:
            _until_answering(port, file, process, said)
            yield port
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
            return


def _until_answering(port: int, file: Path, process: subprocess.Popen[bytes], said: Any) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                pass
            if flood(port, file, 1, 1.0)["times"]:
                return
        except (OSError, subprocess.CalledProcessError):
            time.sleep(0.2)
    said.seek(0)
    sys.exit(f"bench: a server did not start: {said.read()[-3000:].decode(errors='replace')}")


def picture() -> bytes:
    """A photograph, or noise where there is none."""
    if PICTURE.exists():
        image = Image.open(PICTURE).convert("RGB").resize((640, 480))
    else:
        image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def flood(port: int, file: Path, clients: int, seconds: float) -> dict[str, Any]:
    """Ask a server from a process on the other core."""
    asked = json.dumps({"port": port, "picture": str(file), "clients": clients, "seconds": seconds})
    done = subprocess.run(
        [sys.executable, str(RIVALS / "asking.py"), "flood", asked],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=partial(os.sched_setaffinity, 0, {cores()[1]}),
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def once(name: str, file: Path, seconds: float) -> dict[int, dict[str, Any]]:
    """Few clients, then many, of a server that has just started."""
    with serving(name, file) as port:
        flood(port, file, FEW, 1.0)
        return {clients: flood(port, file, clients, seconds) for clients in (FEW, MANY)}


def percentile(found: list[dict[int, dict[str, Any]]], clients: int, key: str, share: float) -> Rounds:
    """Milliseconds, a value a round."""
    return Rounds([1000 * float(np.percentile(one[clients][key] or [0.0], share)) for one in found])


def rate(found: list[dict[int, dict[str, Any]]], clients: int) -> Rounds:
    """Answers a second, a value a round."""
    return Rounds([one[clients]["rate"] for one in found])


def lines(found: Mapping[str, list[dict[int, dict[str, Any]]]]) -> list[Line]:
    """The table."""
    ours, rivals = found["miwake"], [name for name in found if name != "miwake"]
    best = max(rivals, key=lambda name: rate(found[name], FEW).median)
    table = [
        Line(
            f"{FEW} clients, over the best rival ({best})",
            f"≥ {FASTER:g} ×",
            show(ratios(rate(ours, FEW), rate(found[best], FEW)), "{:.2f}", " ×"),
        )
    ]
    for name, rounds in found.items():
        for clients in (FEW, MANY):
            p99 = percentile(rounds, clients, "times", 99)
            asked = f"p99 ≤ {LATENCY} ms" if name == "miwake" and clients == MANY else ""
            refused = sum(len(one[clients]["refused"]) for one in rounds)
            failed = sum(one[clients]["failed"] for one in rounds)
            table.append(
                Line(
                    f"{name}, {clients} clients",
                    asked,
                    f"{show(rate(rounds, clients))} a second, p99 {show(p99)} ms",
                    f"p50 {show(percentile(rounds, clients, 'times', 50))} ms; {refused} times 503, {failed} failed",
                )
            )
    peak = Rounds([max(one[FEW]["rate"], one[MANY]["rate"]) for one in ours])
    back = Rounds([one[MANY]["recovered"] or float("inf") for one in ours])
    return [
        *table,
        Line(
            "useful throughput under the flood",
            f"≥ {USEFUL:.0%} of its peak",
            show(ratios(rate(ours, MANY), peak), "{:.2f}"),
        ),
        Line("a 503", f"p99 within {AT_ONCE} ms", show(percentile(ours, MANY, "refused", 99), "{:.1f}", " ms")),
        Line("answering somebody alone after the flood", f"≤ {RECOVERY:g} s", show(back, "{:.2f}", " s")),
    ]


def main() -> None:
    """Measure."""
    rounds = arguments().rounds or settings(quick=1, usual=3, long=5)
    seconds = settings(quick=2.0, usual=15.0, long=30.0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "picture.jpg"
        file.write_bytes(picture())
        # servers and clients were started here: they do not count as a disturbance
        ways = {name: partial(once, name, file, seconds) for name in ("miwake", "fastapi", "litserve")}
        found = take_turns(ways, rounds=rounds, warm=0, most=2)
    said = f"{versions('fastapi', 'fastapi', 'uvicorn', 'timm', 'torch')}; {versions('litserve', 'litserve')}"
    report("serve", "A server under load", lines(found), versions=said)


if __name__ == "__main__":
    main()
