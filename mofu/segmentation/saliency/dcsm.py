"""Guided gradients of several classes, subtracted from each other → distinct class-specific saliency maps.

Shimoda & Yanai, "Distinct class-specific saliency maps for weakly supervised semantic segmentation", ECCV 2016: what
the gradients of two classes share is the picture's contrast, what is left is what makes one class of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import Reading, RegionClassifier
from mofu.segmentation.saliency.base import PRESENT, Saliency, placed, present, resized
from mofu.segmentation.saliency.gradients import Guided, class_gradients
from mofu.segmentation.saliency.registry import method

SCALES = (0.8, 1.0, 1.2)
FEWEST_TARGETS = 4
"""With fewer classes on the picture, the next best are subtracted too, and get no map."""
_STEEP = 3.0


@method("dcsm")
def distinct_saliency(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """Class differences of guided gradients, over the deeper layers, and three scales where the network takes them."""
    with Guided(), torch.enable_grad():
        scales = SCALES[1:2] if classifier.provenance.square else SCALES
        readings = [classifier(classifier.prepared(pixels, scale).requires_grad_()) for scale in scales]
    scores = torch.cat([reading.scores.detach() for reading in readings])
    best = scores.amax(0)
    words = present(best[: len(classifier.words)], known)
    # a scale that does not see a word says nothing of it, unless it is known to be there
    seen = scores[:, words] > PRESENT
    seen[:, [row for row, word in enumerate(words) if word in known]] = True
    return placed(_maps(readings, chosen(best, words), seen), words, best[: len(classifier.words)], pixels)


def chosen(best: torch.Tensor, words: Sequence[int]) -> list[int]:
    """The classes that are subtracted from each other: the words of the picture, then others, the best first.

    Args:
        best: (classes,) the highest score of each over the scales.
        words: those that are on the picture.
    """
    others = [each for each in best.argsort(descending=True, stable=True).tolist() if each not in words]
    missing = FEWEST_TARGETS - len(words)
    return [*words, *(each for place, each in enumerate(others) if place < missing or best[each] > PRESENT)]


def strengths(gradients: Sequence[torch.Tensor], size: tuple[int, int]) -> torch.Tensor:
    """M: (k, c, h, w) of each layer → (layers, k, rows, columns): the largest magnitude over channels, resized."""
    found = [each.abs().amax(1) for each in gradients]
    return torch.stack([resized(each, size) for each in found])


def differences(strength: torch.Tensor) -> torch.Tensor:
    """(layers, k, rows, columns) → (k, rows, columns): what each class has more of than the others, summed.

    Σ over layers and c′ ≠ c of max(0, tanh(3 (M_c − M_c′) / max(M_c − M_c′))); nothing where M_c is nowhere more.
    """
    difference = strength[:, :, None] - strength[:, None, :]
    most = difference.amax((3, 4), keepdim=True)
    distinct = torch.where(most > 0, (_STEEP * difference / most.clamp_min(1e-30)).tanh(), 0.0)
    return distinct.clamp_min(0).sum((0, 2))


def _maps(readings: Sequence[Reading], targets: Sequence[int], seen: torch.Tensor) -> torch.Tensor:
    """(words, rows, columns) in [0, 1] of the first of the targets, of the scales (scales, words) that see them."""
    # at the finest maps' own resolution: at the picture's it is the same, and slower
    size, words = _finest(readings[-1]), seen.shape[1]
    total = torch.zeros(words, *size, device=seen.device)
    for reading, seen_here in zip(readings, seen, strict=True):
        if seen_here.any():
            found = class_gradients(reading.logits, targets, reading.inputs)
            total += differences(strengths(found, size))[:words] * seen_here[:, None, None]
    most = total.amax((1, 2), keepdim=True)
    return (_STEEP * total / most.clamp_min(1e-30)).tanh()


def _finest(reading: Reading) -> tuple[int, int]:
    finest = max(reading.inputs, key=lambda maps: maps.shape[2] * maps.shape[3])
    return finest.shape[2], finest.shape[3]
