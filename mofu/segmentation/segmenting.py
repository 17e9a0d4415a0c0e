"""Pixels → the probability of each word and of none of them at every pixel: saliency, background, refinement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.refinement import refine
from mofu.segmentation.saliency.registry import maps, scaled


@dataclass(frozen=True, slots=True)
class SegmentingSettings:
    """How a picture is segmented.

    Attributes:
        method: of saliency, by name.
        refine: of refinement, by name; `none` leaves the maps as they are.
        scaled: whether maps are brought to a common scale first, at which 0.5 parts the word from what is around it;
            False takes a method's maps as they were published.
    """

    method: str = "dcsm"
    refine: str = "crf"
    scaled: bool = True


@dataclass(frozen=True, slots=True)
class Segmented:
    """A picture's pixels by word.

    Attributes:
        words: the classifier's, in the order of the planes.
        probabilities: (K + 1, h, w) float32 that sum to 1 at each pixel; the last plane is the background.
        scores: (K,) float32 in [0, 1]: how sure the classifier is that the word is on the picture at all.
    """

    words: tuple[str, ...]
    probabilities: NDArray[np.float32]
    scores: NDArray[np.float32]


def segment(
    classifier: RegionClassifier,
    pixels: Pixels,
    settings: SegmentingSettings = SegmentingSettings(),
    shown: Sequence[str] = (),
) -> Segmented:
    """Segment one picture.

    Args:
        classifier: of the words.
        pixels: (h, w, 3) uint8 RGB of any size; the maps come at the same.
        settings: saliency and refinement by name.
        shown: words that are known to be on the picture, whatever the classifier makes of it as a whole.

    Raises:
        UnknownNameError: no such method of saliency or refinement, or no such word.
        InvalidInputError: no picture, one that the network cannot see, or a method that the backbone does not allow.
    """
    found = maps(settings.method, classifier, pixels, shown)
    planes = scaled(settings.method, found.maps) if settings.scaled else found.maps
    probabilities = refine(settings.refine, with_background(planes), pixels)
    return Segmented(classifier.words, probabilities, found.scores)


def with_background(maps_of_words: NDArray[np.float32]) -> NDArray[np.float32]:
    """(K, h, w) maps → (K + 1, h, w) that sum to 1: the background is 1 − the largest map, then all are normalised."""
    background = 1 - maps_of_words.max(0, keepdims=True)
    planes = np.concatenate([maps_of_words, background])
    return np.asarray(planes / planes.sum(0, keepdims=True), np.float32)
