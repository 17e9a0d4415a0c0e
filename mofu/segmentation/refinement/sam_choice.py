"""What a Segment Anything network proposes, and the soft masks it was asked with → soft masks with its edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.segmentation.refinement.registry import Probabilities
from mofu.segmentation.refinement.sam_prompts import Prompt

AGREED = 0.5
"""Agreement from which on a proposal is taken: it then has more in common with the piece than apart from it."""
_SUREST = 0.999
"""Most that a mask says, so that the labels of a pixel never sum to 0."""
_LEAST = 1e-3
"""Of a word in the soft mask where several claim a pixel, so that one alone is never divided by 0."""
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A proposal that is taken.

    Attributes:
        label: the word's.
        piece: (h, w) that it stands for.
        mask: (h, w) float32 in [0, 1]: the proposal.
    """

    label: int
    piece: NDArray[np.bool_]
    mask: NDArray[np.float32]


def agreements(prompt: Prompt, proposals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Soft IoU of proposals and a piece; pixels count by how sure the soft mask is whose they are.

    The proposals may so move the edge where the soft mask doubts, and may have other pieces of the word or not.

    Args:
        prompt: that was asked.
        proposals: (n, h, w) float32 in [0, 1].

    Returns:
        (n,) in [0, 1]: Σ w·min / Σ w·max, w = |p − q| / (p + q) of the word's probability and its likeliest rival's.
    """
    weights = np.abs(np.tanh(prompt.lead / 2))
    both = (weights * np.minimum(proposals, prompt.piece)).sum(axis=(1, 2))
    either = (weights * np.maximum(proposals, prompt.piece)).sum(axis=(1, 2))
    return np.asarray(both / np.maximum(either, _NOTHING), np.float32)


def chosen(prompt: Prompt, proposals: NDArray[np.float32]) -> Claim | None:
    """The proposal that agrees best with what was asked; None where none agrees well enough."""
    found = agreements(prompt, proposals)
    best = int(found.argmax())
    return Claim(prompt.label, prompt.piece, proposals[best]) if found[best] >= AGREED else None


def combined(probabilities: Probabilities, claims: Sequence[Claim]) -> Probabilities:
    """Soft masks in which words are where their claims are, and everything else is as it was.

    A word with a claim is at a pixel with the probability of its claims there, except on its pieces without one. What
    several words claim goes to them by claim and soft mask. What is left is the other labels', in the proportion of the
    soft masks: where nothing is claimed, they stay.

    Args:
        probabilities: (labels, h, w) float32 that sum to 1, the background last.
        claims: of any of the labels but the last.

    Returns:
        (labels, h, w) float32 that sum to 1.
    """
    masks, is_claimed = _claimed(probabilities, claims)
    weighed = masks * (probabilities + _LEAST)
    masks *= weighed / np.maximum(weighed.max(axis=0), _NOTHING)
    masks = np.minimum(masks, _SUREST)
    nobody = (1 - masks).prod(axis=0)
    others = np.where(is_claimed, 0, probabilities)
    others[-1] += others.sum(axis=0) <= _NOTHING  # what no claim keeps and no other label had
    found = nobody * (masks / (1 - masks) + others / others.sum(axis=0))
    return np.asarray(found / found.sum(axis=0), np.float32)


def _claimed(probabilities: Probabilities, claims: Sequence[Claim]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of each label the most that is claimed at each pixel, and where that says all there is to say of it."""
    likeliest = probabilities.argmax(axis=0)
    masks = np.zeros(probabilities.shape, np.float64)
    is_claimed = np.zeros(probabilities.shape, np.bool_)
    for label in {each.label for each in claims}:
        own = [each for each in claims if each.label == label]
        with_claim = np.any([each.piece for each in own], axis=0)
        is_claimed[label] = with_claim | (likeliest != label)
        masks[label] = np.where(is_claimed[label], np.max([each.mask for each in own], axis=0), 0)
    return masks, is_claimed
