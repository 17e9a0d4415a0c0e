"""A picture and a style's moments → the picture in that style, in one pass of a network that was trained before."""

from __future__ import annotations

from pathlib import Path

from mofu.features.backbone import Backbone
from mofu.style.feedforward.adain.network import AdainNetwork
from mofu.style.feedforward.adain.stylist import AdainStylist
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.fast.model import FastModel
from mofu.style.feedforward.fast.stylist import FastStylist
from mofu.style.feedforward.weights import Trained, fill, of_user, packaged


def load_adain(backbone: Backbone, weights: Path | None) -> AdainStylist:
    """The stylist `adain`, with the package's weights or those of a file.

    Raises:
        InvalidInputError: a backbone, or weights, that it cannot work with.
        DamagedError: the package's weights are not what was shipped.
    """
    encoder, trained = Encoder(backbone), _trained("adain", weights)
    network = AdainNetwork(encoder.channels)
    fill(network, trained, "adain", encoder.backbone_id)
    return AdainStylist(encoder, network, trained.sha256)


def load_fast(backbone: Backbone, weights: Path | None) -> FastStylist:
    """The stylist `fast`; as `load_adain`."""
    encoder, trained = Encoder(backbone), _trained("fast", weights)
    network = FastModel(encoder.channels)
    fill(network, trained, "fast", encoder.backbone_id)
    return FastStylist(encoder, network, trained.sha256)


def _trained(name: str, weights: Path | None) -> Trained:
    return packaged(name) if weights is None else of_user(weights)
