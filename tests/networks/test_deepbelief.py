"""The convolutional Boltzmann machine against all its states counted one by one, and what it learns."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from miwake import networks
from miwake.networks.deepbelief import _MOMENTUM, _RATE, CRBM, DeepBelief


def machine(before: int = 1, groups: int = 2, side: int = 2, *, real: bool = False) -> CRBM:
    torch.manual_seed(0)
    layer = CRBM(before, groups, side, active=0.1, real=real).double()
    with torch.no_grad():
        layer.w.weight.normal_()
        layer.w.bias.normal_()  # type: ignore[union-attr]
        layer.c.normal_()
    return layer.requires_grad_(False)


def energy(layer: CRBM, v: Tensor, h: Tensor) -> Tensor:
    """E(v, h) of real and of other units as the paper writes it (sections 2.1 and 3.2), (B)."""
    found = -(h * layer.w(v)).flatten(1).sum(1) - (layer.c.view(-1, 1, 1) * v).flatten(1).sum(1)
    return found + 0.5 * v.square().flatten(1).sum(1) if layer.real else found


def hidden_states(groups: int) -> Tensor:
    """All states (5^groups, groups, 2, 2) of one block in each group: one unit on, or none."""
    one = [torch.zeros(4, dtype=torch.double), *torch.eye(4, dtype=torch.double)]
    return torch.stack([torch.stack(state).view(groups, 2, 2) for state in itertools.product(one, repeat=groups)])


# -- the model -------------------------------------------------------------------------------------------------------


def test_a_hidden_unit_is_on_as_section_3_3_says() -> None:
    layer = machine(1, 1, 2)
    v = torch.randn(1, 1, 3, 3, dtype=torch.double)
    into = [
        (layer.w.weight[0, 0] * v[0, 0, i : i + 2, j : j + 2]).sum() + layer.w.bias[0]  # type: ignore[index]
        for i in (0, 1)
        for j in (0, 1)
    ]
    strengths = torch.stack(into).exp()
    torch.testing.assert_close(layer.chances(v).flatten(), strengths / (1 + strengths.sum()))


def test_a_pooling_unit_is_on_when_any_unit_of_its_block_is() -> None:
    layer = machine(3, 4, 3)
    v = 30 * torch.randn(5, 3, 9, 9, dtype=torch.double)  # strong enough for exp to overflow in single precision
    on = layer.chances(v)
    assert on.shape == (5, 4, 6, 6)  # of 7 × 7 hidden units the last row and column fill no block
    torch.testing.assert_close(on.unfold(2, 2, 2).unfold(3, 2, 2).sum((4, 5)), layer(v))
    assert torch.isfinite(layer.float()(1e4 * v.float())).all()


def test_at_most_one_unit_of_a_block_is_drawn_and_as_often_as_it_should() -> None:
    layer = machine(1, 2, 2)
    v = torch.randn(1, 1, 5, 5, dtype=torch.double)
    torch.manual_seed(3)
    drawn = layer.draw(v.expand(20_000, -1, -1, -1))
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert drawn.unfold(2, 2, 2).unfold(3, 2, 2).sum((4, 5)).max() == 1
    torch.testing.assert_close(drawn.mean(0), layer.chances(v)[0], atol=0.015, rtol=0)


@pytest.mark.parametrize("real", [False, True])
def test_the_free_energy_sums_over_all_hidden_states(real: bool) -> None:
    layer = machine(2, 3, 2, real=real)
    v = torch.randn(1, 2, 3, 3, dtype=torch.double)
    states = hidden_states(3)
    energies = energy(layer, v.expand(len(states), -1, -1, -1), states)
    torch.testing.assert_close(layer.free_energy(v), -torch.logsumexp(-energies, 0, keepdim=True))
    # and the chances are those of the states
    weights = torch.softmax(-energies, 0)
    torch.testing.assert_close((weights.view(-1, 1, 1, 1) * states).sum(0), layer.chances(v)[0])


@pytest.mark.parametrize("real", [False, True])
def test_a_reconstruction_is_the_mean_over_all_visible_states(real: bool) -> None:
    layer = machine(1, 2, 2, real=real)
    h = layer.draw(torch.randn(1, 1, 3, 3, dtype=torch.double))
    if real:  # the energy of real units is least at their mean
        mean = layer.reconstruct(h)
        around = mean + 0.01 * torch.randn(50, 1, 3, 3, dtype=torch.double)
        assert (energy(layer, around, h.expand(50, -1, -1, -1)) > energy(layer, mean, h)).all()
        return
    states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=9)), dtype=torch.double).view(-1, 1, 3, 3)
    weights = torch.softmax(-energy(layer, states, h.expand(len(states), -1, -1, -1)), 0)
    torch.testing.assert_close((weights.view(-1, 1, 1, 1) * states).sum(0), layer.reconstruct(h)[0])


# -- learning --------------------------------------------------------------------------------------------------------


def strokes(count: int, seed: int) -> Tensor:
    """(count, 1, 14, 14) of 0 and 1: an upright and a level bar each, anywhere."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.randint(1, 9, (count, 4), generator=generator)
    pictures = torch.zeros(count, 1, 14, 14)
    for picture, (top, left, row, column) in zip(pictures, places.tolist(), strict=True):
        picture[0, top : top + 6, left : left + 2] = 1
        picture[0, row : row + 2, column : column + 6] = 1
    return pictures


def learn(layer: CRBM, pictures: Tensor, epochs: int) -> None:
    state = None
    with torch.no_grad():
        for epoch in range(epochs):
            order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(epoch))
            for batch in pictures[order].split(32):
                state = layer.observe(batch, state)
        assert state is not None
        layer.finish(state)


def missed(layer: CRBM, v: Tensor) -> float:
    """Mean squared error of what is drawn again, where the hidden units see as much as they can."""
    with torch.no_grad():
        middle = (..., slice(layer.side, -layer.side), slice(layer.side, -layer.side))
        return (layer.reconstruct(layer.chances(v)) - layer.within(v))[middle].square().mean().item()


def test_a_step_is_the_data_s_statistics_less_those_of_the_reconstruction() -> None:
    """Equations of section 3.2 by hand: how often a hidden unit is on together with what it sees."""
    torch.manual_seed(0)
    layer = CRBM(1, 2, 3, active=0.1).double()
    v = torch.rand(3, 1, 6, 6, dtype=torch.double)
    torch.manual_seed(1)
    with torch.no_grad():
        learnt = layer.observe(v, None).machine
        c = v.mean().logit()
        torch.manual_seed(1)
        again = functional.conv_transpose2d(layer.draw(v), layer.w.weight, c.view(1)).sigmoid()
        again[:, :, [0, -1]], again[..., [0, -1]] = v[:, :, [0, -1]], v[..., [0, -1]]  # the frame is the data's
        on, on_again = layer.chances(v), layer.chances(again)
        for k, p, q in itertools.product(range(2), range(3), range(3)):
            data, model = (
                (hidden[:, k] * seen[:, 0, p : p + 4, q : q + 4]).mean()
                for hidden, seen in ((on, v), (on_again, again))
            )
            before = layer.w.weight[k, 0, p, q]
            assert learnt.w.weight[k, 0, p, q] == pytest.approx(
                (before + 0.2 * (data - model - 3e-4 * before)).item(), abs=1e-12
            )
        for k in range(2):
            change = (on - on_again)[:, k].mean() + 3 * (0.1 - on[:, k].mean())
            assert learnt.w.bias[k] == pytest.approx((layer.w.bias[k] + 0.2 * change).item())  # type: ignore[index]
        assert learnt.c == pytest.approx((c + 0.2 * (v - again).sum() / on[:, 0].numel()).item())


def test_it_learns_to_reconstruct_and_to_prefer_what_it_has_seen() -> None:
    torch.manual_seed(0)
    layer = CRBM(1, 8, 6, active=0.05)
    new = strokes(64, 99)
    # as much ink in each, in any order
    order = torch.rand(64, 196, generator=torch.Generator().manual_seed(5)).argsort(1)
    shuffled = new.flatten(1).gather(1, order).view_as(new)
    before = missed(layer, new)
    learn(layer, strokes(160, 0), 12)
    assert missed(layer, new) < 0.5 * before
    with torch.no_grad():
        assert (layer.free_energy(new) < layer.free_energy(shuffled)).float().mean() > 0.95
        assert layer.chances(new).mean().item() == pytest.approx(0.05, abs=0.02)


def bright_corners(count: int) -> Tensor:
    """Pictures (count, 3, 24, 24) with hard edges and little else."""
    x = torch.zeros(count, 3, 24, 24)
    for n, picture in enumerate(x):
        picture[n % 3, n % 16 : n % 16 + 12, n % 7 : n % 7 + 14] = 1
    return x


@pytest.mark.parametrize("pictures", [torch.randn(64, 3, 24, 24), bright_corners(64), torch.ones(64, 3, 24, 24)])
def test_the_layers_for_photographs_stay_within_bounds(pictures: Tensor) -> None:
    """Real visible units can run away: nothing bounds what is drawn again."""
    torch.manual_seed(0)
    model = networks.build("deep-belief-photo", channels=3, classes=3, size=(24, 24))
    assert isinstance(model, DeepBelief)
    for layer in (model.first, model.second):
        loop = _RATE * len(layer.w.weight) * layer.side**2 * layer.active**2
        assert not layer.real or loop < 0.1 * 2 * (1 + _MOMENTUM)
    seen: list[Tensor] = []
    model.first.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model(pictures)
    learn(model.first, seen[0].detach(), 12)
    assert max(value.abs().max() for value in model.first.state_dict().values()) < 8


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_bases_of_the_second_layer_are_what_the_first_would_draw() -> None:
    torch.manual_seed(0)
    model = networks.build("deep-belief", channels=1, classes=3, size=(28, 28))
    assert isinstance(model, DeepBelief)
    bases = model.bases()
    side = model.first.side + 2 * model.second.side - 1
    assert bases["first"].shape == (40, 1, model.first.side, model.first.side)
    assert bases["second"].shape == (40, 1, side, side)
    # what a basis shows and what its unit sees are one: the unit's drive, with mean pooling in place of chances
    x = torch.randn(1, 1, side, side)
    with torch.no_grad():
        hidden = functional.conv2d(x, model.first.w.weight)
        drive = functional.conv2d(functional.avg_pool2d(hidden, 2), model.second.w.weight)
    torch.testing.assert_close((bases["second"] * x).sum((1, 2, 3)), drive.flatten(), rtol=1e-3, atol=1e-5)
