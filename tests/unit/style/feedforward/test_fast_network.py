"""Conditional instance normalisation, against numpy alone, and what the conditions decide."""

import numpy as np
import pytest
import torch
from small_styles import LAYERS, statistics, texture

from mofu.style.feedforward.fast.condition import Conditions
from mofu.style.feedforward.fast.network import CONDITION, NORMALISED, FastNetwork, Pass, normalising
from mofu.style.feedforward.moments import of_statistics


def conditioned(maps, gamma, beta):
    """Dumoulin et al.: γ (f − μ) / σ + β, each channel by its own moments."""
    mean, deviation = maps.mean((1, 2), keepdims=True), maps.std((1, 2), keepdims=True)
    return gamma[:, None, None] * (maps - mean) / deviation + beta[:, None, None]


def test_a_hand_worked_channel():
    # 0, 4 have mean 2 and deviation 2: normalised −1, 1; γ = 3, β = 1 make −2, 4
    scale, shift = normalising(torch.tensor([[[[0.0, 4.0]]]]), torch.tensor([[3.0]]), torch.tensor([[1.0]]))
    found = scale * torch.tensor([0.0, 4.0]) + shift
    assert found.flatten().tolist() == pytest.approx([-2.0, 4.0], abs=1e-4)


def test_normalisation_is_what_numpy_says():
    generator = np.random.default_rng(0)
    maps = generator.normal(2, 3, (5, 6, 7)).astype(np.float32)
    gamma, beta = generator.normal(1, 1, (2, 5)).astype(np.float32)
    scale, shift = normalising(*(torch.from_numpy(each)[None] for each in (maps, gamma, beta)))
    np.testing.assert_allclose((scale * torch.from_numpy(maps) + shift)[0], conditioned(maps, gamma, beta), atol=1e-4)


def test_a_pass_reads_gamma_beta_and_the_gain_of_noise_of_each_layer_in_turn():
    channels = NORMALISED[0]
    condition = torch.cat([torch.full((channels,), value) for value in (2.0, 1.0, 0.5)])
    maps = torch.randn(1, channels, 8, 8, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    way = Pass(torch.cat([condition, torch.zeros(CONDITION - len(condition))])[None], [noise])
    expected = conditioned(maps[0].numpy(), np.full(channels, 2.0), np.full(channels, 1.0)) + 0.5 * noise[0].numpy()
    np.testing.assert_allclose(way.normalised(maps)[0], expected, atol=1e-3)


@pytest.fixture(scope="module")
def conditions():
    torch.manual_seed(0)
    return Conditions((3, 32, 64, 128, 256)).requires_grad_(False)


def test_at_strength_0_nothing_is_drawn(conditions):
    style = of_statistics(statistics(texture(8)), LAYERS)
    condition = conditions(style, torch.zeros(1))
    network = FastNetwork().requires_grad_(False)
    network.colours.bias.zero_()
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    noise = [torch.zeros(1)] * len(NORMALISED)
    assert torch.equal(network(picture, Pass(condition, noise)), picture)


def test_conditions_go_evenly_from_the_neutral_ones_to_the_styles(conditions):
    style = of_statistics(statistics(texture(8)), LAYERS)
    none, half, whole = (conditions(style, torch.tensor([strength])) for strength in (0.0, 0.5, 1.0))
    torch.testing.assert_close(half, (none + whole) / 2)


def test_styles_that_differ_give_conditions_that_differ(conditions):
    style = of_statistics(statistics(texture(4), texture(32)), LAYERS)
    one, other = conditions(style, torch.ones(2))
    assert not torch.allclose(one, other)
