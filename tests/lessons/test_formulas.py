"""Every formula against PyTorch, and its gradient against PyTorch's and against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from miwake.errors import UsageError
from miwake.lessons.formulas import backprop, blocks, convolution, descent, functions, neurons, pooling, sight

RANDOM = np.random.default_rng(0)
Arrays = Sequence[np.ndarray]


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape)


def tensors(arrays: Arrays) -> list[torch.Tensor]:
    return [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]


def differences(f: Callable[..., Any], arrays: Arrays, above: np.ndarray) -> list[np.ndarray]:
    """∂(Σ above · f)/∂array by central differences."""
    found = []
    for number, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            step = np.zeros_like(array)
            step[place] = 1e-5
            sides = [
                np.sum(above * f(*[a + sign * step if n == number else a for n, a in enumerate(arrays)]))
                for sign in (1, -1)
            ]
            gradient[place] = (sides[0] - sides[1]) / 2e-5
        found.append(gradient)
    return found


ONE_HOT = np.array([0.0, 0, 1, 0])
DROPPED = RANDOM.random((4, 5))

# formula, its gradient, the same in PyTorch, what it is given
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., torch.Tensor], Arrays]] = {
    "relu": (functions.relu, functions.relu_gradient, torch.relu, [normal(5)]),
    "sigmoid": (functions.sigmoid, functions.sigmoid_gradient, torch.sigmoid, [normal(5)]),
    "dense": (functions.dense, functions.dense_gradient, functional.linear, [normal(4), normal(3, 4), normal(3)]),
    "softmax": (functions.softmax, functions.softmax_gradient, lambda u: torch.softmax(u, 0), [normal(5)]),
    "cross-entropy": (
        lambda p: functions.cross_entropy(p, ONE_HOT),
        lambda p, above: above * functions.cross_entropy_gradient(p, ONE_HOT),
        lambda p: functional.nll_loss(torch.log(p)[None], torch.tensor([2])),
        [RANDOM.dirichlet(np.ones(4))],
    ),
    "softmax and cross-entropy": (
        lambda u: functions.cross_entropy(functions.softmax(u), ONE_HOT),
        lambda u, above: above * functions.softmax_cross_entropy_gradient(u, ONE_HOT),
        lambda u: functional.cross_entropy(u[None], torch.tensor([2])),
        [normal(4)],
    ),
    "squared error": (
        lambda y: functions.squared_error(y, ONE_HOT),
        lambda y, above: above * functions.squared_error_gradient(y, ONE_HOT),
        lambda y: functional.mse_loss(y, torch.tensor(ONE_HOT), reduction="sum") / 2,
        [normal(4)],
    ),
    "convolve": (
        lambda x, h: convolution.convolve(x, h, 2, 1),
        lambda x, h, above: convolution.convolve_gradient(x, h, above, 2, 1),
        lambda x, h: functional.conv2d(x[None, None], h[None, None], stride=2, padding=1)[0, 0],
        [normal(7, 6), normal(3, 2)],
    ),
    "convolution layer": (
        lambda x, h, b: convolution.convolution_layer(x, h, b, 2, 1),
        lambda x, h, b, above: convolution.convolution_layer_gradient(x, h, b, above, 2, 1),
        lambda x, h, b: functional.conv2d(x[None], h, b, stride=2, padding=1)[0],
        [normal(3, 6, 7), normal(2, 3, 3, 3), normal(2)],
    ),
    "transposed layer": (
        lambda x, h, b: convolution.transposed_layer(x, h, b, 2, 1),
        lambda x, h, b, above: convolution.transposed_layer_gradient(x, h, b, above, 2, 1),
        lambda x, h, b: functional.conv_transpose2d(x[None], h, b, stride=2, padding=1)[0],
        [normal(2, 3, 4), normal(2, 3, 3, 3), normal(3)],
    ),
    "max pooling": (
        lambda x: pooling.max_pool(x, 3, 2),
        lambda x, above: pooling.max_pool_gradient(x, above, 3, 2),
        lambda x: functional.max_pool2d(x[None], 3, 2)[0],
        [normal(2, 7, 8)],
    ),
    "average pooling": (
        lambda x: pooling.average_pool(x, 3, 2),
        lambda x, above: pooling.average_pool_gradient(x, above, 3, 2),
        lambda x: functional.avg_pool2d(x[None], 3, 2)[0],
        [normal(2, 7, 8)],
    ),
    "global average pooling": (
        pooling.global_average_pool,
        pooling.global_average_pool_gradient,
        lambda x: functional.adaptive_avg_pool2d(x[None], 1)[0, :, 0, 0],
        [normal(3, 4, 5)],
    ),
    "flatten": (pooling.flatten, pooling.flatten_gradient, torch.flatten, [normal(2, 3, 4)]),
    "batch normalisation": (
        blocks.batch_norm,
        blocks.batch_norm_gradient,
        lambda x, gamma, beta: functional.batch_norm(x, None, None, gamma, beta, training=True),
        [normal(6, 3), normal(3), normal(3)],
    ),
    "residual block": (
        blocks.residual_block,
        blocks.residual_block_gradient,
        lambda x, w1, w2: torch.relu(x + w2 @ torch.relu(w1 @ x)),
        [normal(4), normal(5, 4), normal(4, 5)],
    ),
    "dropout": (
        lambda x: blocks.dropout(x, DROPPED, 0.4),
        lambda x, above: blocks.dropout_gradient(x, DROPPED, 0.4, above),
        lambda x: x * torch.tensor(DROPPED >= 0.4) / 0.6,
        [normal(4, 5)],
    ),
    "w²": (
        descent.square,
        lambda w, above: above * descent.square_gradient(w),
        lambda w: w**2,
        [normal(1)],
    ),
    "line": (
        lambda w: descent.line_error(w, DROPPED[0], DROPPED[1]),
        lambda w, above: above * descent.line_error_gradient(w, DROPPED[0], DROPPED[1]),
        lambda w: functional.mse_loss(w[0] * torch.tensor(DROPPED[0]) + w[1], torch.tensor(DROPPED[1])) / 2,
        [normal(2)],
    ),
    "simple cell": (
        lambda x: sight.simple_cell(x, DROPPED),
        lambda x, above: above * sight.simple_cell_gradient(x, DROPPED),
        lambda x: torch.relu((x * torch.tensor(DROPPED)).sum()),
        [np.abs(normal(4, 5))],
    ),
    "silent simple cell": (
        lambda x: sight.simple_cell(x, DROPPED),
        lambda x, above: above * sight.simple_cell_gradient(x, DROPPED),
        lambda x: torch.relu((x * torch.tensor(DROPPED)).sum()),
        [-np.abs(normal(4, 5))],
    ),
    "complex cell": (
        lambda x: sight.complex_cell(x, DROPPED, DROPPED**2),
        lambda x, above: above * sight.complex_cell_gradient(x, DROPPED, DROPPED**2),
        lambda x: torch.hypot((x * torch.tensor(DROPPED)).sum(), (x * torch.tensor(DROPPED**2)).sum()),
        [normal(4, 5)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_formula_and_gradient(name: str) -> None:
    formula, gradient, torch_formula, given_arrays = CASES[name]
    asked = tensors(given_arrays)
    found, expected = formula(*given_arrays), torch_formula(*asked)
    np.testing.assert_allclose(found, expected.detach().numpy(), atol=1e-12)
    above = normal(*np.shape(found))
    expected.backward(torch.tensor(above))
    ours = gradient(*given_arrays, above)
    ours = ours if isinstance(ours, tuple) else (ours,)
    assert len(ours) == len(given_arrays)
    for mine, theirs, measured in zip(ours, asked, differences(formula, given_arrays, np.asarray(above)), strict=True):
        np.testing.assert_allclose(mine, theirs.grad, atol=1e-10)
        np.testing.assert_allclose(mine, measured, atol=1e-6)


@given(
    size=st.integers(1, 9),
    side=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_convolution_and_its_transpose_at_any_size(size: int, side: int, stride: int, padding: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x, h = random.normal(size=(2, size, size + 1)), random.normal(size=(3, 2, side, side))
    options = {"stride": stride, "padding": padding}
    if side > size + 2 * padding:
        with pytest.raises(UsageError, match="does not fit"):
            convolution.convolution_layer(x, h, np.zeros(3), **options)
    else:
        expected = functional.conv2d(torch.tensor(x)[None], torch.tensor(h), **options)[0]
        found = convolution.convolution_layer(x, h, np.zeros(3), **options)
        np.testing.assert_allclose(found, expected, atol=1e-12)
        rows = convolution.output_size(size, side, stride, padding)
        assert found.shape == (3, rows, convolution.output_size(size + 1, side, stride, padding))
        above = random.normal(size=found.shape)
        ours = convolution.convolution_layer_gradient(x, h, np.zeros(3), above, **options)
        asked = tensors([x, h])
        functional.conv2d(asked[0][None], asked[1], **options)[0].backward(torch.tensor(above))
        for mine, theirs in zip(ours, asked, strict=False):
            np.testing.assert_allclose(mine, theirs.grad, atol=1e-10)
    if min(convolution.transposed_size(size, side, stride, padding), size) > 0:
        h = h.transpose(1, 0, 2, 3)
        expected = functional.conv_transpose2d(torch.tensor(x)[None], torch.tensor(h.copy()), **options)[0]
        np.testing.assert_allclose(convolution.transposed_layer(x, h, np.zeros(3), **options), expected, atol=1e-12)


def test_one_channel_is_the_layer_with_one_channel() -> None:
    x, h = normal(5, 6), normal(3, 3)
    one = convolution.transposed_convolve(x, h, 2, 1)
    expected = functional.conv_transpose2d(torch.tensor(x)[None, None], torch.tensor(h)[None, None], None, 2, 1)
    np.testing.assert_allclose(one, expected[0, 0], atol=1e-12)
    assert np.array_equal(convolution.unpad(convolution.pad(x, 2), 2), x)
    moved = convolution.shift(x, 1, -2)
    assert np.array_equal(moved[1:, :-2], x[:-1, 2:])
    assert not moved[0].any()
    assert not moved[:, -2:].any()


def test_the_true_class_at_a_fifth() -> None:
    p, d = np.array([0.2, 0.7, 0.1]), np.array([1.0, 0, 0])
    assert functions.cross_entropy(p, d, 10) == pytest.approx(0.699, abs=5e-4)
    assert functions.cross_entropy(p, d) == pytest.approx(1.609, abs=5e-4)
    assert functions.cross_entropy(np.array([0.0, 1]), np.array([1.0, 0])) < math.inf
    assert np.isfinite(functions.softmax(np.array([1000.0, -1000]))).all()


def test_backprop_layer_by_layer() -> None:
    x, target = normal(3), np.array([0.0, 1])
    weights = [normal(4, 4), normal(3, 5), normal(2, 4)]
    asked = tensors(weights)
    z = torch.tensor(x)
    pre = []
    for w in asked:
        u = w @ torch.cat([z, torch.ones(1, dtype=torch.float64)])
        u.retain_grad()
        pre.append(u)
        z = torch.sigmoid(u)
    (((z - torch.tensor(target)) ** 2).sum() / 2).backward()
    deltas, gradients = backprop.backward(x, weights, target)
    np.testing.assert_allclose(backprop.forward(x, weights)[-1], z.detach(), atol=1e-12)

    def error(*changed: np.ndarray) -> float:
        return functions.squared_error(backprop.forward(x, changed)[-1], target)

    measured = differences(error, weights, np.asarray(1.0))
    for delta, u, gradient, w, near in zip(deltas, pre, gradients, asked, measured, strict=True):
        np.testing.assert_allclose(delta, u.grad, atol=1e-12)
        np.testing.assert_allclose(gradient, w.grad, atol=1e-12)
        np.testing.assert_allclose(gradient, near, atol=1e-6)


def test_threshold_neuron_computes_and_or_not() -> None:
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    ones = np.ones(2)
    answers = {theta: [neurons.threshold_neuron(np.array(pair), ones, theta) for pair in pairs] for theta in (1, 2)}
    assert answers == {1: [0, 1, 1, 1], 2: [0, 0, 0, 1]}
    for x in normal(9, 4):
        w = normal(4)
        expected = torch.heaviside(torch.tensor(w @ x - 0.3, dtype=torch.float64), torch.ones(1, dtype=torch.float64))
        assert neurons.threshold_neuron(x, w, 0.3) == expected.item()


CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


def mistakes(w: np.ndarray, targets: np.ndarray) -> int:
    answers = [neurons.threshold_neuron(neurons.with_one(x), w, 0.0) for x in CORNERS]
    return int(np.sum(np.array(answers) != targets))


@pytest.mark.parametrize("targets", [t for t in np.ndindex(2, 2, 2, 2) if t not in ((0, 1, 1, 0), (1, 0, 0, 1))])
def test_the_perceptron_learns_every_function_of_two_inputs_but_two(targets: tuple[int, ...]) -> None:
    path = neurons.perceptron_path(np.zeros(3), CORNERS, np.array(targets, float), 0.5, 200)
    assert mistakes(path[-1], np.array(targets)) == 0


@pytest.mark.parametrize("targets", [(0, 1, 1, 0), (1, 0, 0, 1)])
def test_the_perceptron_never_learns_xor(targets: tuple[int, ...]) -> None:
    path = neurons.perceptron_path(np.zeros(3), CORNERS, np.array(targets, float), 0.5, 400)
    assert min(mistakes(w, np.array(targets)) for w in path) >= 1


def test_the_perceptron_goes_down_its_criterion() -> None:
    w, x, target, rate = normal(4), normal(3), 1.0, 0.3
    w = -w if neurons.threshold_neuron(neurons.with_one(x), w, 0) else w  # a mistake
    measured = differences(lambda w: -np.sum(w * neurons.with_one(x)), [w], np.asarray(1.0))[0]
    np.testing.assert_allclose(neurons.perceptron_update(w, x, target, rate), w - rate * measured, atol=1e-6)


def test_the_boundary_lies_on_the_line() -> None:
    for w in normal(20, 3):
        for point in neurons.boundary(w, -1, 2):
            assert w[0] * point[0] + w[1] * point[1] + w[2] == pytest.approx(0, abs=1e-9)
    assert np.isnan(neurons.boundary(np.zeros(3), 0, 1)).all()


def test_hebb_climbs_and_oja_finds_the_first_principal_component() -> None:
    w, x = normal(3), normal(3)
    measured = differences(lambda w: neurons.weighted_sum(x, w) ** 2 / 2, [w], np.asarray(1.0))[0]
    np.testing.assert_allclose(neurons.hebb_update(w, x, 0.1), w + 0.1 * measured, atol=1e-6)
    asked = tensors([w])[0]
    (torch.dot(asked, torch.tensor(x)) ** 2 / 2).backward()
    np.testing.assert_allclose(neurons.hebb_update(w, x, 0.1) - w, 0.1 * asked.grad, atol=1e-12)
    cloud = RANDOM.normal(size=(400, 2)) @ np.array([[2.0, 1], [0, 0.5]])
    found = neurons.oja_path(np.array([0.3, -0.2]), cloud, 0.01, 4000)[-1]
    first = np.linalg.eigh(cloud.T @ cloud)[1][:, -1]
    assert np.linalg.norm(found) == pytest.approx(1, abs=0.1)
    assert abs(found @ first) / np.linalg.norm(found) > 0.99
    assert np.linalg.norm(neurons.hebb_path(np.array([0.3, -0.2]), cloud, 0.01, 400)[-1]) > 100


def test_the_memory_recalls_what_it_has_stored() -> None:
    patterns = np.where(normal(3, 60) > 0, 1.0, -1.0)
    w = neurons.memory(patterns)
    stored = torch.tensor(patterns)
    np.testing.assert_allclose(w, torch.einsum("pi,pj->ij", stored, stored).fill_diagonal_(0))
    for x in patterns:
        broken = x.copy()
        broken[:6] *= -1
        assert np.array_equal(neurons.recall(w, broken), torch.sign(torch.tensor(w @ broken)).numpy())
        assert np.array_equal(neurons.recall(w, broken), x)
        # it goes down the energy −½ xᵀ w x (Hopfield 1982, eq. 7), and rests at the pattern
        assert x @ w @ x > broken @ w @ broken
        assert np.array_equal(neurons.recall(w, x), x)
    assert neurons.recall(np.zeros((1, 1)), np.ones(1)) == 1


def test_the_map_goes_down_the_distance_of_the_neighbourhood() -> None:
    units, x, places = normal(6, 2), normal(2), neurons.map_places(2, 3)
    h = neurons.neighbourhood(places, neurons.winner(units, x), 0.8)
    asked = tensors([units])[0]
    error = (torch.tensor(h)[:, None] * (torch.tensor(x) - asked) ** 2).sum() / 2
    error.backward()
    found = neurons.som_update(units, x, places, 0.2, 0.8)
    np.testing.assert_allclose(found, units - 0.2 * asked.grad.numpy(), atol=1e-12)
    (measured,) = differences(lambda m: np.sum(h[:, None] * (x - m) ** 2) / 2, [units], np.asarray(1.0))
    np.testing.assert_allclose(found, units - 0.2 * measured, atol=1e-6)
    assert neurons.winner(units, x) == int(torch.cdist(torch.tensor(x)[None], torch.tensor(units)).argmin())


def test_the_map_unfolds_over_a_square() -> None:
    random = np.random.default_rng(1)
    points, start = random.random((300, 2)), 0.5 + 0.1 * random.normal(size=(16, 2))
    units = neurons.som_after(start, points, 4, 0.5, 2.0, 900, 900)
    beside = np.linalg.norm(np.diff(units.reshape(4, 4, 2), axis=1), axis=2)
    across = np.linalg.norm(units[0] - units[15])
    assert beside.max() < 0.45  # neighbours on the map are neighbours on the square
    assert across > 0.6


def test_descent_on_a_square_converges_below_one_and_explodes_above() -> None:
    w = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for value in descent.descend(3.0, 0.1, 9):
        assert w.item() == pytest.approx(value)
        optimizer.zero_grad()
        (w**2).backward()
        optimizer.step()
    assert abs(descent.descend(3.0, 0.99, 900)[-1]) < 1e-6
    assert abs(descent.descend(3.0, 1.01, 900)[-1]) > 1e6


def test_mini_batches_take_every_example_once_an_epoch() -> None:
    batches = descent.mini_batches(RANDOM.permutation(10), 4)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(np.concatenate(batches)) == list(range(10))


def test_sgd_as_pytorch_does_it() -> None:
    x, d, order = normal(6), normal(6), np.array([[3, 1, 0, 2, 5, 4], [0, 1, 2, 3, 4, 5]])
    path = descent.sgd_path(np.zeros(2), x, d, order, 4, 0.2, 4)
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.2)
    for step, batch in enumerate(([3, 1, 0, 2], [5, 4], [0, 1, 2, 3], [4, 5])):
        optimizer.zero_grad()
        functional.mse_loss(w[0] * torch.tensor(x[batch]) + w[1], torch.tensor(d[batch])).div(2).backward()
        optimizer.step()
        np.testing.assert_allclose(path[step + 1], w.detach(), atol=1e-12)
    assert descent.error_path(path, x, d)[0] == pytest.approx(np.mean(d**2) / 2)


def test_batch_norm_afterwards_and_dropout_in_the_mean() -> None:
    x, gamma, beta = normal(5, 3), normal(3), normal(3)
    mean, variance = normal(3), RANDOM.random(3)
    expected = functional.batch_norm(*map(torch.tensor, (x, mean, variance, gamma, beta)), training=False)
    np.testing.assert_allclose(blocks.batch_norm_afterwards(x, gamma, beta, mean, variance), expected, atol=1e-12)
    many = blocks.dropout(np.ones(100_000), RANDOM.random(100_000), 0.3)
    assert many.mean() == pytest.approx(1, abs=0.02)
    assert (many == 0).mean() == pytest.approx(0.3, abs=0.02)


def test_the_mexican_hat_is_the_laplacian_of_a_bell() -> None:
    sigma = 2.0
    x, y = (torch.tensor(axis.copy(), requires_grad=True) for axis in sight.raster(9))
    bell = torch.exp(-(x**2 + y**2) / (2 * sigma**2))
    laplacian = torch.zeros_like(bell)
    for axis in (x, y):
        (once,) = torch.autograd.grad(bell.sum(), axis, create_graph=True)
        laplacian = laplacian + torch.autograd.grad(once.sum(), axis, create_graph=True)[0]
    np.testing.assert_allclose(sight.mexican_hat(9, sigma), -(sigma**2) / 2 * laplacian.detach(), atol=1e-12)


def test_gabor_and_its_cells() -> None:
    even, odd = (sight.balanced(sight.gabor(15, 30, 6, phase, 3)) for phase in (0, 90))
    upright = sight.gabor(15, 0, 6, 0, 3)
    assert np.allclose(upright, upright[::-1])  # the same all along an upright stripe's direction
    assert np.allclose(upright, upright[:, ::-1])
    assert upright[7, 7] == 1
    assert upright[7, 10] < 0  # half a wave aside
    assert np.allclose(sight.gabor(15, 90, 6, 0, 3), upright.T, atol=1e-12)
    # even light: no answer; its own stripe at its place: a strong one; across: next to none
    assert sight.simple_cell(np.ones((15, 15)), even) == pytest.approx(0, abs=1e-12)
    right, crossed = (sight.bar(15, angle, 0, 3) for angle in (30, 120))
    assert sight.simple_cell(right, even) > 5 * sight.simple_cell(crossed, even)
    # moved by half a wave the simple cell is silent, while the complex one still answers
    moved = sight.bar(15, 30, 3, 3)
    assert sight.simple_cell(moved, even) < 0.2 * sight.simple_cell(right, even)
    assert sight.complex_cell(moved, even, odd) > 0.4 * sight.complex_cell(right, even, odd)
    pair = torch.tensor([np.sum(right * even), np.sum(right * odd)])
    assert sight.complex_cell(right, even, odd) == pytest.approx(torch.linalg.norm(pair).item())


def test_gabor_against_pytorch() -> None:
    x, y = (torch.tensor(axis.copy()) for axis in sight.raster(11))
    turn, phase = torch.deg2rad(torch.tensor([40.0, 25.0], dtype=torch.float64))
    across, along = x * turn.cos() + y * turn.sin(), y * turn.cos() - x * turn.sin()
    expected = torch.exp(-(across**2 + (0.5 * along) ** 2) / 18) * torch.cos(2 * torch.pi * across / 5 + phase)
    np.testing.assert_allclose(sight.gabor(11, 40, 5, 25, 3, 0.5), expected, atol=1e-12)
    distance = (x * turn.cos() + y * turn.sin() - 1.5).abs()
    np.testing.assert_allclose(sight.bar(11, 40, 1.5, 2), (1.5 - distance).clamp(0, 1), atol=1e-12)
