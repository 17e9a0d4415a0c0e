"""Maps given the moments of a style, against hand-worked numbers and numpy alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mofu.style.feedforward.transport import adain, root, transport, transported


def spread(seed, count=60, channels=4):
    """(channels, count) correlated numbers."""
    generator = np.random.default_rng(seed)
    return generator.standard_normal((channels, channels)) @ generator.standard_normal((channels, count)) + 3.0


def test_adain_of_a_hand_worked_channel():
    # 1, 3 have mean 2 and deviation 1: at mean 10 and deviation 5 they are 5, 15
    maps = torch.tensor([[[[1.0, 3.0]]]], dtype=torch.float64)
    content = torch.tensor([[2.0]], dtype=torch.float64), torch.tensor([[1.0]], dtype=torch.float64)
    style = torch.tensor([[10.0]], dtype=torch.float64), torch.tensor([[5.0]], dtype=torch.float64)
    assert adain(maps, content, style).flatten().tolist() == pytest.approx([5.0, 15.0], abs=1e-4)


@given(st.integers(0, 999))
def test_adain_is_what_numpy_says(seed):
    maps, style = spread(seed).reshape(4, 6, 10), spread(seed + 1000)
    mean, deviation = maps.mean((1, 2)), maps.std((1, 2))
    expected = style.std(1)[:, None, None] * (maps - mean[:, None, None]) / deviation[:, None, None]
    expected += style.mean(1)[:, None, None]
    found = adain(
        torch.from_numpy(maps)[None],
        (torch.from_numpy(mean)[None], torch.from_numpy(deviation)[None]),
        (torch.from_numpy(style.mean(1))[None], torch.from_numpy(style.std(1))[None]),
    )
    np.testing.assert_allclose(found[0].numpy(), expected, rtol=1e-2, atol=1e-2)


def test_a_constant_channel_stays_constant_at_the_mean_of_the_style():
    one = torch.ones(1, 1)
    found = adain(torch.full((1, 1, 2, 2), 7.0), (7 * one, 0 * one), (4 * one, 2 * one))
    assert found.flatten().tolist() == pytest.approx([4.0] * 4)


def test_transport_of_a_hand_worked_diagonal():
    # variances 1, 4 to 9, 16: each axis over the ratio of the deviations
    found = transport(
        torch.tensor([[[1.0, 0.0], [0.0, 4.0]]], dtype=torch.float64),
        torch.tensor([[[9.0, 0.0], [0.0, 16.0]]], dtype=torch.float64),
    )
    np.testing.assert_allclose(found[0], [[3, 0], [0, 2]], atol=0.01)


@given(st.integers(0, 999))
def test_transported_maps_have_the_covariance_and_the_mean_of_the_style(seed):
    maps, style = spread(seed), spread(seed + 1000)
    matrix = transport(
        torch.from_numpy(np.cov(maps, bias=True))[None], torch.from_numpy(np.cov(style, bias=True))[None]
    )
    found = transported(
        torch.from_numpy(maps.reshape(1, 4, 6, 10)),
        matrix,
        torch.from_numpy(maps.mean(1))[None],
        torch.from_numpy(style.mean(1))[None],
    )
    flat = found[0].reshape(4, -1).numpy()
    np.testing.assert_allclose(flat.mean(1), style.mean(1), atol=1e-6)
    # directions that hardly occur are left fainter than the style's
    assert np.linalg.norm(np.cov(flat, bias=True) - np.cov(style, bias=True)) < 0.5 * np.trace(np.cov(style))


def test_the_transport_from_a_covariance_to_itself_changes_nothing():
    covariance = torch.from_numpy(np.cov(spread(3)))[None]
    np.testing.assert_allclose(transport(covariance, covariance)[0], np.eye(4), atol=0.05)


def test_a_transport_is_symmetric():
    found = transport(*(torch.from_numpy(np.cov(spread(seed)))[None] for seed in (1, 2)))
    np.testing.assert_allclose(found[0], found[0].T, atol=1e-9)


def test_the_root_of_a_matrix_squared_is_the_matrix():
    covariance = torch.from_numpy(np.cov(spread(5)))[None]
    np.testing.assert_allclose(root(covariance) @ root(covariance), covariance, atol=1e-9)


def test_what_is_negative_by_rounding_is_0_in_a_root():
    assert root(torch.tensor([[[4.0, 0.0], [0.0, -1e-6]]]))[0].tolist() == [[2.0, 0.0], [0.0, 0.0]]
