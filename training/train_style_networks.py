"""Drawn pictures → mofu/style/data/{adain,fast}.safetensors, the weights of the stylists `adain` and `fast`.

    python training/train_style_networks.py adain|fast [--cache FOLDER] [--output FILE]

Draws the pictures and measures their styles into the cache folder (`style_material.py`), trains by the loop of
mofu/style/feedforward/trainer.py, and prints the SHA-256 that belongs into the stylist's own file. No photograph takes
part. About 45 minutes on one core each. Interrupted, the same command goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from style_material import HELD, Bank, Material
from torch import nn

from mofu.db.durable import write_file
from mofu.features.registry import load
from mofu.settings import FeaturesSettings
from mofu.style.feedforward.adain.network import AdainNetwork
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.fast.condition import AXES, Conditions
from mofu.style.feedforward.fast.model import FastModel
from mofu.style.feedforward.objective import Weights
from mofu.style.feedforward.trainer import Plan, Progress, Trainer
from mofu.style.feedforward.training import origin
from mofu.style.feedforward.weights import file_of, serialised

SCRIPT_VERSION = "1"
_OUTLINES = Plan(1_500, rate=5e-4, steady=0.3, seed=1, weights=Weights(edges=0.15))
PLANS = {
    "adain": (Plan(9_400, steady=0.75), _OUTLINES),
    "fast": (Plan(3_800), _OUTLINES),
}
"""One after the other: first the styles, then keeping more of the outlines as well."""
_SHOWN = 16
_FLOOR = 0.02


def prepare(conditions: Conditions, styles: Bank) -> None:
    """Give the conditions their axes, and the centre and spread of what they read, from a part of the styles."""
    sample = styles[np.arange(0, len(styles) - HELD, 8)]
    for number, covariance in enumerate(sample.covariances):
        over = covariance.diagonal(dim1=1, dim2=2)
        scale = over.sum(1)[:, None, None]
        mean = (covariance / scale).double().mean(0)
        deviation = (mean.diagonal() + 1e-6).sqrt()
        # correlations, so that the faint channels of fine texture have their say
        _, axes = torch.linalg.eigh(mean / deviation[:, None] / deviation)
        kept = axes.flip(1)[:, :AXES] / deviation[:, None]
        # the sign of an eigenvector is the linear algebra library's whim
        kept = kept * kept.gather(0, kept.abs().argmax(0, keepdim=True)).sign()
        conditions.get_buffer(f"axes{number}")[:, : kept.shape[1]].copy_(kept)
    read = conditions.read(sample)
    spread = read.std(0)
    conditions.centre.copy_(read.mean(0))
    conditions.spread.copy_(spread + _FLOOR * spread.mean())


def shown(trainer: Trainer, material: Material) -> str:
    """How the average does on styles and crops that it was not trained on, at strengths 1 and 0.6."""
    generator = np.random.default_rng(99)
    pixels = material.contents.draw(generator, _SHOWN, 128).contiguous(memory_format=torch.channels_last)
    styles = material.styles[len(material.styles) - HELD + np.arange(_SHOWN) * (HELD // _SHOWN)]
    found = []
    for strength in (1.0, 0.6):
        with torch.inference_mode():
            loss = trainer.loss(trainer.average, pixels, styles, torch.full((_SHOWN,), strength), 5)
        found.append(f"{loss.style.mean():.3f} style, {1 - loss.edges.mean() / trainer.plan.weights.edges:.3f} edges")
    return ", at 0.6 ".join(found)


def trained(model: nn.Module, encoder: Encoder, plan: Plan, material: Material, checkpoint: Path) -> None:
    """Train a network in place by a plan, saying how it goes."""
    trainer = Trainer(model, encoder, plan)

    def told(progress: Progress) -> None:
        parts = f"style {progress.style:.3f}, content {progress.content:.4f}, edges {progress.edges:.4f}"
        held = shown(trainer, material)
        print(f"{progress.step} of {progress.steps}, {progress.seconds:.0f} s: {parts}; held: {held}", flush=True)

    trainer.run(material.contents, material.styles, told, checkpoint)
    model.load_state_dict(trainer.average.state_dict())


def main() -> None:
    """Draw, train and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", choices=list(PLANS))
    parser.add_argument("--cache", type=Path, default=Path("build/style"))
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    torch.manual_seed(0)
    encoder = Encoder(load("embedded_cnn", FeaturesSettings()))
    material = Material(given.cache, encoder)
    model = AdainNetwork(encoder.channels) if given.name == "adain" else FastModel(encoder.channels)
    if isinstance(model, FastModel):
        prepare(model.conditions, material.styles)
    for number, plan in enumerate(PLANS[given.name]):
        trained(model, encoder, plan, material, given.cache / f"{given.name}-{number}.checkpoint")
    script = f"training/train_style_networks.py {SCRIPT_VERSION}"
    content = serialised(model, origin(given.name, encoder, plan) | {"script": script})
    write_file(given.output or file_of(given.name), [content])
    print(f"{len(content)} bytes, SHA256 = {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
