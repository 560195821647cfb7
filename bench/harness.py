"""Side by side: ways are timed in turns, rounds that other programs disturbed are left out, medians are compared.

A bench is a file beside this one with `main()`. It measures its ways with `compare`, says with `report` what was
asked and what was reached, and its table goes into `docs/benchmarks.md` between marks of its own:

    python bench/NAME.py            measure and print
    python bench/NAME.py --write    and put the table into the documents
    python bench/NAME.py --quick    tiny sizes and one round, to see that it works: its figures mean nothing
    python bench/NAME.py --long     where it takes long: the rounds and sizes that the documents show
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from miwake import machine

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
DATA = Path(os.environ.get("MIWAKE_BENCH_DATA", ROOT.parent / "shared" / "data"))
"""Folder of the data sets that `docs/benchmarks.md` names; MIWAKE_BENCH_DATA says where they are."""
T = TypeVar("T")
Key = TypeVar("Key")
DISTURBED = 0.1
"""Share of the machine that other programs may take during a round."""


@dataclass
class Rounds:
    """What was measured for one way."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of all kept rounds."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """Least and most."""
        return min(self.values), max(self.values)


class Load:
    """Share of the machine that other programs took while this was open (Linux; elsewhere none is seen)."""

    def __enter__(self) -> Load:
        self.start, self.busy, self.own = time.monotonic(), _busy(), _own()
        return self

    def __exit__(self, *_: object) -> None:
        seconds = (time.monotonic() - self.start) * (os.cpu_count() or 1)
        others = (_busy() - self.busy) - (_own() - self.own)
        self.share = max(0.0, others / seconds) if seconds > 0 else 0.0


def data_set(name: str) -> Path:
    """A folder of `DATA`; nothing is measured where it is absent."""
    folder = DATA / name
    if not folder.is_dir():
        sys.exit(f"{folder} is not there. MIWAKE_BENCH_DATA is the folder that holds {name}.")
    return folder


def _busy() -> float:
    """Processor seconds of everything that has run on this machine, time stolen by its host included."""
    try:
        numbers = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0.0
    user, nice, system, _, _, irq, softirq, steal = numbers
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Processor seconds of this process and of all that it has started, whether they have ended or not."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + _living()


def _living() -> float:
    """Processor seconds of the processes below this one that still run, and of those that these have seen end."""
    parent, ticks = dict[int, int](), dict[int, int]()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            # the name may hold blanks and brackets; numbers begin behind its last bracket
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parent[int(place.name)] = int(fields[1])
        ticks[int(place.name)] = sum(int(field) for field in fields[11:15])
    total, level = 0, {os.getpid()}
    while level := {child for child, above in parent.items() if above in level}:
        total += sum(ticks[child] for child in level)
    return total / os.sysconf("SC_CLK_TCK") if total else 0.0


def take_turns(ways: Mapping[Key, Callable[[], T]], *, rounds: int, warm: int = 1, most: int = 3) -> dict[Key, list[T]]:
    """Call the ways in turns and keep what they return in undisturbed rounds.

    Args:
        ways: name to a function that does the work once.
        rounds: undisturbed rounds that are wanted.
        warm: rounds before, which are not counted.
        most: so many times `rounds` are tried; where too few were undisturbed, the least disturbed are kept, which
            is said.
    """
    tried: list[tuple[float, dict[Key, T]]] = []
    for number in range(warm + most * rounds):
        with Load() as load:
            found = {name: way() for name, way in ways.items()}
        if number < warm:
            continue
        tried.append((load.share, found))
        if arguments().quick or sum(share <= DISTURBED for share, _ in tried) >= rounds:
            break
    tried.sort(key=lambda one: one[0])
    kept = tried[:rounds]
    if kept[-1][0] > DISTURBED:
        print(f"Other programs took up to {100 * kept[-1][0]:.0f}% of the machine in the rounds that were kept.")
    return {name: [found[name] for _, found in kept] for name in ways}


def compare(ways: Mapping[str, Callable[[], float]], *, rounds: int, warm: int = 1, most: int = 3) -> dict[str, Rounds]:
    """As `take_turns`, for ways that return their figure: seconds, or a rate."""
    found = take_turns(ways, rounds=rounds, warm=warm, most=most)
    return {name: Rounds(values) for name, values in found.items()}


def ratios(one: Rounds, other: Rounds) -> Rounds:
    """Round by round, one over the other."""
    return Rounds([a / b for a, b in zip(one.values, other.values, strict=True)])


@dataclass(frozen=True)
class Line:
    """A line of a bench's table."""

    what: str
    asked: str
    reached: str
    detail: str = ""


def report(name: str, title: str, lines: Sequence[Line], *, notes: Iterable[str] = (), versions: str = "") -> None:
    """Print a bench's table, and put it into the documents where `--write` is given."""
    rows = [f"| {line.what} | {line.asked} | {line.reached} | {line.detail} |" for line in lines]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    text = "\n".join(
        [
            f"## {title}",
            "",
            f"`python bench/{name}.py`, {time.strftime('%Y-%m-%d')}, {machine.machine()}; load at the end {load:.1f}"
            + (f"; {versions}" if versions else "")
            + ".",
            "",
            "| what | asked | reached | rounds |",
            "|---|---|---|---|",
            *rows,
            *(f"\n{note}" for note in notes),
            "",
        ]
    )
    print(text)
    if arguments().write:
        if arguments().quick:
            sys.exit("bench: figures of --quick do not go into the documents")
        _put(name, text)


def _put(name: str, text: str) -> None:
    begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
    page = PAGE.read_text(encoding="utf-8")
    whole = f"{begin}\n{text}\n{end}"
    if begin in page:
        before, rest = page.split(begin)
        page = before + whole + rest.split(end, 1)[1]
    else:
        page = f"{page.rstrip()}\n\n{whole}\n"
    PAGE.write_text(page, encoding="utf-8")


def arguments() -> argparse.Namespace:
    """The flags that every bench has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--rounds", type=int, default=None, help="undisturbed rounds")
    parser.add_argument("--quick", action="store_true", help="tiny sizes and one round: does it work?")
    parser.add_argument("--long", action="store_true", help="as many rounds, or as large, as the documents show")
    known, strange = parser.parse_known_args()
    if strange:
        sys.exit(f"bench: unknown {' '.join(strange)}")
    return known


def settings(*, quick: T, usual: T, long: T | None = None) -> T:
    """What suits the flags: `long` is the usual where a bench takes no longer."""
    asked = arguments()
    return quick if asked.quick else long if asked.long and long is not None else usual


def show(rounds: Rounds, form: str = "{:.0f}", unit: str = "") -> str:
    """`median (least to most) unit`."""
    low, high = rounds.spread
    return f"{form.format(rounds.median)} ({form.format(low)} to {form.format(high)}){unit}"
