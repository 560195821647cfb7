"""Parts of a network that others ask for: its last layer, what goes into a layer, its parameters by depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from torch import nn

from miwake.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from miwake.networks.dense import Dense


class Learner(Protocol):
    """A layer that learns by itself, without labels and without gradients from the layers above it."""

    def observe(self, inputs: Tensor, state: Any) -> Any:
        """Learn from a batch of what comes into the layer; returns the next state, None at first.

        The layer itself stays as it is until `finish`, so that learning can be begun anew. What is drawn at random is
        drawn from torch's global generator, which training seeds for each layer.
        """

    def finish(self, state: Any) -> None:
        """Take over what was learnt."""


def classifier(model: nn.Module) -> str:
    """Dotted name of the last linear layer, whose outputs are the logits.

    Raises:
        UsageError: the network does not end in a linear layer.
    """
    ask = getattr(model, "get_classifier", None)
    wanted = ask() if callable(ask) else None
    linear: list[str] = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and (wanted is None or module is wanted)
    ]
    if not linear:
        raise UsageError(
            f"{type(model).__name__} does not end in one linear layer.",
            expected="a network whose last layer is linear",
            todo="choose another --model.",
        )
    return linear[-1]


def features(model: nn.Module, pictures: Tensor) -> Tensor:
    """What goes into the last linear layer, or what a network itself says that a picture is like, by `embedding`.

    Args:
        model: a network of `build`, not wrapped; in evaluation mode there is no dropout before the layer.
        pictures: (B, C, H, W) normalised.

    Returns:
        (B, F) float.
    """
    own = getattr(model, "embedding", None)
    found: Tensor = own(pictures) if callable(own) else inputs_of(model, classifier(model), pictures)
    return found


class _Reached(Exception):
    pass


def inputs_of(model: nn.Module, name: str, pictures: Tensor) -> Tensor:
    """What goes into a layer; the layers after it do not run.

    Args:
        model: a network of `build`, not wrapped.
        name: dotted name of the layer.
        pictures: (B, C, H, W) normalised.
    """
    seen: list[Tensor] = []

    def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen.append(inputs[0])
        raise _Reached

    handle = model.get_submodule(name).register_forward_pre_hook(keep)
    try:
        model(pictures)
    except _Reached:
        pass
    finally:
        handle.remove()
    return seen[0]


def first_filters(model: nn.Module) -> Tensor | None:
    """Weights (F, C, h, w) of the first convolution that is large enough to be seen, on the CPU; None without one."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and min(module.kernel_size) > 1:
            return module.weight.detach().float().cpu()
    return None


def bases(model: nn.Module) -> dict[str, Tensor]:
    """What the units of a network's layers look for, as pictures (K, C, h, w) by layer, on the CPU.

    Only a network can say that has a method `bases`, such as one whose layers learn by themselves; else none.
    """
    ask = getattr(model, "bases", None)
    return {name: pictures.detach().float().cpu() for name, pictures in ask().items()} if callable(ask) else {}


def depth_groups(model: nn.Module) -> list[list[str]]:
    """Names of all parameters in groups from the input to the output, for learning rates that fall towards the input.

    A group is a stage of a large network, or a layer with its normalisation in a small one. The last group holds the
    classifier.
    """
    order = _timm_order(model) if callable(getattr(model, "group_matcher", None)) else _own_order(model)
    head = [name for name, _ in model.get_submodule(classifier(model)).named_parameters()]
    inside = {f"{classifier(model)}.{name}" for name in head}
    groups = [[name for name in group if name not in inside] for group in order]
    return [group for group in [*groups, [name for name, _ in model.named_parameters() if name in inside]] if group]


def dense_groups(model: Dense) -> list[list[str]]:
    """As `depth_groups`, of a network for every pixel: its backbone from the input up, then all the rest in one."""
    inside = model.backbone()
    if inside is model:
        return [[name for name, _ in model.named_parameters()]]
    (prefix,) = [name for name, module in model.named_modules() if module is inside]
    known = [[f"{prefix}.{name}" for name in group] for group in _own_order(inside)]
    taken = {name for group in known for name in group}
    return [*known, [name for name, _ in model.named_parameters() if name not in taken]]


def _timm_order(model: nn.Module) -> list[list[str]]:
    from timm.models import group_parameters

    matcher = model.group_matcher(coarse=True)  # type: ignore[operator]
    found: dict[int, list[str]] = group_parameters(model, matcher)
    return [found[depth] for depth in sorted(found)]


def _own_order(model: nn.Module) -> list[list[str]]:
    """Registration order; a layer that holds vectors only (a normalisation) belongs to the layer before it."""
    groups: dict[str, list[str]] = {}
    matrices: set[str] = set()
    for name, parameter in model.named_parameters():
        parts = name.split(".")[:-1]
        key = ".".join(parts[:2]) if len(parts) > 1 and parts[1].isdigit() else ".".join(parts[:1])
        groups.setdefault(key, []).append(name)
        if parameter.ndim > 1:
            matrices.add(key)
    merged: list[list[str]] = []
    for key, members in groups.items():
        if key in matrices or not merged:
            merged.append(members)
        else:
            merged[-1].extend(members)
    return merged
