"""Pixels → the probability of each word and of none of them at every pixel: saliency, background, refinement."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from mofu.errors import InvalidInputError
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.refinement import refine
from mofu.segmentation.saliency.base import Saliency
from mofu.segmentation.saliency.registry import maps
from mofu.segmentation.training import Labelled


@dataclass(frozen=True, slots=True)
class SegmentingSettings:
    """How a picture is segmented.

    Attributes:
        method: of saliency, by name.
        refine: of refinement, by name; `none` leaves the maps as they are.
    """

    method: str = "dcsm"
    refine: str = "crf"


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
    probabilities = refine(settings.refine, with_background(found), pixels)
    return Segmented(classifier.words, probabilities, found.scores)


def segment_each(
    classifier: RegionClassifier,
    pictures: Iterable[Labelled],
    settings: SegmentingSettings = SegmentingSettings(),
) -> Iterator[Segmented | InvalidInputError]:
    """Segment pictures, one on each core: cores that share a picture wait for each other at every layer.

    Args:
        classifier: of the words.
        pictures: each with the words that are known to be on it; read a few ahead.
        settings: saliency and refinement by name.

    Yields:
        What `segment` gives of each, in their order; of one that cannot be segmented, why.

    Raises:
        UnknownNameError: no such method of saliency or refinement, or no such word.
    """
    with ThreadPoolExecutor(cores(), "segmenting", _one_core) as threads:
        waiting: deque[Future[Segmented | InvalidInputError]] = deque()
        for picture in pictures:
            waiting.append(threads.submit(_outcome, classifier, picture, settings))
            if len(waiting) > 2 * cores():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _outcome(
    classifier: RegionClassifier, picture: Labelled, settings: SegmentingSettings
) -> Segmented | InvalidInputError:
    try:
        return segment(classifier, picture.pixels, settings, picture.words)
    except InvalidInputError as error:
        return error


def _one_core() -> None:
    torch.get_num_threads()  # sets up the thread's own, which would undo the next line if it came after it
    ThreadpoolController().select(user_api="openmp").limit(limits=1)


def with_background(saliency: Saliency) -> NDArray[np.float32]:
    """(K, h, w) maps → (K + 1, h, w) that sum to 1: the background is 1 − the largest map, then all are normalised."""
    background = 1 - saliency.maps.max(0, keepdims=True)
    planes = np.concatenate([saliency.maps, background])
    return np.asarray(planes / planes.sum(0, keepdims=True), np.float32)
