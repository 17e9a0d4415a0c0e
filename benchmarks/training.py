"""What training gives the embedded network: a short run of the training script against the weights that it begins with.

    python benchmarks/training.py --photographs ../shared/web/images [--steps 400] [--pictures 3000] [--cache FOLDER]

Figures: ap_embedded_cnn_short after a few minutes of training on drawn pictures, with the AP of the first, random
weights as its baseline, and ap_embedded_cnn_gain, their difference. The random network gets the same chance: its
normalisation is fitted on drawn pictures as well. The protocol is that of quality.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import torch
from figures import figure
from quality import activations, drawn_ap, pictures

from mofu.features.embedded.backbone import ALL, EmbeddedCnn
from mofu.features.embedded.weights import Weights, serialised
from mofu.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))

from train_embedded_cnn import Plan, Training, cached_pictures, drawn, tensors_of

POSITIVES, DRAWS = 50, 2
_CALIBRATING = 20  # batches that fit a random network's normalisation
_MEASURED = 600


def trained(plan: Plan, cache: Path, steps: int) -> EmbeddedCnn:
    """The backbone after so many of the plan's steps."""
    pixels, kinds = cached_pictures(plan.pictures, cache)
    training = Training(plan, "cpu")
    if steps:
        training.run(pixels, kinds)
    else:
        with torch.no_grad():
            for _ in range(_CALIBRATING):
                training.losses(pixels, kinds)
    measured = [shown.pixels for shown in drawn(_MEASURED, first=plan.pictures)]
    content = serialised(tensors_of(training.learner, measured), {})
    return EmbeddedCnn(ALL, Settings().features, Weights.of(content))


def main() -> None:
    """Train shortly, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--pictures", type=int, default=3000)
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    given = parser.parse_args()
    classes = pictures(given.photographs)
    plan = Plan(pictures=given.pictures, steps=given.steps)
    found = []
    for steps in (0, given.steps):
        vectors = activations(trained(plan, given.cache, steps), classes, Settings())
        draws = [drawn_ap(vectors, POSITIVES, seed) for seed in range(DRAWS)]
        found.append(statistics.fmean(value for draw in draws for value in draw.values()))
    figure("ap_embedded_cnn_short", found[1], "AP", baseline=found[0], n=given.steps)
    figure("ap_embedded_cnn_gain", found[1] - found[0], "AP", n=given.steps)


if __name__ == "__main__":
    main()
