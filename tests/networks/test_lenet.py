"""LeNet-5 against the figures of its paper."""

from __future__ import annotations

import torch
from torch.nn import functional

from miwake import networks
from miwake.networks.lenet import CONNECTIONS, Gaussian, LeNet5, SparseConv, Subsampling, codes_of, squash


def lenet(size: tuple[int, int] = (28, 28)) -> LeNet5:
    model = networks.build("lenet5", channels=1, classes=10, size=size)
    assert isinstance(model, LeNet5)
    return model


def test_layers_have_the_published_numbers_of_parameters() -> None:
    model = lenet()
    published = {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164}
    counted = {name: sum(p.numel() for p in model.get_submodule(name).parameters()) for name in published}
    assert counted == published
    learnt = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert learnt == 60_000


def test_connections_are_those_of_table_one() -> None:
    assert [len(seen) for seen in CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert len(set(CONNECTIONS)) == 16
    for first in range(6):  # three and four neighbours in a ring of six
        assert set(CONNECTIONS[first]) == {(first + step) % 6 for step in range(3)}
        assert set(CONNECTIONS[6 + first]) == {(first + step) % 6 for step in range(4)}
    # every map of S2 is seen by ten of C3, as the rows of the table have ten crosses
    assert [sum(number in seen for seen in CONNECTIONS) for number in range(6)] == [10] * 6


def test_a_map_of_c3_sees_only_its_own() -> None:
    layer = SparseConv(6, 16, 5, CONNECTIONS)
    pictures = torch.zeros(6, 6, 5, 5)
    for number in range(6):
        pictures[number, number] = torch.rand(5, 5) + 0.1
    answers = (layer(pictures) - layer.bias.view(1, -1, 1, 1)).flatten(1)
    seen = [[abs(answers[number, output].item()) > 0 for number in range(6)] for output in range(16)]
    assert seen == [[number in group for number in range(6)] for group in CONNECTIONS]


def test_subsampling_sums_four_times_a_coefficient_plus_a_bias() -> None:
    layer = Subsampling(2)
    pictures = torch.rand(1, 2, 4, 4)
    answer = layer(pictures)
    assert answer.shape == (1, 2, 2, 2)
    expected = pictures[0, 1, 2:, :2].sum() * layer.coefficient[1, 0, 0] + layer.bias[1, 0, 0]
    torch.testing.assert_close(answer[0, 1, 1, 0], expected)


def test_squashing_takes_one_to_one() -> None:
    torch.testing.assert_close(
        squash(torch.tensor([1.0, -1.0, 0.0])), torch.tensor([1.0, -1.0, 0.0]), atol=1e-4, rtol=0
    )


def test_the_output_is_the_distance_from_the_codes_as_softmax_sees_it() -> None:
    layer = Gaussian(84, 10)
    x = torch.randn(5, 84)
    codes = codes_of(84, 10)
    distances = (x[:, None] - codes[None]).square().sum(2)
    torch.testing.assert_close(functional.softmax(layer(x), 1), functional.softmax(-distances, 1))
    torch.testing.assert_close(layer(x), x.square().sum(1, keepdim=True) - distances, atol=1e-3, rtol=1e-4)
    assert not any(parameter.requires_grad for parameter in layer.parameters())


def test_codes_are_plus_and_minus_one_all_different_and_always_the_same() -> None:
    for classes in (2, 10, 37):
        codes = codes_of(84, classes)
        assert set(codes.unique().tolist()) == {-1.0, 1.0}
        assert len({tuple(code.tolist()) for code in codes}) == classes
        assert torch.equal(codes, codes_of(84, classes))


def test_the_digit_one_is_drawn_as_a_stroke() -> None:
    drawing = codes_of(84, 10)[1].view(12, 7)
    assert (drawing[1:10, 3] == 1).all()
    assert (drawing[2:9, 5:] == -1).all()


def test_other_sizes_come_to_32() -> None:
    for size in ((16, 16), (28, 28), (31, 20), (32, 32), (40, 100)):
        assert lenet(size)(torch.rand(2, 1, *size)).shape == (2, 10)
    # a picture of 28 is continued at its edges, and not changed inside
    model = lenet()
    picture = torch.rand(1, 1, 28, 28)
    torch.testing.assert_close(model(picture), lenet_output_of_padded(model, picture))


def lenet_output_of_padded(model: LeNet5, picture: torch.Tensor) -> torch.Tensor:
    wide = lenet((32, 32))
    wide.load_state_dict(model.state_dict())
    answer: torch.Tensor = wide(functional.pad(picture, (2, 2, 2, 2), mode="replicate"))
    return answer
