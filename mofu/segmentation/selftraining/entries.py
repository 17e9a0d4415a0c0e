"""Pictures → all that rounds need of them, small enough to keep: what the head takes, a thumbnail, the current mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.refinement import refine
from mofu.segmentation.selftraining.bodies import shown
from mofu.segmentation.selftraining.pictures import Picture, Probabilities, easiness, resized, restricted
from mofu.segmentation.selftraining.segmenter import Segmenter, probabilities


@dataclass(frozen=True, slots=True)
class Change:
    """What new masks of a picture are.

    Attributes:
        easiness: theirs, in [0, 1].
        agreement: their mean IoU with those before, 0 where there were none.
    """

    easiness: float
    agreement: float


@dataclass(slots=True, eq=False)
class Entry:
    """A picture between rounds.

    Attributes:
        words: that it is known to show.
        extra: whether it came without a mask.
        seen: see `fitting.Example`.
        pixels: (h, w, 3) uint8, the longer side that of the masks.
        mask: (words of the picture + 1, h, w) float32, refined; None: none yet.
        easiness: of that mask, in [0, 1].
    """

    words: tuple[int, ...]
    extra: bool
    seen: tuple[torch.Tensor, ...]
    pixels: Pixels
    mask: Probabilities | None = None
    easiness: float = 0.0

    def take(self, found: Probabilities, refinement: str) -> Change:
        """Refine new masks and keep them, unless they lost the words that are known to be there.

        Args:
            found: (K + 1, h, w) as a segmenter or saliency gives them.
        """
        before = restricted(found, self.words)[[*self.words, -1]]
        after = refine(refinement, before, self.pixels)
        places = range(len(self.words))
        easy = easiness(before, after, places)
        change = Change(easy, 0.0 if self.mask is None else easiness(self.mask, after, places))
        if easy > 0:
            self.mask, self.easiness = after, easy
        return change

    def target(self, labels: int, size: tuple[int, int]) -> torch.Tensor:
        """(labels, rows, columns) uint8: 255 times the share that each label has of a cell; zeros without a mask.

        Every pixel is of its best label alone: taught with doubts, a segmenter doubts more, and masks shrink by rounds.
        """
        found = np.zeros((labels, *size), np.uint8)
        if self.mask is not None:
            best = np.eye(len(self.mask), dtype=np.float32)[self.mask.argmax(axis=0)].transpose(2, 0, 1)
            found[[*self.words, labels - 1]] = np.round(255 * resized(best, size))
        return torch.from_numpy(found)


def entry(picture: Picture, segmenter: Segmenter, mask_px: int, refinement: str) -> Entry:
    """Read a picture once and for all.

    Raises:
        InvalidInputError: no picture, or masks that are no probabilities.
    """
    image = shown(picture.pixels, segmenter.provenance.side_px)
    with torch.inference_mode():
        seen = tuple(part[0].half() for part in segmenter.parts(image)) if segmenter.body.frozen else (image[0],)
    extra = bool(picture.words) and picture.masks is None
    made = Entry(tuple(picture.words), extra, seen, thumbnail(picture.pixels, mask_px))
    if not made.words:
        made.mask = np.ones((1, *made.pixels.shape[:2]), np.float32)
        made.easiness = 1.0
    elif picture.masks is not None:
        made.take(resized(picture.masks, (made.pixels.shape[0], made.pixels.shape[1])), refinement)
    return made


def segmented(segmenter: Segmenter, each: Entry) -> Probabilities:
    """Soft masks of a picture by a segmenter, at the size of its thumbnail: (K + 1, h, w)."""
    with torch.inference_mode():
        if segmenter.body.frozen:
            logits = segmenter.head([part[None].float() for part in each.seen])
        else:
            logits = segmenter(each.seen[0][None])
    return probabilities(logits, (each.pixels.shape[0], each.pixels.shape[1]))


def faithful(found: Probabilities, words: Sequence[int]) -> float:
    """Of the pixels that any word is found on, the share of those that the picture is known to show; 0 of none."""
    areas = np.bincount(found.argmax(axis=0).ravel(), minlength=len(found))[:-1]
    return float(areas[list(words)].sum() / max(1, areas.sum()))


def grid(segmenter: Segmenter, each: Entry) -> tuple[int, int]:
    """Rows and columns of a segmenter's logits of a picture."""
    with torch.inference_mode():
        seen = each.seen if segmenter.body.frozen else tuple(part[0] for part in segmenter.parts(each.seen[0][None]))
    rows, columns = max(tuple(part.shape[1:]) for part in seen)
    return rows, columns


def thumbnail(pixels: Pixels, longer_px: int) -> Pixels:
    """(h, w, 3) uint8 whose longer side is at most that."""
    scale = min(1.0, longer_px / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA), np.uint8)


def easiest(entries: Sequence[Entry], share: float) -> list[Entry]:
    """Of each word's pictures that came with masks, the easiest share; of the others, those as easy as half of these.

    A picture of several words counts with its first. One in which a word has no mask at all is never taken.
    """
    taken = [each for each in entries if not each.words]
    for word in sorted({each.words[0] for each in entries if each.words}):
        own = sorted(
            (each for each in entries if each.words and each.words[0] == word), key=lambda each: -each.easiness
        )
        given = [each for each in own if not each.extra and each.easiness > 0]
        given = given[: max(1, round(share * len(given)))]
        taken += given
        if given:
            middle = given[len(given) // 2].easiness
            taken += [each for each in own if each.extra and each.easiness >= middle]
    return taken
