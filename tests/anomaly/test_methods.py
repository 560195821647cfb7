"""Every method tells a part with a spot from good ones, and its map says where."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from miwake import anomaly, networks
from miwake.anomaly.backbone import laid, stages, taken
from miwake.anomaly.method import Detector, Plan
from miwake.data.toy import toy_parts
from miwake.networks import weights
from miwake.networks.imagenet import INSTALLED

SIDE = 64


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    start = weights.installed()
    model = networks.build(INSTALLED, channels=3, classes=1, size=(SIDE, SIDE))
    weights.load(model, start)
    return model.eval()


def pictures(kinds: tuple[str, ...], side: int = SIDE) -> torch.Tensor:
    parts = [picture for picture, kind, _ in toy_parts(48, 8) if kind in kinds]
    batch = torch.from_numpy(np.stack(parts)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return torch.nn.functional.interpolate(batch, size=(side, side), mode="bilinear")


def test_they_are_found_by_their_files() -> None:
    assert {"patchcore", "panda", "padim", "efficientad", "autoencoder"} == set(anomaly.names())


def observe(detector: Detector, names: tuple[tuple[str, int], ...], train: torch.Tensor) -> None:
    """Let submodules learn by themselves, as the loop does."""
    detector.eval()
    for stage, _ in names:
        layer, state = detector.get_submodule(stage), None
        with torch.no_grad():
            for part in train.split(16):
                state = layer.observe(networks.inputs_of(detector, stage, part), state)
            layer.finish(state)


@pytest.mark.parametrize("name", anomaly.names())
def test_it_tells_good_from_odd(name: str, network: torch.nn.Module) -> None:
    torch.manual_seed(0)
    method = anomaly.find(name)
    assert method.PAPER
    side = 128 if name == "panda" else SIDE  # at 64 px its last stage has four places only
    detector = method.build(
        Plan(bank=100, pool=2000), network if method.BACKBONE else None, channels=3, size=(side, side)
    )
    good, odd = pictures(("good",), side), pictures(("spot", "scratch"), side)
    train, rest = good[:40], good[40:]
    observe(detector, method.STAGES, train)
    if method.LEARNS:
        names = [key for key, _ in detector.named_parameters() if key.startswith(method.LEARNS)]
        assert names
        parameters = [dict(detector.named_parameters())[key] for key in names]
        # what knows something already is drawn together a little; the others learn from nothing
        sgd = method.RECIPE.get("optimizer") == "sgd"
        optimizer = torch.optim.SGD(parameters, 1e-5) if sgd else torch.optim.AdamW(parameters, 2e-3)
        detector.train()
        losses = []
        for step in range(60):
            optimizer.zero_grad()
            loss = detector(train[torch.randperm(40, generator=torch.Generator().manual_seed(step))[:16]])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    observe(detector, method.AFTER, train)
    detector.eval()
    with torch.no_grad():
        calm, loud = detector(rest), detector(odd)
    height, width = detector.grid
    assert calm.shape == (len(rest), 1 + height * width)
    assert bool((calm >= 0).all())
    above = (loud[:, :1] > calm[:, 0]).float().mean()
    assert float(above) > 0.9
    # the oddest place lies where the spot is
    masks = [mask for _, kind, mask in toy_parts(48, 8) if kind == "spot"]
    kinds = [kind for _, kind, _ in toy_parts(48, 8) if kind != "good"]
    hits = []
    for mask, row in zip(masks, [place for place, kind in enumerate(kinds) if kind == "spot"], strict=True):
        place = int(loud[row, 1:].argmax())
        y, x = (place // width + 0.5) * 32 / height, (place % width + 0.5) * 32 / width
        rows, columns = np.nonzero(mask)
        hits.append(abs(y - rows.mean()) <= 8 and abs(x - columns.mean()) <= 8)
    assert np.mean(hits) >= 0.75
    assert detector.embedding(rest).shape[0] == len(rest)


@pytest.mark.parametrize("name", anomaly.names())
def test_scores_have_gradients_in_the_pictures(name: str, network: torch.nn.Module) -> None:
    torch.manual_seed(0)
    method = anomaly.find(name)
    detector = method.build(Plan(bank=8, pool=64), network if method.BACKBONE else None, channels=3, size=(SIDE, SIDE))
    x = pictures(("spot",))[:1].requires_grad_()
    detector.eval()
    observe(detector, (*method.STAGES, *method.AFTER), pictures(("good",))[:6])
    detector(x)[:, 0].sum().backward()
    assert x.grad is not None
    assert float(x.grad.abs().max()) > 0


@pytest.mark.parametrize("name", ["small", "resnet18", "mobilenet_v2", "vgg11", INSTALLED])
def test_stages_of_any_network(name: str) -> None:
    if name not in networks.names():
        pytest.skip(f"there is no {name}")
    model = networks.build(name, channels=3, classes=4, size=(64, 64)).eval()
    found = stages(model, channels=3, size=(64, 64), coarse=(4, 8))
    parts = taken(model, found, torch.zeros(2, 3, 64, 64))
    sides = [part.shape[2] for part in parts]
    assert sides == sorted(sides, reverse=True)
    assert len(set(sides)) == len(sides)
    if name != "small":
        assert sides == [16, 8]
    assert laid(parts, (16, 16)).shape == (2, sum(part.shape[1] for part in parts), 16, 16)


def test_a_place_keeps_its_place() -> None:
    stage = torch.zeros(1, 1, 8, 8)
    stage[0, 0, 2, 5] = 9.0
    assert int(laid([stage], (8, 8))[0, 0].argmax()) in {(y * 8 + x) for y in (1, 2, 3) for x in (4, 5, 6)}
    coarse = laid([stage], (4, 4), around=1)[0, 0]
    assert int(coarse.argmax()) == 1 * 4 + 2


def test_a_picture_that_is_a_little_odd_everywhere_is_less_so_than_one_with_a_spot(network: torch.nn.Module) -> None:
    torch.manual_seed(0)
    detector = anomaly.find("patchcore").build(Plan(bank=50, pool=500), network, channels=3, size=(SIDE, SIDE))
    observe(detector, (("bank", 1),), pictures(("good",))[:20])
    flat, spot = torch.full((1, *detector.grid), 1.6), torch.ones((1, *detector.grid))
    spot[0, 3, 3] = 1.5
    places = torch.zeros((1, *detector.grid), dtype=torch.int64)
    scores = []
    for heat in (flat, spot):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(detector.bank, "forward", lambda _, heat=heat: (heat, places))
            patch.setattr(detector.bank, "doubt", lambda *_: torch.ones(1))
            scores.append(float(detector.odd(pictures(("good",))[:1])[0, 0]))
    assert scores[0] < scores[1]
    assert scores[0] == pytest.approx(0.8)  # but it is not forgiven
