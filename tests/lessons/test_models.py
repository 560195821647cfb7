"""Formulas of the Neocognitron and of the Boltzmann machine against the networks of the zoo and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from miwake.lessons.formulas import boltzmann, neocognitron
from miwake.networks.deepbelief import CRBM
from miwake.networks.neocognitron import CCells, SCells

RANDOM = np.random.default_rng(0)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array)[None, None]


# -- the Neocognitron ------------------------------------------------------------------------------------------------


def s_layer(planes: int, r: float, q: float) -> SCells:
    """One with even weights c, no padding, and one S-column."""
    layer = SCells(1, planes, 3, r=r, q=q, column=7).double()
    layer.a.padding = (0, 0)
    layer.c.fill_(1 / 9)
    return layer.requires_grad_(False)


def test_s_cells_answer_as_those_of_the_network() -> None:
    x, a = RANDOM.random((6, 7)), RANDOM.random((3, 3))
    layer = s_layer(1, 2.5, 1.0)
    layer.a.weight.copy_(tensor(a))
    layer.b.fill_(0.8)
    found = neocognitron.s_cells(x, a, 0.8, 2.5)
    assert (found > 0).any()
    np.testing.assert_allclose(found, layer(tensor(x))[0, 0], atol=1e-12)
    np.testing.assert_allclose(neocognitron.inhibitory_cells(x, 3), layer.mean(tensor(x))[0, 0], atol=1e-12)


def test_one_look_is_enough_and_brightness_does_not_matter_much() -> None:
    t = RANDOM.random((3, 3))
    a, b = neocognitron.learnt_synapses(t, 500.0), neocognitron.learnt_inhibition(t, 500.0)
    answers = [neocognitron.s_cells(light * t, a, b, 2.0).item() for light in (0.5, 1.0, 2.0)]
    assert answers == pytest.approx([1, 1, 1], abs=0.05)
    assert neocognitron.s_cells(1 - t, a, b, 9.0).item() == 0


def test_c_cells_answer_as_those_of_the_network() -> None:
    own, other = RANDOM.random((5, 6)), RANDOM.random((5, 6))
    layer = CCells(3, stride=1).double()
    layer.d.fill_(1.0)
    expected = layer(torch.stack([torch.tensor(own), torch.tensor(other)])[None])[0]
    np.testing.assert_allclose(neocognitron.c_cells(own, other, 3), expected[0], atol=1e-12)
    np.testing.assert_allclose(neocognitron.c_cells(other, own, 3), expected[1], atol=1e-12)


def test_the_strongest_learns_as_in_the_network() -> None:
    """With one plane, one S-column and the same representative, both learn the same."""
    start, pictures = 0.001 * RANDOM.random((1, 9)), RANDOM.random((4, 25))
    layer = s_layer(1, 2.0, 3.0)
    layer.a.weight.copy_(torch.tensor(start).view(1, 1, 3, 3))
    synapses = layer.observe(torch.zeros(1, 1, 5, 5).double(), None)  # nothing to be learnt yet
    for x in pictures.reshape(4, 5, 5):
        answers = layer.answers(tensor(x), synapses)[0, 0]
        ((_, row, column),) = layer.representatives(answers[None])
        field = torch.tensor(x[row : row + 3, column : column + 3])
        assert answers[row, column] == answers.max()
        synapses.a[0, 0] += 3.0 / 9 * field
        synapses.b[0] += 1.5 * field.square().mean().sqrt()
    learnt = neocognitron.planes_after(start, pictures, 2.0, 3.0, 4)
    np.testing.assert_allclose(learnt.reshape(3, 3), synapses.a[0, 0], atol=1e-12)
    np.testing.assert_array_equal(neocognitron.planes_after(start, pictures, 2.0, 3.0, 0), start)


# -- the Boltzmann machine -------------------------------------------------------------------------------------------


@pytest.fixture
def machine() -> tuple[CRBM, np.ndarray, float, float]:
    w, b, c = RANDOM.normal(size=(3, 3)), -0.7, 0.4
    layer = CRBM(1, 1, 3, active=0.1).double().requires_grad_(False)
    layer.w.weight.copy_(tensor(w))
    layer.w.bias.fill_(b)  # type: ignore[union-attr]
    layer.c.fill_(c)
    return layer, w, b, c


def test_chances_and_energies_are_those_of_the_network(machine) -> None:
    layer, w, b, c = machine
    v = RANDOM.random((6, 8))
    into = boltzmann.drive(v, w, b)
    np.testing.assert_allclose(into, layer.w(tensor(v))[0, 0], atol=1e-12)
    on, pooled = layer.chances(tensor(v)), layer(tensor(v))
    np.testing.assert_allclose(boltzmann.hidden_chances(into), on[0, 0], atol=1e-12)
    np.testing.assert_allclose(boltzmann.pooling_chances(into), pooled[0, 0], atol=1e-12)
    assert boltzmann.first_block(into).sum() == pytest.approx(1)
    assert boltzmann.first_block(into)[4] == pytest.approx(1 - pooled[0, 0, 0, 0].item())
    h = on[0, 0].numpy()
    np.testing.assert_allclose(boltzmann.reconstruction(h, w, c), layer.reconstruct(on)[0, 0], atol=1e-12)
    assert boltzmann.free_energy(v, w, b, c) == pytest.approx(layer.free_energy(tensor(v)).item())


def test_the_free_energy_sums_over_all_hidden_states(machine) -> None:
    _, w, b, c = machine
    v = RANDOM.random((4, 4))
    states = [np.zeros((2, 2)), *np.eye(4).reshape(4, 2, 2)]  # of one block: none is on, or one
    energies = np.array([boltzmann.energy(v, h, w, b, c) for h in states])
    assert boltzmann.free_energy(v, w, b, c) == pytest.approx(-np.log(np.exp(-energies).sum()))


def test_the_gradient_of_the_free_energy(machine) -> None:
    _, w, b, c = machine
    v = RANDOM.random((6, 6))
    gradient = boltzmann.free_energy_gradient(v, w, b)
    for place in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[place] = 1e-5
        around = [boltzmann.free_energy(v, w + sign * step, b, c) for sign in (1, -1)]
        assert (around[0] - around[1]) / 2e-5 == pytest.approx(gradient[place], abs=1e-6)


def test_divergence_finds_the_stroke() -> None:
    from miwake.lessons.course.deep_belief import LESSON

    begin, strokes = (np.array(LESSON.inputs[name].value) for name in ("begin", "strokes"))
    learnt = boltzmann.divergence_after(begin, strokes, -2.0, 2.0, 0.1, 160)
    w, errors = learnt[:9].reshape(3, 3), learnt[10:]
    slanted = np.fliplr(np.eye(3)) > 0
    assert w[slanted].min() > 2 > 0 > w[~slanted].max()
    assert errors[-8:].mean() < 0.4 * errors[:8].mean()
    np.testing.assert_array_equal(boltzmann.divergence_after(begin, strokes, -2.0, 2.0, 0.1, 0)[:9], begin.ravel())
