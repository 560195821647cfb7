"""Gabor functions and Mexican hats found again in filters that are made of them, and not in noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import least_squares

from miwake.explanation.gabor import fit_gabor, fit_hat, gabor_pair, hat_pair, main_colour, study, telling


def gabor(size: int, *, angle: float, wavelength: float, phase: float = 0.0) -> np.ndarray:
    """A Gabor function (size, size) about the middle, σ = 2 and τ = 3; angle and phase in degrees."""
    shape = np.array([[size / 2, size / 2 + 0.5, math.radians(angle), wavelength, 2.0, 3.0]])
    even, odd = gabor_pair((size, size), shape)[0]
    turn = math.radians(phase)
    return (math.cos(turn) * even - math.sin(turn) * odd).reshape(size, size)


def test_gabor_functions_are_found_again() -> None:
    asked = [(0, 5, 0), (30, 6, 90), (100, 4.5, 45), (150, 8, -120)]
    pictures = np.stack([3 * gabor(11, angle=a, wavelength=w, phase=p) for a, w, p in asked])
    fits = fit_gabor(pictures)
    assert fits.good.all()
    assert fits.r2.min() > 0.999
    np.testing.assert_allclose(fits.pictures, pictures, atol=0.05)
    np.testing.assert_allclose(fits.shape[:, :2], [[5.5, 6.0]] * 4, atol=0.1)
    angles, (wanted, wavelengths, _) = np.degrees(fits.shape[:, 2]), np.array(asked, float).T
    assert np.abs((angles - wanted + 90) % 180 - 90).max() < 2  # half a turn is the same stripes
    np.testing.assert_allclose(fits.shape[:, 3], wavelengths, rtol=0.03)
    np.testing.assert_allclose(fits.shape[:, 4:], [[2, 3]] * 4, rtol=0.1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_mexican_hat_is_found_again(sign: int) -> None:
    narrow, wide = hat_pair((11, 11), np.array([[5.5, 5.0, 1.2, 2.6]]))[0]
    fits = fit_hat(sign * (narrow + 0.9 * wide).reshape(1, 11, 11))
    assert fits.r2[0] > 0.999
    assert fits.good.all()
    np.testing.assert_allclose(fits.shape[0], [5.5, 5.0, 1.2, 2.6], rtol=0.05)
    np.testing.assert_allclose(fits.weights[0], [sign, 0.9 * sign], rtol=0.05)


def test_a_blob_is_no_gabor_function() -> None:
    """Though one with stripes wider than the filter fits it."""
    blob, _ = hat_pair((11, 11), np.array([[5.5, 5.5, 1.8, 3.0]]))[0].reshape(2, 11, 11)
    fits = fit_gabor(np.stack([blob, -blob, gabor(11, angle=20, wavelength=6)]))
    assert fits.r2.min() > 0.9
    assert fits.good.tolist() == [False, False, True]


def test_a_blob_is_no_hat_and_stripes_are_none_either() -> None:
    blob, _ = hat_pair((11, 11), np.array([[5.5, 5.5, 1.8, 3.0]]))[0].reshape(2, 11, 11)
    fits = fit_hat(np.stack([blob, gabor(11, angle=20, wavelength=4)]))
    assert fits.r2[0] > 0.99  # but it has no surround
    assert fits.good.tolist() == [False, False]


def test_no_search_from_the_truth_finds_a_nearer_function() -> None:
    """Against scipy's trust region, on Gabor functions with noise on them."""
    noise = 0.3 * np.random.default_rng(3).standard_normal((4, 9, 9))
    asked = [(10.0, 4.0), (50.0, 5.0), (95.0, 6.0), (140.0, 8.0)]
    pictures = noise + np.stack([gabor(9, angle=a, wavelength=w) for a, w in asked])
    for picture, r2, (angle, wavelength) in zip(pictures, fit_gabor(pictures).r2, asked, strict=True):
        y = picture.ravel()

        def left(shape: np.ndarray, y: np.ndarray = y) -> np.ndarray:
            columns = gabor_pair((9, 9), shape[None])[0].T
            return columns @ np.linalg.lstsq(columns, y, rcond=None)[0] - y

        found = least_squares(left, [4.5, 5.0, math.radians(angle), wavelength, 2, 3])
        assert r2 > 1 - 2 * found.cost / ((y - y.mean()) ** 2).sum() - 0.005


def test_r2_is_the_share_of_the_variance_that_is_explained() -> None:
    picture = gabor(9, angle=40, wavelength=5, phase=30)
    noisy = picture + np.random.default_rng(0).standard_normal((9, 9)) * picture.std() * 0.5
    fits = fit_gabor(noisy[None])
    spread = ((noisy - noisy.mean()) ** 2).sum()
    assert fits.r2[0] == pytest.approx(1 - ((noisy - fits.pictures[0]) ** 2).sum() / spread)
    assert 0.75 < fits.r2[0] < 0.95


@pytest.mark.parametrize("picture", [np.zeros((5, 5)), np.full((5, 7), 2.0)])
def test_a_flat_filter_is_explained_by_nothing(picture: np.ndarray) -> None:
    assert (fit_gabor(picture[None]).r2, fit_hat(picture[None]).r2) == (0, 0)


def test_the_main_colour_of_a_filter() -> None:
    grey = gabor(7, angle=10, wavelength=5)
    found = main_colour(np.stack([[0.5 * grey, -2 * grey, 0 * grey], [0 * grey] * 3]))
    np.testing.assert_allclose(found[0], -math.sqrt(4.25) * grey, atol=1e-9)
    np.testing.assert_array_equal(found[1], 0 * grey)


def test_a_study_tells_gabors_from_noise() -> None:
    filters = np.stack([gabor(7, angle=20 * n, wavelength=4 + n % 3, phase=40 * n) for n in range(8)])[:, None]
    filters += 0.02 * np.random.default_rng(1).standard_normal(filters.shape)
    found = study(filters, random=24)
    assert found.share("gabor").value == 1
    assert found.share("gabor", control=True).value < 0.1
    assert len(found.control["gabor"].r2) == 24
    assert found.share("hat").value < 0.5


def test_small_filters_tell_nothing() -> None:
    noise = np.random.default_rng(0).standard_normal((6, 3, 3))
    assert np.median(fit_gabor(noise).r2) > 0.6  # eight parameters, nine pixels: noise fits, too
    assert not telling(noise[:, None])
    assert not telling(np.zeros((0, 3, 7, 7)))
    assert telling(np.zeros((1, 3, 5, 5)))
