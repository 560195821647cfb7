"""Tiles: no seams, each pixel once, memory that does not grow with the picture."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from miwake.segmentation import tiles


def local(reach: int) -> nn.Module:
    """A network that looks `reach` pixels far."""
    torch.manual_seed(0)
    return nn.Conv2d(3, 2, 2 * reach + 1, padding=reach).double().requires_grad_(False)


def tiled(picture: np.ndarray, tile: tuple[int, int], model: nn.Module) -> tuple[torch.Tensor, int]:
    size, most = picture.shape[:2], 0
    found = torch.full((2, *size), torch.nan)
    written = torch.zeros(size)

    def write(top: int, left: int, logits: torch.Tensor) -> None:
        nonlocal most
        most = max(most, logits.numel())
        part = slice(top, top + logits.shape[1]), slice(left, left + logits.shape[2])
        found[(slice(None), *part)] = logits
        written[part] += 1

    def logits(pictures: torch.Tensor) -> torch.Tensor:
        assert pictures.shape[1:] == (3, *tile)
        return model(pictures.double() / 255)

    tiles.answer(lambda rows, columns: picture[rows, columns], size, tile, logits, write, classes=2)
    assert written.eq(1).all()
    return found, most


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 150), st.integers(1, 150), st.sampled_from([(32, 32), (32, 48), (40, 33)]), st.integers(0, 2))
def test_a_local_network_gives_what_it_gives_of_the_whole(
    height: int, width: int, tile: tuple[int, int], reach: int
) -> None:
    """Up to the margin in which a tile's answer does not count: an eighth of a quarter of its side."""
    model = local(reach)
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found, _ = tiled(picture, tile, model)
    filled = np.pad(picture, ((0, max(0, tile[0] - height)), (0, max(0, tile[1] - width)), (0, 0)), mode="edge")
    whole = model(torch.from_numpy(filled).permute(2, 0, 1)[None].double() / 255)[0, :, :height, :width]
    torch.testing.assert_close(found, whole.float(), atol=2e-6, rtol=1e-5)


def test_parts_are_bounded_and_make_no_difference(monkeypatch) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    whole, all_at_once = tiled(picture, (32, 32), local(2))
    monkeypatch.setattr(tiles, "_ROOM", 2 * 80 * 80)
    parts, most = tiled(picture, (32, 32), local(2))
    assert most <= 2 * 80 * 80 < all_at_once
    assert torch.equal(whole, parts)


def test_a_network_that_looks_farther_has_smooth_seams() -> None:
    """Between two tiles that disagree the answer goes over evenly."""
    picture = np.zeros((32, 200, 3), np.uint8)
    numbers = iter(range(1000))

    def logits(pictures: torch.Tensor) -> torch.Tensor:
        return torch.stack([torch.full((1, 64, 64), float(next(numbers))) for _ in pictures])

    found = torch.zeros(1, 32, 200)

    def write(top: int, left: int, part: torch.Tensor) -> None:
        found[:, top : top + part.shape[1], left : left + part.shape[2]] = part

    tiles.answer(lambda rows, columns: picture[rows, columns], (32, 200), (64, 64), logits, write, classes=1)
    steps = found[0, 0].diff().abs()
    assert steps.max() <= 1 / 6
    assert found[0, 0, 0] == 0
    assert found[0, 0, -1] == len(tiles.starts(200, 64)) - 1


@pytest.mark.parametrize(("length", "tile"), [(1, 32), (32, 32), (33, 32), (1000, 32), (20_000, 512), (57, 56)])
def test_tiles_cover_a_side(length: int, tile: int) -> None:
    found = tiles.starts(length, tile)
    assert found[0] == 0
    assert found[-1] == max(0, length - tile)
    assert all(0 < b - a <= tile - round(tiles.OVERLAP * tile) for a, b in pairwise(found))


def test_memory_does_not_grow_with_the_picture() -> None:
    """A picture of 20,000 × 20,000 pixels is gone over in parts of a bounded size, which cover it."""
    seen, size = 0, (20_000, 20_000)
    for top, left, bottom, right in tiles.parts(size, (512, 512), 21):
        assert (bottom - top) * (right - left) * 21 <= tiles._ROOM
        seen += (bottom - top) * (right - left)
    assert seen == size[0] * size[1]
