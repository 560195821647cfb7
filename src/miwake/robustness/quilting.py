"""A picture rendered in the texture of another: its form, made of the other's patches (Efros and Freeman 2001).

"Image quilting for texture synthesis and transfer", section 4. Patches of the texture are laid from the top left to the
bottom right so that they overlap. Each is the one that agrees best with what lies there already and with the blurred
luminance of the content, and is cut to its neighbours along the line on which both differ least. Further passes lay
smaller patches on what the last one made, and listen less to the content. No network takes part, so that none judges
its own work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import ndimage

_SIDES = (1 / 8, 1 / 12, 1 / 18)  # of a patch in each pass, as shares of the picture's shorter side
_SMALLEST = (7, 5, 4)  # pixels of the same
_OVERLAP = 1 / 4  # of a patch's side
_AGREE = (0.1, 0.2, 0.3)  # weight of agreement among patches in each pass; the content has the rest (alpha)
_CANDIDATES = 1536  # patches of the texture, drawn at random, of which each place takes the best
_BLUR = 1 / 100  # of luminance, as a share of the shorter side
_LUMINANCE = (0.299, 0.587, 0.114)

Floats = NDArray[np.float32]


def transfer(
    content: NDArray[np.uint8], texture: NDArray[np.uint8], generator: np.random.Generator
) -> NDArray[np.uint8]:
    """The content's form in the other's texture.

    Args:
        content: (H, W, C), at least 7 × 7.
        texture: (H', W', C), likewise and no smaller than a seventh of the content's shorter side.
        generator: of the candidates.

    Returns:
        (H, W, C), every pixel of which is one of the texture.
    """
    height, width = content.shape[:2]
    shorter = min(height, width)
    wanted, offered = (_guide(picture, _BLUR * shorter) for picture in (content, texture))
    made: Floats | None = None
    for share, smallest, agree in zip(_SIDES, _SMALLEST, _AGREE, strict=True):
        side = max(smallest, round(share * shorter))
        grid = _Grid.over(height, width, side)
        patches = _draw(texture.astype(np.float32), offered, side, generator)
        cost = (1 - agree) * _distances(grid.cut(wanted), patches.guides)
        if made is not None:
            cost += agree * _distances(grid.cut(made), patches.pixels) / texture.shape[2]
        made = _lay(grid, patches, cost, agree)[:height, :width]
    assert made is not None
    return made.astype(np.uint8)


def _guide(picture: NDArray[np.uint8], blur: float) -> Floats:
    """(H, W, 1) blurred luminance in 0…255, half equalised.

    Of two pictures compared by their own luminance, a bright one would take nothing but the brightest patches of the
    other, and lose its form. Of two compared by ranks alone, a broad stroke would not find enough of a thin one's ink.
    """
    grey = picture @ np.array(_LUMINANCE) if picture.shape[2] == 3 else picture.mean(2)
    levels, place, counts = np.unique(np.round(grey), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / grey.size
    shares = (levels - levels[0]) / max(levels[-1] - levels[0], 1)
    equalised = (255 / 2 * (ranks + shares))[place].reshape(grey.shape)
    soft: Floats = ndimage.gaussian_filter(equalised, blur, mode="nearest")[:, :, None].astype(np.float32)
    return soft


@dataclass(frozen=True, kw_only=True, eq=False)
class _Patches:
    """M patches of the texture."""

    pixels: Floats
    """(M, w · w · C)."""
    guides: Floats
    """(M, w · w) blurred luminance."""
    squares: Floats
    """(M, w · w) squared values, summed over channels."""


def _draw(texture: Floats, guide: Floats, side: int, generator: np.random.Generator) -> _Patches:
    down, across = texture.shape[0] - side + 1, texture.shape[1] - side + 1
    drawn = generator.choice(down * across, min(_CANDIDATES, down * across), replace=False)
    y, x = np.divmod(np.sort(drawn), across)

    def cut(picture: Floats) -> Floats:
        # the windows' own axes come last, behind the channels
        return sliding_window_view(picture, (side, side), (0, 1))[y, x].transpose(0, 2, 3, 1).reshape(len(y), -1)

    pixels = cut(texture)
    squares = np.square(pixels).reshape(len(y), side * side, -1).sum(2)
    return _Patches(pixels=pixels, guides=cut(guide), squares=squares)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Grid:
    """Places of patches that overlap, over a picture whose right and lower edge they may exceed."""

    side: int
    overlap: int
    down: int
    across: int

    @classmethod
    def over(cls, height: int, width: int, side: int) -> _Grid:
        overlap = max(2, round(_OVERLAP * side))
        down, across = (-(-(length - overlap) // (side - overlap)) for length in (height, width))
        return cls(side=side, overlap=overlap, down=down, across=across)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of all patches together."""
        step = self.side - self.overlap
        return self.down * step + self.overlap, self.across * step + self.overlap

    def pixels(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Indices (k, w, 1) and (k, 1, w) of the pixels of k places."""
        step, inside = self.side - self.overlap, np.arange(self.side)
        return (rows[:, None] * step + inside)[:, :, None], (columns[:, None] * step + inside)[:, None, :]

    def cut(self, picture: Floats) -> Floats:
        """(down · across, w · w · C) what a picture (H, W, C) shows at each place; beyond its edges they go on."""
        rows, columns = np.divmod(np.arange(self.down * self.across), self.across)
        y, x = self.pixels(rows, columns)
        seen = picture[np.minimum(y, picture.shape[0] - 1), np.minimum(x, picture.shape[1] - 1)]
        cut: Floats = seen.reshape(len(rows), -1)
        return cut

    def waves(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Rows and columns of places that do not touch each other, after all that lie above or to the left of them."""
        rows, columns = np.divmod(np.arange(self.down * self.across), self.across)
        turn = columns + 2 * rows
        return [(rows[turn == one], columns[turn == one]) for one in np.unique(turn)]


def _distances(places: Floats, patches: Floats) -> Floats:
    """(n, M) squared distances of n places and M patches."""
    distances: Floats = -2 * (places @ patches.T)
    distances += np.square(places).sum(1)[:, None]
    distances += np.square(patches).sum(1)
    return distances


def _lay(grid: _Grid, patches: _Patches, cost: Floats, agree: float) -> Floats:
    """The quilt (H, W, C), which may exceed the picture.

    Args:
        grid: places.
        patches: to lay there.
        cost: (places, M) of each patch at each place, but for what its neighbours say.
        agree: weight of that.
    """
    side, overlap = grid.side, grid.overlap
    channels = patches.pixels.shape[1] // side**2
    quilt = np.zeros((*grid.size, channels), np.float32)
    for rows, columns in grid.waves():
        y, x = grid.pixels(rows, columns)
        lies = quilt[y, x]
        shared = np.zeros((len(rows), side, side), np.float32)
        shared[rows > 0, :overlap] = 1
        shared[columns > 0, :, :overlap] = 1
        known = (lies * shared[..., None]).reshape(len(rows), -1)
        # of the squared difference, what does not depend on the patch is left away
        differs = shared.reshape(len(rows), -1) @ patches.squares.T - 2 * (known @ patches.pixels.T)
        best = (cost[rows * grid.across + columns] + agree / channels * differs).argmin(1)
        new = patches.pixels[best].reshape(lies.shape)
        error = np.square(lies - new).sum(3)
        kept = np.zeros(shared.shape, bool)
        kept[columns > 0, :, :overlap] |= before_cut(error[columns > 0, :, :overlap])
        kept[rows > 0, :overlap] |= before_cut(error[rows > 0, :overlap].transpose(0, 2, 1)).transpose(0, 2, 1)
        quilt[y, x] = np.where(kept[..., None], lies, new)
    return quilt


def before_cut(error: Floats) -> NDArray[np.bool_]:
    """What lies to the left of the downward path on which two overlapping patches differ least (section 2.1).

    Args:
        error: (k, L, o) squared differences.

    Returns:
        (k, L, o): True left of the path, which goes on straight or by one pixel to a side in each row.
    """
    count, length, overlap = error.shape
    total = np.full((count, length, overlap + 2), np.inf, np.float32)
    total[:, :, 1:-1] = error
    for row in range(1, length):
        before = total[:, row - 1]
        total[:, row, 1:-1] += np.minimum(np.minimum(before[:, :-2], before[:, 1:-1]), before[:, 2:])
    every = np.arange(count)
    place = total[:, -1].argmin(1)
    path = np.empty((count, length), np.int64)
    path[:, -1] = place
    for row in range(length - 2, -1, -1):
        around = place[:, None] + np.array([-1, 0, 1])
        place = around[every, total[every[:, None], row, around].argmin(1)]
        path[:, row] = place
    left: NDArray[np.bool_] = np.arange(1, overlap + 1) < path[:, :, None]
    return left
