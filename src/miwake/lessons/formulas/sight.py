"""Cells of the visual system: centre and surround, simple cells, complex cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def raster(size: int) -> tuple[Array, Array]:
    """Coordinates (x to the right, y upwards) of the pixels of a size × size picture, (0, 0) in its centre."""
    places = np.arange(size) - (size - 1) / 2
    return np.broadcast_to(places, (size, size)), np.broadcast_to(-places[:, None], (size, size))


def mexican_hat(size: int, sigma: float) -> Array:
    """h = (1 − r²/2σ²) e^{−r²/2σ²}: an excited centre within an inhibited ring; (size, size) (Marr and Hildreth 1980).

    It is −σ²/2 times the Laplacian of e^{−r²/2σ²}.
    """
    x, y = raster(size)
    r = (x**2 + y**2) / (2 * sigma**2)
    return np.asarray((1 - r) * np.exp(-r))


def gabor(size: int, angle: float, wavelength: float, phase: float, sigma: float, aspect: float = 1.0) -> Array:
    """h = e^{−(x'² + γ²y'²)/2σ²} cos(2π x'/λ + φ): stripes under a bell, a simple cell's field (Daugman 1985).

    Args:
        size: side of the field in pixels.
        angle: θ in degrees: the direction across the stripes; 0 means upright stripes.
        wavelength: λ, pixels from stripe to stripe.
        phase: φ in degrees; 0 is even (a bright bar in the middle), 90 odd (an edge).
        sigma: width of the bell in pixels.
        aspect: γ; below 1 the field is longer along its stripes.
    """
    x, y = raster(size)
    turn, shift = np.deg2rad(angle), np.deg2rad(phase)
    across, along = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
    bell = np.exp(-(across**2 + (aspect * along) ** 2) / (2 * sigma**2))
    return np.asarray(bell * np.cos(2 * np.pi * across / wavelength + shift))


def bar(size: int, angle: float, offset: float, width: float) -> Array:
    """A bright bar on a dark ground, with soft edges.

    Args:
        size: side of the picture in pixels.
        angle: direction across the bar in degrees; 0 means an upright bar.
        offset: how far from the centre, in pixels.
        width: in pixels.
    """
    x, y = raster(size)
    turn = np.deg2rad(angle)
    distance = np.abs(x * np.cos(turn) + y * np.sin(turn) - offset)
    return np.asarray(np.clip((width + 1) / 2 - distance, 0.0, 1.0))


def balanced(h: Array) -> Array:
    """The field with its mean taken off and scaled to Σ|h| = 1: an even light gives no answer."""
    centred = h - h.mean()
    return np.asarray(centred / np.abs(centred).sum())


def simple_cell(x: Array, h: Array) -> float:
    """y = max(0, Σ x h): fires for its stripe at its place (Hubel and Wiesel 1962)."""
    return max(0.0, float(np.sum(x * h)))


def simple_cell_gradient(x: Array, h: Array) -> Array:
    """∂y/∂x = h where the cell fires, otherwise 0."""
    return np.asarray(h * (np.sum(x * h) > 0))


def complex_cell(x: Array, even: Array, odd: Array) -> float:
    """y = √((Σ x h₀)² + (Σ x h₉₀)²): two fields a quarter wave apart; the place within the field no longer matters.

    The energy model (Adelson and Bergen 1985).
    """
    return float(np.hypot(np.sum(x * even), np.sum(x * odd)))


def complex_cell_gradient(x: Array, even: Array, odd: Array) -> Array:
    """∂y/∂x = (s₀ h₀ + s₉₀ h₉₀) / y."""
    first, second = float(np.sum(x * even)), float(np.sum(x * odd))
    return np.asarray((first * even + second * odd) / np.hypot(first, second))
