"""Every network that discovery finds is built, run, saved, loaded and trained."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load, save
from torch import nn
from torch.nn import functional

from miwake import networks, tasks
from miwake.errors import UsageError
from miwake.networks import registry
from miwake.types import Batch

FAMILIES = registry.families()
FIRST = [variants[0] for variants in FAMILIES.values()]
CLASSES = 5
HEAVY = 40_000_000
"""A network with more parameters than this runs with one number of channels only, but for the long tests."""
HEAVIEST = 100_000_000
"""One with more than this runs in the long tests only; the others of its family are no lighter."""


def parameters(name: str) -> int:
    return networks.describe(name).parameters


def quick(name: str, channels: int) -> bool:
    return name in FIRST and parameters(name) < (HEAVIEST if channels == 9 else HEAVY)


NAMES = [pytest.param(name, marks=() if name in FIRST else pytest.mark.long) for name in networks.names()]
CASES = [
    pytest.param(name, channels, marks=() if quick(name, channels) else pytest.mark.long)
    for name in networks.names()
    for channels in (1, 3, 9)
]


def side(name: str) -> int:
    """Small enough to be quick, large enough for the network."""
    return max(registry.entry(name).smallest, 16)


def network(name: str, channels: int, *, dropout: float = 0.0) -> nn.Module:
    torch.manual_seed(0)
    return networks.build(name, channels=channels, classes=CLASSES, size=(side(name), side(name)), dropout=dropout)


def empty(name: str, channels: int) -> nn.Module:
    """A second network to load weights into. A heavy one gets no random weights first: they would take seconds."""
    if parameters(name) < HEAVY:
        return network(name, channels, dropout=0.5)
    with torch.device("meta"):
        model = network(name, channels, dropout=0.5)
    return model.to_empty(device="cpu")


def batch(name: str, channels: int, count: int = 4) -> torch.Tensor:
    return torch.randn(count, channels, side(name), side(name), generator=torch.Generator().manual_seed(1))


ANY_SIZE = [
    pytest.param(name, marks=() if name in FIRST else pytest.mark.long)
    for name, facts in registry.entries().items()
    if facts.any_size
]


@pytest.mark.parametrize("name", ANY_SIZE)
def test_takes_pictures_of_any_size(name: str) -> None:
    """What a file says of itself, since training may begin with smaller pictures."""
    model = network(name, 3).eval()
    for height, width in ((side(name), side(name)), (side(name) + 13, side(name) + 6)):
        assert model(torch.zeros(1, 3, height, width)).shape == (1, CLASSES)


@pytest.mark.parametrize(("name", "channels"), CASES)
def test_runs_trains_and_comes_back(name: str, channels: int) -> None:
    model, pictures = network(name, channels), batch(name, channels)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0  # one batch is all that there is: deep networks overflow on half-learnt statistics
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    first = next(parameter for parameter in model.parameters() if parameter.ndim > 1)
    before = first.detach().clone()

    loss = functional.cross_entropy(model.train()(pictures), torch.arange(len(pictures)) % CLASSES)
    loss.backward()

    for key, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, key
            assert torch.isfinite(parameter.grad).all(), key
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # on a few pixels the deepest networks' are enormous
    optimizer.step()
    assert not torch.equal(first, before)
    optimizer.zero_grad()

    with torch.inference_mode():
        outputs = model.eval()(pictures)
        assert outputs.shape == (len(pictures), CLASSES)
        assert torch.isfinite(outputs).all()

        head = model.get_submodule(networks.classifier(model))
        assert isinstance(head, nn.Linear)
        assert head.out_features == CLASSES
        features = networks.features(model, pictures)
        assert features.shape == (len(pictures), head.in_features)
        assert torch.equal(head(features), outputs)
        assert not head._forward_pre_hooks

        stored = save({key: tensor.contiguous() for key, tensor in model.state_dict().items()})
        again = empty(name, channels)
        again.load_state_dict(load(stored))
        assert torch.equal(again.eval()(pictures), outputs)

        # in double precision, rounding cannot hide a leak between pictures
        again, pictures = again.double(), pictures.double()
        torch.testing.assert_close(again(pictures[1:2]), again(pictures)[1:2], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_depth_runs_from_the_input_to_the_classifier(name: str) -> None:
    with torch.device("meta"):
        model = network(name, 3)
    groups = networks.depth_groups(model)
    assert sorted(key for group in groups for key in group) == sorted(key for key, _ in model.named_parameters())
    assert len(groups) >= 2
    head = networks.classifier(model)
    assert set(groups[-1]) == {f"{head}.{key}" for key, _ in model.get_submodule(head).named_parameters()}
    first = next(key for key, module in model.named_modules() if isinstance(module, nn.Conv2d))
    assert f"{first}.weight" in groups[0]


@pytest.mark.parametrize("name", NAMES)
def test_takes_its_smallest_size_oblong_pictures_and_no_smaller_ones(name: str) -> None:
    entry = registry.entry(name)
    for size in ((entry.smallest, entry.smallest), (entry.smallest, entry.smallest + 9)):
        with torch.device("meta"):  # shapes only: large networks take no time
            model = networks.build(name, channels=1, classes=2, size=size)
            assert model.train()(torch.empty(4, 1, *size)).shape == (4, 2)
    with pytest.raises(UsageError, match=str(entry.smallest)):
        networks.build(name, channels=1, classes=2, size=(entry.smallest + 9, entry.smallest - 1))


@pytest.mark.parametrize("name", NAMES)
def test_facts_at_the_top_of_the_file_are_what_is_measured(name: str) -> None:
    from miwake.networks import hub
    from miwake.networks.facts import measure

    entry = registry.entry(name)
    if entry.counts is not None:
        assert measure(name) == entry.counts, f"write these into COUNTS of networks/{entry.family}.py"
    if entry.hub:
        there = hub.facts(entry.hub, entry.hub_name)
        assert there is not None
        assert there.licence == entry.licence
        assert len(there.classes) == 1000
    assert entry.paper
    assert entry.size >= entry.smallest


ALONE = [name for name in networks.names() if registry.entry(name).stages]


def test_some_networks_learn_by_themselves() -> None:
    assert {"neocognitron", "deep-belief", "deep-belief-photo"} <= set(ALONE)


def squares(count: int, channels: int, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures of an upright or a level bar, somewhere, and which it is."""
    generator = torch.Generator().manual_seed(7)
    labels = torch.arange(count) % 2
    pictures = 0.1 * torch.randn(count, channels, side, side, generator=generator)
    for picture, label in zip(pictures, labels.tolist(), strict=True):
        top, left = torch.randint(0, side - 8, (2,), generator=generator).tolist()
        picture[:, top : top + (8 if label else 2), left : left + (2 if label else 8)] += 2
    return pictures, labels


@pytest.mark.parametrize("name", ALONE)
def test_its_layers_learn_by_themselves_one_after_the_other(name: str) -> None:
    classify, batches = tasks.find("classify")(classes=("level", "upright")), []
    pictures, labels = squares(96, 1, side(name))
    for rows in torch.arange(96).split(32):
        batches.append(Batch(pictures[rows], labels[rows], rows))
    learnt = []
    for _ in range(2):
        torch.manual_seed(0)
        model = registry.build(name, channels=1, classes=2, size=(side(name),) * 2).eval()
        stages = registry.entry(name).stages
        for phase in classify.phases(pretrained=False, stages=stages):
            (turn,) = phase.turns
            before = {key: value.clone() for key, value in model.state_dict().items()}
            torch.manual_seed(1)
            state = None
            with torch.no_grad():
                for batch in batches:
                    state = classify.observe(model, batch, turn, state)
                untouched = model.state_dict()
                assert all(torch.equal(value, untouched[key]) for key, value in before.items()), phase.name
                classify.finish(model, turn, state)
            own = networks.classifier(model) if phase.name == "head" else phase.name
            changed = {key for key, value in model.state_dict().items() if not torch.equal(value, before[key])}
            assert changed, phase.name
            assert all(key.startswith(f"{own}.") for key in changed), phase.name
            assert all(torch.isfinite(value).all() for value in model.state_dict().values()), phase.name
        learnt.append(model)
    first, second = (model.state_dict() for model in learnt)
    assert all(torch.equal(value, second[key]) for key, value in first.items())  # the seed alone decides
    with torch.inference_mode():
        assert (learnt[0](pictures).argmax(1) == labels).float().mean() > 0.9
