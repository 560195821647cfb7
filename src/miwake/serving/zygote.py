"""A process that has loaded all that is slow to load, and makes workers of itself.

A worker that died is so replaced within a fraction of the seconds that loading torch takes. It opens no model and
computes nothing, so that there are no threads when it forks; where forking is not safe, it starts a new program.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable

FORKS = sys.platform == "linux"
PID = struct.Struct(">q")


def main(arguments: list[str], work: Callable[[socket.socket], None]) -> None:
    """Run as the zygote (`zygote FD`), or as a worker (`worker FD`) of a zygote that cannot fork.

    Args:
        arguments: of the command line.
        work: does what a worker does, until the other end of its socket is closed.
    """
    role, place = arguments[0], int(arguments[1])
    # Ctrl-C and a service manager's SIGTERM go to all processes at once; accepted work is finished nevertheless
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=place)
    if role == "worker":
        work(channel)
        return
    _zygote(channel, work)


def _zygote(control: socket.socket, work: Callable[[socket.socket], None]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the dead
    if FORKS:
        gc.collect()
        gc.freeze()
    while True:
        data, places, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            # no tidying up: there is nothing to be tidied, and libraries complain of it
            os._exit(0)
        if not places:
            continue
        pid = _fork(control, places[0], work) if FORKS else _start(places[0])
        os.close(places[0])
        control.sendall(PID.pack(pid))


def _fork(control: socket.socket, place: int, work: Callable[[socket.socket], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        work(socket.socket(fileno=place))
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _start(place: int) -> int:
    arguments = [sys.executable, *sys.orig_argv[1:-2], "worker", str(place)]
    return subprocess.Popen(arguments, pass_fds=(place,)).pid
