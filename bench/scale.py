"""From a thousand pictures to a million: does the time grow with their number and no faster, and does memory stay low?

Folders of JPEG files of 8 × 8 pixels, a hundred classes, every file another; the stages that a training run goes
through, each size in a process of its own with an empty cache, on a warm disk. A chart goes to `docs/scale.svg`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import environments
import numpy as np
import simplejpeg
from harness import ROOT, Line, arguments, report, settings, take_turns

from miwake.look.charts import Line as Curve
from miwake.look.charts import Tone, lines
from miwake.look.style import stylesheet
from miwake.look.svg import Frame

CHART = ROOT / "docs" / "scale.svg"
CLASSES, SIDE = 100, 8
STAGES = ("listing", "checking", "caching", "opening again", "dividing", "one epoch")
GIB = 2**30
POWERS = ("1", "10", "100", "1k", "10k", "100k", "1M", "10M")
LINEAR = 1.25
"""Time a picture at the largest size over that at a tenth of it, up to which growth counts as linear."""

Found = dict[int, dict[str, Any]]
"""For each number of pictures what its process told."""


def write(folder: Path, count: int) -> None:
    """So many pictures of noise, brighter from class to class."""
    generator = np.random.default_rng(count)
    for number in range(CLASSES):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        pixels = generator.integers(0, 100, (count // CLASSES, SIDE, SIDE, 3), np.uint8) + np.uint8(number)
        for row, picture in enumerate(pixels):
            (place / f"{row:06}.jpg").write_bytes(simplejpeg.encode_jpeg(picture, quality=95))


def measure(count: int) -> dict[str, Any]:
    """One size, in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        write(folder, count)

        def once() -> dict[str, Any]:
            return environments.run("miwake_scale", "measure", {"folder": str(folder)})

        ((told,),) = take_turns({"ours": once}, rounds=1, warm=0, most=settings(quick=1, usual=1, long=2)).values()
        return told


def micros(told: Mapping[str, Any], stage: str) -> float:
    """Microseconds a picture."""
    return 1e6 * float(told["stages"][stage]["seconds"]) / int(told["pictures"])


def highest(told: Mapping[str, Any]) -> float:
    """Gibibytes that the whole run held resident at the most."""
    return max(float(stage["bytes"]) for stage in told["stages"].values()) / GIB


def table(found: Found) -> list[Line]:
    """A line for each stage, and one for memory."""
    sizes = sorted(found)
    largest, before = sizes[-1], sizes[-2]
    made = []
    for stage in STAGES:
        growth = micros(found[largest], stage) / micros(found[before], stage)
        each = "; ".join(f"{size:,}: {found[size]['stages'][stage]['seconds']:.1f} s" for size in sizes)
        made.append(
            Line(
                f"{stage}, {largest:,} pictures",
                f"linear: ≤ {LINEAR:g} × the time a picture at {before:,}",
                f"{micros(found[largest], stage):,.0f} µs a picture, {growth:.2f} ×",
                each,
            )
        )
    each = "; ".join(f"{size:,}: {highest(found[size]):.2f} GiB" for size in sizes)
    return [*made, Line("memory, all stages", "≤ 2 GiB", f"{highest(found[largest]):.2f} GiB", each)]


def chart(found: Found) -> str:
    """A picture of its own: three charts of the house side by side, in its colours, light and dark."""
    sizes = sorted(found)
    tones: tuple[Tone, ...] = ("first", "second", "third")
    x = [float(np.log10(size)) for size in sizes]

    def of(key: str, title: str, stages: tuple[str, ...]) -> str:
        curves = [
            Curve(name=stage, values=tuple(micros(found[size], stage) for size in sizes), tone=tone)
            for stage, tone in zip(stages, tones, strict=True)
        ]
        last = ", ".join(f"{stage} {micros(found[sizes[-1]], stage):,.0f}" for stage in stages)
        frame = Frame(key=key, title=title, description=f"Microseconds a picture at {sizes[-1]:,} pictures: {last}.")
        return str(lines(frame, curves, x=x, x_label="pictures", show=lambda v: f"{v:,.0f} µs", bounds=(0, None)))

    memory = [Curve(name="memory", values=tuple(highest(found[size]) for size in sizes), tone="first")]
    frame = Frame(
        key="memory",
        title="Memory",
        description=f"Resident at the most with {sizes[-1]:,} pictures: {highest(found[sizes[-1]]):.2f} GiB.",
    )
    charts = [
        of("quick", "Time a picture, listing, dividing and opening again", ("listing", "dividing", "opening again")),
        of("slow", "Time a picture, checking, caching and an epoch", ("checking", "caching", "one epoch")),
        str(lines(frame, memory, x=x, x_label="pictures", show=lambda v: f"{v:.1f} GiB", bounds=(0, None))),
    ]
    return standing_alone(charts)


def standing_alone(charts: list[str]) -> str:
    """One SVG file with the rules that its charts need."""
    width, height, gap, head = 360, 228, 40, 30
    rules = stylesheet().splitlines()
    wanted = re.compile(r"(:root|@media screen|svg (text|\.)|\.(grid|s-first|f-first)).*}")
    used = [rule for rule in rules if wanted.fullmatch(rule)]
    parts = []
    for number, one in enumerate(charts):
        # powers of ten are what the axis counts
        named = re.sub(r'(y="212"[^>]*>)(\d)<', lambda m: f"{m[1]}{POWERS[int(m[2])]}<", one)
        title = re.search(r"<title[^>]*>([^<]*)", named)
        left = number * (width + gap) + gap // 2
        parts.append(f'<text class="strong" x="{left}" y="20">{title[1] if title else ""}</text>')
        placed = f'<svg x="{left}" y="{head}" width="{width}" height="{height}" overflow="visible" '
        parts.append(re.sub(r"<svg ", placed, re.sub(r' style="max-width:[^"]*"', "", named), count=1))
    whole = len(charts) * (width + gap) + gap // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {head + height + 10}" width="{whole}">'
        f"<style><![CDATA[{chr(10).join(used)}\nsvg{{background:var(--paper);--sans:system-ui,sans-serif}}]]></style>"
        f'<rect width="100%" height="100%" style="fill:var(--paper)"/>{"".join(parts)}</svg>\n'
    )


def main() -> None:
    """Measure."""
    thousands = (1000, 10_000, 100_000)
    sizes = settings(quick=(300, 1000), usual=thousands, long=(*thousands, 1_000_000))
    found = {size: measure(size) for size in sizes}
    notes = ["Pictures of 8 × 8 pixels, a hundred classes; an epoch is one of the lectures' small net."]
    if arguments().write:
        notes.append("![Time a picture and memory, by the number of pictures](scale.svg)")
    report("scale", "Scale", table(found), notes=notes)
    if arguments().write:
        CHART.write_text(chart(found), encoding="utf-8")
    else:
        place = Path(tempfile.gettempdir()) / "miwake-scale.svg"
        place.write_text(chart(found), encoding="utf-8")
        print(f"The chart: {place}")


if __name__ == "__main__":
    main()
