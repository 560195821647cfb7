"""Pictures a second that are trained on at 224 px: as `miwake train` would go about it, and plain PyTorch.

Ours is the very loop, with augmentation, normalisation and bookkeeping, in the precision and on the threads that its
probe chose; the plain ways are forward, backward and AdamW on one batch in memory with PyTorch's defaults, in 32-bit
floats and under bfloat16 autocast. Each runs in a process that stays, so that allocators and threads are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import timm
import torch
from environments import Worker
from harness import Line, Rounds, arguments, compare, ratios, report, settings, show

from miwake import machine

NETWORKS = {
    "resnet18": "resnet18",
    "efficientnet_lite0": "tf_efficientnet_lite0",
    "resnet50": "resnet50",
    "vit_small": "vit_small_patch16_224",
}
"""Name here, and at timm."""
AMX = 2.5
"""Times plain 32-bit floats, where AMX is there."""


def measure(network: str, at_timm: str, rounds: int) -> list[Line]:
    """One network: a line against each plain way."""
    batch, steps = settings(quick=2, usual=16), settings(quick=1, usual=2)
    native = bool({"avx512_bf16", "amx_bf16"} & set(machine.machine().instructions))
    chosen = ""
    with ExitStack() as stack:
        workers = {
            "ours": stack.enter_context(Worker("miwake", "step", {"network": network, "batch": batch})),
            "fp32": stack.enter_context(Worker("torch", "step", {"network": at_timm, "batch": batch, "bf16": False})),
        }
        if native:
            plain = Worker("torch", "step", {"network": at_timm, "batch": batch, "bf16": True})
            workers["bf16"] = stack.enter_context(plain)

        def rate(name: str) -> Callable[[], float]:
            def once() -> float:
                nonlocal chosen
                told = workers[name].ask(steps=steps)
                chosen = told.get("chosen", chosen)
                return batch / float(told["step"])

            return once

        found: dict[str, Rounds] = compare({name: rate(name) for name in workers}, rounds=rounds, most=2)
    amx = "amx_bf16" in machine.machine().instructions
    asked = {"fp32": f"≥ {AMX} × with AMX, else ≥ 1 ×" if not amx else f"≥ {AMX} ×", "bf16": "≥ 1 ×"}
    return [
        Line(
            f"{network} against plain {name}",
            asked[name],
            f"{show(ratios(found['ours'], found[name]), '{:.2f}')} ×",
            f"{rounds} rounds; {show(found['ours'], '{:.1f}')} a second with {chosen}; plain "
            f"{show(found[name], '{:.1f}')}",
        )
        for name in workers
        if name != "ours"
    ]


def main() -> None:
    """Measure."""
    rounds = arguments().rounds or settings(quick=1, usual=3, long=5)
    networks = settings(quick={"resnet18": "resnet18"}, usual=NETWORKS)
    table = [line for name, at_timm in networks.items() for line in measure(name, at_timm, rounds)]
    native = {"avx512_bf16", "amx_bf16"} & set(machine.machine().instructions)
    left_out = [] if native else ["This processor does not compute in bfloat16, so autocast to it was left out."]
    report(
        "train_cpu",
        "Training on a CPU",
        table,
        notes=["Batches of 16 at 224 px; ours includes data, augmentation and bookkeeping.", *left_out],
        versions=f"timm {timm.__version__}, torch {torch.__version__}",
    )


if __name__ == "__main__":
    main()
