"""The Neocognitron's equations against numbers worked out by hand, and what it learns."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from miwake import networks
from miwake.networks.neocognitron import CCells, Neocognitron, SCells, falling


def cells(before: int, planes: int, side: int, **changes: float) -> SCells:
    torch.manual_seed(0)
    return SCells(before, planes, side, **{"r": 2.0, "q": 3.0, "column": 3, **changes})


def stroke(angle: float, side: int = 15, shift: tuple[float, float] = (0, 0)) -> Tensor:
    """(1, side, side) a line through the middle, in degrees."""
    place = torch.arange(side) - (side - 1) / 2
    y, x = place[:, None] - shift[0], place[None] - shift[1]
    turn = math.radians(angle)
    across, along = -x * math.sin(turn) + y * math.cos(turn), x * math.cos(turn) + y * math.sin(turn)
    return ((1.3 - across.abs()).clamp(0, 1) * (5.5 - along.abs()).clamp(0, 1))[None]


# -- equations -------------------------------------------------------------------------------------------------------


def test_an_s_cell_answers_as_equation_one_says() -> None:
    layer = cells(2, 1, 1)
    with torch.no_grad():
        layer.a.weight.copy_(torch.tensor([1.0, 2.0]).view(1, 2, 1, 1))
        layer.b.fill_(1.5)
    seen = torch.tensor([0.6, 0.8]).view(1, 2, 1, 1)
    mean = math.sqrt(0.5 * 0.36 + 0.5 * 0.64)
    answer = 2 * ((1 + 0.6 + 1.6) / (1 + 2 * 2 / 3 * 1.5 * mean) - 1)
    assert layer(seen).item() == pytest.approx(answer, rel=1e-6)
    with torch.no_grad():
        layer.b.fill_(15.0)
    assert layer(seen).item() == 0  # more inhibition than excitation


def test_the_inhibitory_cell_is_a_weighted_root_mean_square() -> None:
    layer = cells(3, 2, 5)
    assert layer.c.sum().item() * 3 == pytest.approx(1)
    assert layer.c[2, 2] > layer.c[2, 1] > layer.c[2, 0] > layer.c[0, 0] > 0
    assert layer.mean(torch.full((1, 3, 9, 9), 0.7))[0, 0, 4, 4].item() == pytest.approx(0.7)
    seen = torch.rand(1, 3, 9, 9)
    expected = (layer.c * seen[0, :, 1:6, 3:8] ** 2).sum().sqrt()
    torch.testing.assert_close(layer.mean(seen)[0, 0, 3, 5], expected)


def test_a_c_cell_answers_as_equations_four_to_six_say() -> None:
    layer = CCells(1, stride=1)
    seen = torch.tensor([0.9, 0.3]).view(1, 2, 1, 1)
    inhibition = (0.9 + 0.3) / 2
    first = (1 + 0.9) / (1 + inhibition) - 1
    assert layer(seen).flatten().tolist() == pytest.approx([first / (0.5 + first), 0.0])
    # one with a field: the weights fall from the middle, and every second place is left out
    wide = CCells(3, stride=2)
    point = torch.zeros(1, 2, 5, 5)
    point[0, 0, 2, 1] = 1.0
    into = falling(3)[1, 0]
    answer = (1 + into) / (1 + into / 2) - 1
    found = wide(point)
    assert found.shape == (1, 2, 3, 3)
    torch.testing.assert_close(found[0, 0, 1], torch.stack([answer, answer, into * 0]) / (0.5 + answer))
    assert found[0, 1].abs().max() == 0


# -- learning --------------------------------------------------------------------------------------------------------


def test_the_representative_learns_as_equations_seven_and_eight_say() -> None:
    layer = cells(1, 3, 3)
    picture = torch.zeros(1, 1, 9, 9)
    picture[0, 0, 3:6, 4] = torch.tensor([0.5, 1.0, 0.5])
    before = layer.a.weight.detach().clone()
    found = layer.representatives(layer(picture)[0])
    learnt = layer.observe(picture, None)
    assert torch.equal(layer.a.weight, before)  # until it finishes
    planes = [plane for plane, _, _ in found]
    assert planes
    for plane, row, column in found:
        field = functional.pad(picture, (1, 1, 1, 1))[0, :, row : row + 3, column : column + 3]
        torch.testing.assert_close(learnt.a[plane], before[plane] + 3.0 * layer.c * field)
        mean = (layer.c * field.square()).sum().sqrt()
        torch.testing.assert_close(learnt.b[plane], 1.5 * mean)
    for plane in set(range(3)) - set(planes):
        assert torch.equal(learnt.a[plane], before[plane])
        assert learnt.b[plane] == 0
    layer.finish(learnt)
    assert torch.equal(layer.a.weight, learnt.a)
    assert torch.equal(layer.b, learnt.b)


def test_a_column_has_one_candidate_and_a_plane_one_representative() -> None:
    layer = cells(1, 3, 3, column=3)
    answers = torch.zeros(3, 12, 12)
    answers[0, 1, 1] = 0.9  # the strongest of plane 0
    answers[1, 1, 1] = 0.5  # in the same columns, and weaker: no candidate of any
    answers[0, 10, 10] = 0.7  # a candidate too, and not the plane's strongest
    answers[2, 6, 6] = 0.1
    assert layer.representatives(answers) == [(0, 1, 1), (2, 6, 6)]
    assert layer.representatives(torch.zeros(3, 12, 12)) == []


def test_a_learnt_cell_answers_to_what_is_like_it() -> None:
    """The cosine of what it sees with what it has learnt decides, and r / (1 + r) is the threshold."""
    layer = cells(1, 1, 3, r=4.0)
    seen = torch.rand(1, 1, 3, 3, generator=torch.Generator().manual_seed(1))
    layer.finish(layer.observe(functional.pad(seen, (3, 3, 3, 3)), None))
    weight = layer.c.flatten()

    def cosine(a: Tensor, b: Tensor) -> float:
        return ((weight * a * b).sum() / ((weight * a * a).sum() * (weight * b * b).sum()).sqrt()).item()

    template = (layer.a.weight.detach()[0, 0] / layer.c).flatten()
    generator, near, far = torch.Generator().manual_seed(2), 0, 0
    for _ in range(200):
        other = (seen + 0.6 * torch.randn(seen.shape, generator=generator)).clamp_min(0)
        likeness = cosine(template, other.flatten())
        if abs(likeness - 0.8) < 0.01:
            continue  # what every synapse had before anything was learnt blurs the threshold a little
        answers = layer(other)[0, 0, 1, 1].item() > 0
        assert answers == (likeness > 0.8)
        near, far = near + answers, far + (not answers)
    assert near > 20
    assert far > 20


def learnt_strokes() -> tuple[SCells, Tensor]:
    angles = (0, 45, 90, 135)
    pictures = torch.stack([stroke(angle) for angle in angles])
    layer = cells(1, 12, 5, r=4.0, q=1.0, column=5)
    state = None
    for _ in range(10):
        state = layer.observe(pictures, state)
    assert state is not None
    layer.finish(state)
    return layer, pictures


def test_planes_become_selective_and_differ() -> None:
    layer, pictures = learnt_strokes()
    with torch.no_grad():
        middle = layer(pictures)[:, :, 5:10, 5:10].amax((2, 3))  # (4 angles, 12 planes), away from the strokes' ends
    middle = middle[:, middle.max(0).values > 0]
    strongest, preferred = middle.max(0)
    assert set(preferred.tolist()) == {0, 1, 2, 3}  # some plane for every direction
    others = middle.sort(0).values[-2]
    assert (others < 0.5 * strongest).float().mean() > 0.7  # and most planes for one


def test_c_cells_tolerate_shifts_that_s_cells_do_not() -> None:
    layer, pictures = learnt_strokes()
    pool = CCells(5, stride=1)

    def likeness(f, shift: int) -> float:
        moved = pictures.roll(shift, 3)
        with torch.no_grad():
            return functional.cosine_similarity(f(pictures).flatten(1), f(moved).flatten(1)).mean().item()

    for shift in (1, 2):
        simple, complex_ = likeness(layer, shift), likeness(lambda x: pool(layer(x)), shift)
        assert complex_ > simple + 0.15, shift
        assert complex_ > 0.5


def test_learning_goes_on_where_it_was_whatever_the_batches() -> None:
    layer = cells(1, 6, 5)
    pictures = torch.stack([stroke(angle) for angle in range(0, 180, 20)])
    whole = layer.observe(pictures, None)
    state = layer.observe(pictures[:4], None)
    state = layer.observe(pictures[4:], state)
    assert torch.equal(whole.a, state.a)
    assert torch.equal(whole.b, state.b)


# -- the network -----------------------------------------------------------------------------------------------------


def test_ink_on_paper_is_chalk_on_slate() -> None:
    model = networks.build("neocognitron", channels=1, classes=3, size=(16, 16)).eval()
    picture = torch.zeros(1, 1, 16, 16)
    picture[0, 0, 4:12, 7:9] = torch.rand(8, 2)
    with torch.inference_mode():
        torch.testing.assert_close(model(1 - picture), model(picture))
        torch.testing.assert_close(model(picture * 5 - 3), model(picture))


def test_three_stages_see_ever_more_of_the_picture() -> None:
    torch.manual_seed(0)
    model = networks.build("neocognitron", channels=1, classes=3, size=(28, 28))
    assert isinstance(model, Neocognitron)
    with torch.no_grad():
        for layer in (model.s1, model.s2, model.s3):
            layer.a.weight.uniform_(0, 0.1)
    seen = []
    for name in ("s1", "c1", "s2", "c2", "s3"):
        x = torch.rand(1, 1, 28, 28, requires_grad=True)
        maps = networks.inputs_of(model, "c1" if name == "s1" else name, x)
        if name != "s1":
            maps = model.get_submodule(name)(maps)
        (gradient,) = torch.autograd.grad(maps[0, :, maps.shape[2] // 2, maps.shape[3] // 2].sum(), x)
        seen.append(int((gradient[0, 0].abs().sum(0) > 1e-12).sum()))
    assert seen == sorted(seen)
    assert seen[0] < seen[2] < seen[4]


def test_bases_show_what_each_stage_has_learnt_as_a_picture() -> None:
    torch.manual_seed(0)
    model = networks.build("neocognitron", channels=1, classes=2, size=(28, 28))
    assert isinstance(model, Neocognitron)
    upright, level = stroke(90, 5)[0], stroke(0, 5)[0]
    with torch.no_grad():
        for layer in (model.s1, model.s2, model.s3):
            layer.a.weight.zero_()
            layer.b.fill_(2.0)
        model.s1.a.weight[0, 0], model.s1.a.weight[1, 0] = 2 * upright, 2 * level
        model.s2.a.weight[0, 1, 2, 2] = 1.0  # the level one, in the middle
    bases = networks.bases(model)
    torch.testing.assert_close(bases["s1"][:2, 0], torch.stack([upright, level]))  # what was learnt, not how often
    assert [tuple(pictures.shape[:2]) for pictures in bases.values()] == [(24, 1), (64, 1), (96, 1)]
    drawn = bases["s2"][0, 0]
    middle = drawn.shape[0] // 2
    assert drawn[middle].sum() > 1.2 * drawn[:, middle].sum()  # longer than high
    assert torch.equal(bases["s2"][1:], torch.zeros_like(bases["s2"][1:]))
    assert networks.bases(torch.nn.Linear(2, 2)) == {}
