"""Every attack that discovery finds, on models whose answers are known, and beside independent implementations."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from miwake.errors import UsageError
from miwake.robustness import attacks
from miwake.robustness.ball import Ball, lengths
from miwake.robustness.climbing import checkpoints
from miwake.robustness.effort import Effort
from miwake.robustness.victim import Victim
from miwake.tasks.classify import Classify
from miwake.types import Preprocessing

NAMES = list(attacks.attacks())
NORMS = ["linf", "l2"]
GRADIENTS = ["pgd", "apgd_ce", "apgd_dlr"]


def run(case, name: str, norm: str, strength: float | Tensor, *, seed: int = 0, victim=None, **effort) -> Tensor:
    full = torch.as_tensor(strength).expand(len(case.pictures)).clone()
    ball = Ball(centre=case.pictures, strength=full, norm=norm)
    generator = torch.Generator().manual_seed(seed)
    return attacks.find(name)(victim or case.victim, ball, case.labels, Effort(**effort), generator)


def fooled(case, pictures: Tensor) -> Tensor:
    return case.victim.look(pictures, case.labels).fooled


def test_discovery_knows_them_with_a_line_each() -> None:
    assert set(NAMES) >= {"fgsm", "pgd", "apgd_ce", "apgd_dlr", "square", "noise"}
    assert all(attacks.attacks().values())
    with pytest.raises(UsageError, match="Did you mean 'pgd'"):
        attacks.find("pdg")


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", NAMES)
def test_stays_within_reach_and_gives_the_same_again(learnt, name, norm) -> None:
    strength = 12.0 if norm == "linf" else 60.0
    first = run(learnt, name, norm, strength, steps=8, restarts=2)
    assert first.shape == learnt.pictures.shape
    assert first.min() >= 0
    assert first.max() <= 255
    assert (lengths(first - learnt.pictures, norm) <= strength + 1e-2).all()
    assert torch.equal(first, run(learnt, name, norm, strength, steps=8, restarts=2))
    before = learnt.victim.look(learnt.pictures, learnt.labels).harm
    after = learnt.victim.look(first, learnt.labels).harm
    assert after.mean() > before.mean()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", [*GRADIENTS, "fgsm"])
def test_reaches_exactly_as_far_as_a_straight_border(line, name, norm) -> None:
    """A change of size s moves the side by at most s × |w|, in the dual norm; from there on, it is fooled."""
    weight = line.victim.model.weight
    dual = weight.abs().sum() if norm == "linf" else weight.norm()
    needed = line.victim.model.side(line.pictures).abs() / dual
    assert not fooled(line, run(line, name, norm, 0.98 * needed, steps=60)).any()
    assert fooled(line, run(line, name, norm, 1.02 * needed, steps=60)).all()


@pytest.mark.parametrize("norm", NORMS)
def test_more_effort_fools_more(learnt, norm) -> None:
    strength = 20.0 if norm == "linf" else 125.0
    counts = [
        int(fooled(learnt, run(learnt, name, norm, strength, steps=steps)).sum())
        for name, steps in (("noise", 20), ("fgsm", 1), ("pgd", 40))
    ]
    assert counts[0] < counts[1] < counts[2]
    for name in ("apgd_ce", "apgd_dlr"):
        assert abs(int(fooled(learnt, run(learnt, name, norm, strength, steps=40)).sum()) - counts[2]) <= 3
    assert counts[0] < int(fooled(learnt, run(learnt, "square", norm, strength, steps=150)).sum()) < counts[2]


def test_restarts_only_add(learnt) -> None:
    one = fooled(learnt, run(learnt, "pgd", "linf", 19.0, steps=3))
    five = fooled(learnt, run(learnt, "pgd", "linf", 19.0, steps=3, restarts=5))
    assert (five | ~one).all()


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_target_is_what_it_answers_then(learnt, name) -> None:
    wanted = (learnt.labels + 1) % 4
    victim = replace(learnt.victim, targeted=True)
    full = torch.full((len(wanted),), 60.0)
    ball = Ball(centre=learnt.pictures, strength=full, norm="linf")
    found = attacks.find(name)(victim, ball, wanted, Effort(steps=40), torch.Generator().manual_seed(0))
    reached = learnt.victim.outputs(found).argmax(1) == wanted
    assert torch.equal(reached, victim.look(found, wanted).fooled)
    assert reached.float().mean() > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_several_labels_at_once(name) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3)).requires_grad_(False)
    shape = Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.25,))
    victim = Victim(model=model, task=Classify(classes=("a", "b", "c"), multilabel=True), preprocessing=shape)
    pictures = 255 * torch.rand(12, 1, 8, 8)
    labels = (victim.outputs(pictures) > 0).float()
    ball = Ball(centre=pictures, strength=torch.full((12,), 80.0), norm="linf")
    found = attacks.find(name)(victim, ball, labels, Effort(steps=20), torch.Generator().manual_seed(0))
    assert victim.look(found, labels).fooled.float().mean() > (0.9 if name in (*GRADIENTS, "fgsm") else 0)


def test_pictures_that_are_fooled_cost_nothing_more(learnt) -> None:
    seen = []
    model = nn.Sequential(learnt.victim.model)
    model.register_forward_pre_hook(lambda module, inputs: seen.append(len(inputs[0])))
    run(learnt, "pgd", "linf", 40.0, victim=replace(learnt.victim, model=model), steps=40)
    assert seen[0] == len(learnt.pictures)
    assert len(seen) < 30
    assert seen[-1] < len(learnt.pictures) / 4


def test_the_margin_does_not_depend_on_the_scale_of_logits(learnt) -> None:
    outputs = learnt.victim.outputs(learnt.pictures)
    once = learnt.victim.margin(outputs, learnt.labels)
    torch.testing.assert_close(learnt.victim.margin(1000 * outputs, learnt.labels), once)
    assert torch.equal(once > 0, outputs.argmax(1) != learnt.labels)
    own, ordered = outputs[0, learnt.labels[0]], outputs[0].sort(descending=True).values
    other = ordered[1] if own == ordered[0] else ordered[0]
    assert once[0].item() == pytest.approx(((other - own) / (ordered[0] - ordered[2])).item(), rel=1e-5)


def test_checkpoints_are_the_papers() -> None:
    """Croce and Hein 2020, section 3: p0 = 0, p1 = 0.22, then steps that shrink by 0.03 down to 0.06."""
    assert checkpoints(100) == [22, 41, 57, 70, 80, 87, 93, 99]


# -- beside other implementations ------------------------------------------------------------------------------------


class Unit(nn.Module):
    """The victim's network, from 0…1, as other libraries want it."""

    def __init__(self, victim: Victim) -> None:
        super().__init__()
        self.victim, self.model = victim, victim.model

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits of pictures in 0…1."""
        return self.victim.outputs(x_BCHW * 255)


def near(ours: Tensor, theirs: Tensor) -> bool:
    """Success rates that differ by no more than chance, at three standard deviations of a paired difference."""
    lost, won = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    return abs(lost - won) <= max(2.0, 3 * math.sqrt(lost + won))


@pytest.mark.parametrize("strength", [16.0, 20.0, 24.0])
@pytest.mark.parametrize(("name", "norm"), [("fgsm", "linf"), ("fgsm", "l2"), ("pgd", "linf"), ("pgd", "l2")])
def test_as_successful_as_foolbox(learnt, name, norm, strength) -> None:
    foolbox = pytest.importorskip("foolbox", reason="needs foolbox: pip install 'miwake[dev]'")
    if norm == "l2":
        strength *= 6
    kinds = {
        ("fgsm", "linf"): foolbox.attacks.LinfFastGradientAttack(),
        ("fgsm", "l2"): foolbox.attacks.L2FastGradientAttack(),
        ("pgd", "linf"): foolbox.attacks.LinfPGD(steps=40, rel_stepsize=2.5 / 40),
        ("pgd", "l2"): foolbox.attacks.L2PGD(steps=40, rel_stepsize=2.5 / 40),
    }
    torch.manual_seed(0)
    model = foolbox.PyTorchModel(Unit(learnt.victim).eval(), bounds=(0, 1), device="cpu")
    _, _, theirs = kinds[name, norm](model, learnt.pictures / 255, learnt.labels, epsilons=strength / 255)
    ours = fooled(learnt, run(learnt, name, norm, strength, steps=40))
    assert near(ours, theirs)
    if (name, norm) == ("fgsm", "linf"):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("name", ["fgsm", "pgd", "apgd_ce", "apgd_dlr", "square"])
def test_as_successful_as_torchattacks(learnt, name) -> None:
    kind = pytest.importorskip("torchattacks", reason="needs torchattacks: pip install --no-deps torchattacks")
    strength = 20.0
    eps = strength / 255
    model = Unit(learnt.victim).eval()
    theirs = {
        "fgsm": lambda: kind.FGSM(model, eps=eps),
        "pgd": lambda: kind.PGD(model, eps=eps, alpha=2.5 * eps / 40, steps=40),
        "apgd_ce": lambda: kind.APGD(model, eps=eps, steps=40, loss="ce"),
        "apgd_dlr": lambda: kind.APGD(model, eps=eps, steps=40, loss="dlr"),
        "square": lambda: kind.Square(model, eps=eps, n_queries=200),
    }[name]()
    torch.manual_seed(0)
    found = theirs(learnt.pictures / 255, learnt.labels) * 255
    ours = run(learnt, name, "linf", strength, steps=200 if name == "square" else 40)
    assert near(fooled(learnt, ours), fooled(learnt, found))
