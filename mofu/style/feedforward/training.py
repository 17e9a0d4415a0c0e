"""A user's own pictures and style packs → weights of a stylist that knows them better.

What comes with the package was trained on drawn surfaces. Going on from there with the styles that will be used, on
pictures like those that will be stylised, brings a stylist nearer to them in minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.style.feedforward.adain.network import AdainNetwork
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.fast.model import FastModel
from mofu.style.feedforward.moments import Moments, of_statistics
from mofu.style.feedforward.objective import Weights
from mofu.style.feedforward.trainer import Crops, Plan, Progress, Trainer
from mofu.style.feedforward.weights import fill, of_user, packaged, serialised
from mofu.style.statistics import Statistics

Name = Literal["adain", "fast"]
NETWORKS: dict[str, type[AdainNetwork] | type[FastModel]] = {"adain": AdainNetwork, "fast": FastModel}
STEPS = 400
"""Of a training that goes on from weights that there are: a quarter of an hour on one core."""
_RATE = 3e-4
_WEIGHTS = Weights(edges=0.15)  # as at the end of the training of what comes with the package
_MIXED = 0.2


class PackStyles:
    """The styles of packs, now and then two of them mixed, so that mixing them afterwards is nothing new."""

    def __init__(self, styles: Sequence[Statistics], layers: Sequence[str]) -> None:
        """Take styles that have the statistics of these layers."""
        self._moments, self._count = of_statistics(styles, layers), len(styles)

    def draw(self, generator: np.random.Generator, count: int) -> Moments:
        """See `trainer.Styles`."""
        one, other = (self._of(generator.integers(0, self._count, count)) for _ in range(2))
        share = np.where(generator.random(count) < _MIXED, generator.random(count), 0.0)
        return one.towards(other, torch.from_numpy(share.astype(np.float32)))

    def _of(self, chosen: NDArray[np.int64]) -> Moments:
        numbers = torch.from_numpy(chosen)
        means, covariances = self._moments.means, self._moments.covariances
        return Moments(tuple(each[numbers] for each in means), tuple(each[numbers] for each in covariances))


def tuned_plan(steps: int = STEPS, seed: int = 0) -> Plan:
    """How a stylist goes on from weights that there are."""
    return Plan(steps, rate=_RATE, seed=seed, weights=_WEIGHTS)


def train(
    name: Name,
    backbone: Backbone,
    pictures: Sequence[Pixels],
    styles: Sequence[Statistics],
    plan: Plan,
    *,
    start: Path | None = None,
    told: Callable[[Progress], None] | None = None,
    checkpoint: Path | None = None,
) -> bytes:
    """Train a stylist for some styles, from weights that there are.

    Args:
        name: of the stylist.
        backbone: by whose maps the styles are measured.
        pictures: (h, w, 3) uint8 RGB, to be stylised; a few dozen at least are wise.
        styles: with the statistics of `pixels` and of the backbone's layers.
        plan: see `tuned_plan`.
        start: a file of weights to go on from; None: the package's.
        told: called every so many steps; what it raises ends the training, which the checkpoint lets go on.
        checkpoint: a file that is written from time to time, and from which an interrupted call of the same plan goes
            on.

    Returns:
        The bytes of the weights file, which `stylist.load(…, weights=path)` takes; equal arguments give equal weights
        but for the rounding of the machine.

    Raises:
        InvalidInputError: nothing to train on, styles without those layers, or weights of another backbone.
        UnknownNameError: no such stylist.
    """
    if name not in NETWORKS:
        raise UnknownNameError("stylist that is trained", name, NETWORKS)
    encoder = Encoder(backbone)
    _check(pictures, styles, encoder.layers)
    network = NETWORKS[name](encoder.channels)
    trained = packaged(name) if start is None else of_user(start)
    fill(network, trained, name, encoder.backbone_id)
    trainer = Trainer(network, encoder, plan)
    trainer.run(Crops(pictures), PackStyles(styles, encoder.layers), told, checkpoint)
    return serialised(trainer.average, origin(name, encoder, plan) | {"start": trained.sha256})


def origin(name: str, encoder: Encoder, plan: Plan) -> dict[str, object]:
    """What a weights file says of itself."""
    return {
        "stylist": name,
        "backbone": encoder.backbone_id,
        "layers": encoder.layers,
        "torch": torch.__version__.partition("+")[0],
        "plan": asdict(plan),
    }


def _check(pictures: Sequence[Pixels], styles: Sequence[Statistics], layers: Sequence[str]) -> None:
    if not pictures or not styles:
        raise InvalidInputError(f"{len(pictures)} pictures and {len(styles)} styles: expected at least one of each")
    for number, style in enumerate(styles, start=1):
        missing = [layer for layer in layers if layer not in style]
        if missing:
            raise InvalidInputError(
                f"style {number} of {len(styles)} has no statistics of {', '.join(missing)}: learn it again with the"
                " backbone's own layers"
            )
