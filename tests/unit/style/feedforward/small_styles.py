"""Textures drawn from formulae, their statistics, and stylists with seeded weights, none of them trained."""

import numpy as np
import torch

from mofu.features.registry import load
from mofu.settings import FeaturesSettings
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.training import NETWORKS, Plan, origin
from mofu.style.feedforward.weights import serialised
from mofu.style.layers import PIXELS, style_layers
from mofu.style.measuring import measure

BACKBONE = load("embedded_cnn", FeaturesSettings())
LAYERS = (PIXELS, *style_layers(BACKBONE.spec))


def texture(period_px, side_px=64, colour=(255, 140, 60)):
    """(side, side, 3) uint8: stripes."""
    across = np.sin(2 * np.pi * np.arange(side_px) / period_px) * 0.5 + 0.5
    return (across[None, :, None] * np.array(colour) * np.ones((side_px, 1, 1))).astype(np.uint8)


def statistics(*pictures):
    return measure(BACKBONE, pictures, LAYERS)


def untrained(name, folder, seed=0):
    """A weights file of seeded noise, which draws boldly enough to be seen."""
    torch.manual_seed(seed)
    encoder = Encoder(BACKBONE)
    network = NETWORKS[name](encoder.channels)
    path = folder / f"{name}.safetensors"
    path.write_bytes(serialised(network, origin(name, encoder, Plan(1))))
    return path
