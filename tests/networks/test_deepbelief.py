"""The convolutional Boltzmann machine against all its states counted one by one, and what it learns."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from miwake import networks
from miwake.explanation.gabor import fit_hat
from miwake.networks.deepbelief import CRBM, DeepBelief, together
from miwake.networks.retina import Whitening, ink


def machine(before: int = 1, groups: int = 2, side: int = 2, *, real: bool = False, active: float = 0.1) -> CRBM:
    torch.manual_seed(0)
    layer = CRBM(before, groups, side, pool=2, active=active, real=real).double()
    with torch.no_grad():
        layer.w.weight.normal_()
        layer.w.bias.normal_()  # type: ignore[union-attr]
        layer.c.normal_()
    return layer.requires_grad_(False)


def hidden_states(groups: int) -> Tensor:
    """All states (5^groups, groups, 2, 2) of one block in each group: one unit on, or none."""
    one = [torch.zeros(4, dtype=torch.double), *torch.eye(4, dtype=torch.double)]
    return torch.stack([torch.stack(state).view(groups, 2, 2) for state in itertools.product(one, repeat=groups)])


# -- the model -------------------------------------------------------------------------------------------------------


def test_the_units_of_a_block_and_none_of_them_have_sum_one() -> None:
    layer = machine(3, 4, 3)
    v = torch.randn(5, 3, 9, 9, dtype=torch.double) * 30  # strong enough for exp to overflow in single precision
    on, pooled = layer.chances(layer.drive(v))
    assert on.shape == (5, 4, 6, 6)  # of 7 × 7 hidden units the last row and column fill no block
    blocks = on.unfold(2, 2, 2).unfold(3, 2, 2).sum((4, 5))
    torch.testing.assert_close(blocks, pooled)
    off = 1 / (1 + layer.drive(v).exp().unfold(2, 2, 2).unfold(3, 2, 2).sum((4, 5)))
    torch.testing.assert_close(pooled + off, torch.ones_like(off))
    assert torch.equal(layer(v), pooled)


def test_a_hidden_unit_is_on_as_section_3_3_says() -> None:
    layer = machine(1, 1, 2)
    v = torch.randn(1, 1, 3, 3, dtype=torch.double)
    into = [
        (layer.w.weight[0, 0] * v[0, 0, i : i + 2, j : j + 2]).sum() + layer.w.bias[0]  # type: ignore[index]
        for i in (0, 1)
        for j in (0, 1)
    ]
    strengths = torch.stack(into).exp()
    torch.testing.assert_close(layer.chances(layer.drive(v))[0].flatten(), strengths / (1 + strengths.sum()))


def test_at_most_one_unit_of_a_block_is_drawn_and_as_often_as_it_should() -> None:
    layer = machine(1, 2, 2)
    into = layer.drive(torch.randn(1, 1, 5, 5, dtype=torch.double))
    torch.manual_seed(3)
    drawn = layer.draw(layer.chances(into)[0].expand(20_000, -1, -1, -1))
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert drawn.unfold(2, 2, 2).unfold(3, 2, 2).sum((4, 5)).max() == 1
    torch.testing.assert_close(drawn.mean(0), layer.chances(into)[0][0], atol=0.015, rtol=0)


@pytest.mark.parametrize("real", [False, True])
def test_the_free_energy_sums_over_all_hidden_states(real: bool) -> None:
    layer = machine(2, 3, 2, real=real)
    v = torch.randn(1, 2, 3, 3, dtype=torch.double)
    states = hidden_states(3)
    energies = layer.energy(v.expand(len(states), -1, -1, -1), states)
    torch.testing.assert_close(layer.free_energy(v), -torch.logsumexp(-energies, 0, keepdim=True))
    # and the chances are those of the states
    weights = torch.softmax(-energies, 0)
    torch.testing.assert_close((weights.view(-1, 1, 1, 1) * states).sum(0), layer.chances(layer.drive(v))[0][0])


@pytest.mark.parametrize("real", [False, True])
def test_a_reconstruction_is_the_mean_over_all_visible_states(real: bool) -> None:
    layer = machine(1, 2, 2, real=real)
    h = layer.draw(layer.chances(layer.drive(torch.randn(1, 1, 3, 3, dtype=torch.double)))[0])
    if real:  # the energy of real units is least at their mean
        mean = layer.reconstruct(h)
        around = mean + 0.01 * torch.randn(50, 1, 3, 3, dtype=torch.double)
        assert (layer.energy(around, h.expand(50, -1, -1, -1)) > layer.energy(mean, h)).all()
        return
    states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=9)), dtype=torch.double).view(-1, 1, 3, 3)
    weights = torch.softmax(-layer.energy(states, h.expand(len(states), -1, -1, -1)), 0)
    torch.testing.assert_close((weights.view(-1, 1, 1, 1) * states).sum(0), layer.reconstruct(h)[0])


@pytest.mark.parametrize("real", [False, True])
def test_the_statistics_are_the_gradient_of_the_free_energy(real: bool) -> None:
    """-∂F/∂W is what the hidden units do with what they see, against finite differences."""
    layer = machine(2, 3, 3, real=real)
    v = torch.rand(2, 2, 6, 6, dtype=torch.double)
    on = layer.chances(layer.drive(v))[0]
    weight = together(v, on)
    for values, gradient in ((layer.w.weight, weight), (layer.w.bias, on.sum((0, 2, 3))), (layer.c, v.sum((0, 2, 3)))):
        flat = values.view(-1)  # type: ignore[union-attr]
        for place in range(0, len(flat), 5):
            kept = flat[place].item()
            around = []
            for step in (1e-5, -1e-5):
                flat[place] = kept + step
                around.append(layer.free_energy(v).sum().item())
            flat[place] = kept
            slope = -(around[0] - around[1]) / 2e-5
            assert slope == pytest.approx(gradient.reshape(-1)[place].item(), abs=1e-6)


# -- learning --------------------------------------------------------------------------------------------------------


def strokes(count: int, seed: int) -> Tensor:
    """(count, 1, 14, 14) of 0 and 1: an upright and a level bar each, anywhere."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.randint(1, 11, (count, 4), generator=generator)
    pictures = torch.zeros(count, 1, 14, 14)
    for picture, (top, left, row, column) in zip(pictures, places.tolist(), strict=True):
        picture[0, top : top + 6, left : left + 2] = 1
        picture[0, row : row + 2, column : column + 6] = 1
    return pictures


def test_it_learns_to_reconstruct_and_to_prefer_what_it_has_seen() -> None:
    torch.manual_seed(0)
    layer = CRBM(1, 8, 6, pool=2, active=0.05)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    torch.manual_seed(1)
    state = None
    with torch.no_grad():
        for epoch in range(12):
            for batch in strokes(160, epoch).split(32):
                state = layer.observe(batch, state)
        assert state is not None
        assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())  # until it finishes
        layer.finish(state)
        new = strokes(64, 99)
        noise = (torch.rand(64, 1, 14, 14, generator=torch.Generator().manual_seed(5)) < new.mean()).float()
        assert sum(state.errors[-10:]) < 0.6 * sum(state.errors[:10])
        # as much ink in any order is less probable
        assert (layer.free_energy(new) < layer.free_energy(noise).min()).float().mean() > 0.9
        assert layer.chances(layer.drive(new))[0].mean().item() == pytest.approx(0.05, abs=0.02)


def test_learning_depends_on_the_seed_alone() -> None:
    torch.manual_seed(0)
    layer = CRBM(1, 4, 5, pool=2, active=0.1)
    learnt = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        learnt.append(layer.observe(strokes(8, 0), None).w)
    assert torch.equal(learnt[0], learnt[1])
    assert not torch.equal(learnt[0], learnt[2])


# -- what comes before, and what is shown ----------------------------------------------------------------------------


def smooth_noise(count: int, channels: int = 1) -> Tensor:
    """Noise whose power falls with the frequency squared, as that of photographs does (Field 1987)."""
    spectrum = torch.fft.rfft2(torch.randn(count, channels, 40, 40, generator=torch.Generator().manual_seed(0)))
    rows, columns = torch.fft.fftfreq(40)[:, None], torch.fft.rfftfreq(40)[None]
    frequency = (rows.square() + columns.square()).sqrt().clamp_min(1 / 40)
    pictures = torch.fft.irfft2(spectrum / frequency)
    return (pictures - pictures.mean()) / pictures.std()


def test_whitening_makes_neighbours_independent_and_is_a_mexican_hat() -> None:
    pictures = smooth_noise(60)
    layer = Whitening(1, 9)
    assert torch.equal(layer(pictures), pictures)  # before it has learnt

    def likeness(x: Tensor, step: int) -> float:
        x = x[..., 6:-6, 6:-6]
        return torch.corrcoef(torch.stack([x[..., step:].flatten(), x[..., :-step].flatten()]))[0, 1].item()

    assert likeness(pictures, 1) > 0.65
    layer.finish(layer.observe(pictures[30:], layer.observe(pictures[:30], None)))
    with torch.no_grad():
        white = layer(pictures)
    assert abs(likeness(white, 1)) < 0.15
    assert abs(likeness(white, 2)) < 0.15
    assert white.std().item() == pytest.approx(1, abs=0.2)
    hat = layer.filter.weight.detach()[0, 0].numpy()
    assert hat[4, 4] > 0 > max(hat[4, 3], hat[3, 4], hat[4, 5], hat[5, 4])
    assert fit_hat(hat).good


def test_a_flat_picture_is_no_division_by_nothing() -> None:
    assert torch.equal(ink(torch.full((2, 3, 8, 8), 0.4)), torch.zeros(2, 3, 8, 8))
    layer = Whitening(1, 5)
    layer.finish(layer.observe(torch.zeros(2, 1, 9, 9), None))
    assert torch.isfinite(layer.filter.weight).all()


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
        hidden = torch.nn.functional.conv2d(x, model.first.w.weight)
        pooled = torch.nn.functional.avg_pool2d(hidden, 2)
        drive = torch.nn.functional.conv2d(pooled, model.second.w.weight)
    torch.testing.assert_close((bases["second"] * x).sum((1, 2, 3)), drive.flatten(), rtol=1e-3, atol=1e-5)
