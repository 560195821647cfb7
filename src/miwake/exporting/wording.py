"""What is said of an export."""

from __future__ import annotations

import math
from collections.abc import Iterator

from miwake.exporting.gate import Parity
from miwake.exporting.leave import Left
from miwake.look.text import Language, percent
from miwake.look.words import words


def sentences(left: Left, lang: Language) -> Iterator[str]:
    """The result first, then what it rests on, then where everything is."""
    key = "export.same" if left.parity.tolerance is not None else "export.good"
    yield words(key, lang, file=left.file, size=left.bytes / 1e6, **_facts(left.parity))
    if left.parity.decoded_otherwise:
        yield words(
            "export.decoded", lang, n=len(left.parity.decoded_otherwise), names=left.parity.decoded_otherwise[:5]
        )
    for backend, parity in left.others.items():
        yield words(f"export.other.{'yes' if parity.passed else 'no'}", lang, backend=backend, **_facts(parity))
    for program, said in left.failed.items():
        yield words("export.other.cannot", lang, backend=program, said=said)
    if left.beside:
        yield words("export.beside", lang, script=left.beside[2])
    if left.timings:
        key = {None: "export.uses.before", "torch": "export.uses.torch"}.get(left.backend, "export.uses")
        yield words(key, lang, way=left.chosen)


def _facts(parity: Parity) -> dict[str, object]:
    drop = parity.drop
    return {
        "n": parity.pictures,
        "largest": f"{parity.largest:.1e}" if math.isfinite(parity.largest) else "∞",
        "accuracy": percent(parity.accuracy, 2),
        "before": percent(parity.accuracy_before, 2),
        "drop": f"{100 * drop.value:.2f}",
        "low": f"{100 * drop.low:.2f}",
        "high": f"{100 * drop.high:.2f}",
    }


def table_of(left: Left, lang: Language) -> tuple[list[str], list[list[str]]]:
    """Names of the columns, and a row for each way: milliseconds a call, median and the middle half."""
    batches = sorted({timing.batch for timing in left.timings})
    header = [words("export.way", lang), *(words("export.batch", lang, n=batch) for batch in batches)]
    header.append(words("export.faster", lang))
    ways = list(dict.fromkeys(timing.way for timing in left.timings))
    at = {(timing.way, timing.batch): timing for timing in left.timings}
    rows = []
    for way in ways:
        cells = []
        for batch in batches:
            timing = at.get((way, batch))
            cells.append("–" if timing is None else f"{timing.median:.2f} ({timing.low:.2f}–{timing.high:.2f})")
        plain, own = at.get(("eager", batches[0])), at.get((way, batches[0]))
        cells.append("–" if plain is None or own is None else f"{plain.median / own.median:.1f}×")
        rows.append([way, *cells])
    return header, rows
