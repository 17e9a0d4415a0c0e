"""Soft masks and pixels → soft masks with the edges that a Segment Anything network sees around each piece."""

from __future__ import annotations

from mofu.imaging.results import Pixels
from mofu.segmentation.refinement.registry import Probabilities, refinement
from mofu.segmentation.refinement.sam_choice import chosen, combined
from mofu.segmentation.refinement.sam_network import network
from mofu.segmentation.refinement.sam_prompts import prompts


def _identity() -> str:
    return network().id


@refinement("sam", identity=_identity)
def _sam(probabilities: Probabilities, pixels: Pixels) -> Probabilities:
    asked = prompts(probabilities)
    if not asked:
        return probabilities
    answers = zip(asked, network().proposals(pixels, asked), strict=True)
    claims = [claim for prompt, proposals in answers if (claim := chosen(prompt, proposals)) is not None]
    return combined(probabilities, claims)
