"""A picture and what is asked of it, a word, a mask or a box → where it is to be stylised."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.db import regions, words
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.imaging.results import Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.imaging.scaling import scaled
from mofu.segmentation import require_torch
from mofu.settings import SegmentationSettings
from mofu.workers.region_training import Trained, stored
from mofu.workers.style_pictures import Content, content_of, content_pixels
from mofu.workers.workshop import Workshop

Mask = NDArray[np.float32]
"""(h, w) float32 in [0, 1]."""

LEAST_PX = 64
"""Pixels of a region below which nothing of a style could be seen."""

_BOX = re.compile(r"\s*[\d.]+\s*(,\s*[\d.]+\s*){3}")
_MASK = "mask:"
_OTHER_SHAPE = 0.02


@dataclass(frozen=True, slots=True)
class Where:
    """Where a picture is to be stylised: one of the three.

    Attributes:
        word: its own regions, found by what was learned of them.
        mask: a kept picture, white inside.
        box: left, top, right, bottom: in pixels of the upright picture, or, where none is above 1, in shares of it.
    """

    word: WordRecord | None = None
    mask: Content | None = None
    box: tuple[float, float, float, float] | None = None

    @property
    def title(self) -> str:
        """For people: the word, `mask NAME`, or the numbers of the box."""
        if self.word is not None:
            return self.word.text
        return f"mask {self.mask.name}" if self.mask else f"box {self.text}"

    @property
    def text(self) -> str:
        """What `parse_where` reads as this."""
        if self.word is not None:
            return self.word.slug
        return mask_text(self.mask.sha256) if self.mask else ",".join(f"{each:g}" for each in self.box or ())


def parse_where(workshop: Workshop, text: str) -> Where:
    """Read what a person wrote: a word, `mask:SHA-256` of a kept picture, or the four numbers of a box.

    Raises:
        UnknownNameError: no such word, or no such picture.
        InvalidInputError: a box that is none.
    """
    if _BOX.fullmatch(text):
        return Where(box=_box(text))
    if text.startswith(_MASK):
        return Where(mask=content_of(workshop, text.removeprefix(_MASK)))
    with workshop.database.read() as session:
        return Where(word=words.find(session, text))


def mask_text(sha256: str) -> str:
    """What `parse_where` reads as the kept picture of this SHA-256."""
    return f"{_MASK}{sha256}"


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = (float(part) for part in text.split(","))
    except ValueError:
        left = top = right = bottom = 0.0
    if not (right > left and bottom > top):
        raise InvalidInputError(f"box {text}: expected left,top,right,bottom, in pixels or in shares of the picture")
    return left, top, right, bottom


class Finder:
    """Finds regions on pictures; what was learned of a word is read once."""

    def __init__(self, workshop: Workshop, pool: DecoderPool) -> None:
        self._workshop, self._pool = workshop, pool
        self._learned: dict[int, tuple[Trained, SegmentationSettings]] = {}

    def mask(self, where: Where, pixels: Pixels) -> Mask:
        """Where a picture is to be stylised.

        Raises:
            NothingFoundError: the word was not segmented.
            InvalidInputError: nothing, or hardly anything, of the picture is inside.
            MissingPackageError: a word is asked for, and torch is not installed.
        """
        height, width = pixels.shape[:2]
        if where.word is not None:
            mask = self.of_word(where.word, pixels)
        elif where.mask is not None:
            mask = self.drawn(where.mask, pixels)
        else:
            mask = _filled(where.box or (0, 0, 1, 1), height, width)
        inside = float(mask.sum())
        if inside < LEAST_PX:
            raise InvalidInputError(
                f"region {where.title!r} covers {inside:.0f} of {height * width} pixels, expected at least {LEAST_PX}:"
                " give a larger box or mask, or leave the region out"
            )
        return mask

    def of_word(self, word: WordRecord, pixels: Pixels) -> Mask:
        """(h, w), 1 where the word is likelier than anything else.

        Raises:
            NothingFoundError: the word was not segmented.
        """
        trained, how = self._network(word)
        probabilities, _ = trained.look(scaled(pixels, how.side_px, "longer"), how, [word.slug])
        own = trained.network.provenance.words.index(word.slug)
        rival = np.delete(probabilities, own, 0).max(0)
        share = probabilities[own] / np.maximum(probabilities[own] + rival, 1e-12)
        fitted = cv2.resize(share, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.asarray(fitted >= 0.5, np.float32)

    def knows(self, word: WordRecord) -> bool:
        """Whether what was learned of a word's regions is there."""
        try:
            self._network(word)
        except NothingFoundError:
            return False
        return True

    def _network(self, word: WordRecord) -> tuple[Trained, SegmentationSettings]:
        if word.id not in self._learned:
            with self._workshop.database.read() as session:
                record = regions.current(session, word.id)
            if record is None or record.classifier is None:
                raise NothingFoundError(f"{word.text!r} has no regions yet: run `mofu segment {word.text}` first")
            require_torch()
            self._learned[word.id] = stored(self._workshop, record)
        return self._learned[word.id]

    def drawn(self, picture: Content, pixels: Pixels) -> Mask:
        """A mask at the size of a picture; InvalidInputError where its proportions are others."""
        height, width = pixels.shape[:2]
        ratio = (picture.width * height) / (picture.height * width)
        if not 1 - _OTHER_SHAPE <= ratio <= 1 + _OTHER_SHAPE:
            raise InvalidInputError(
                f"mask {picture.name} of {picture.width}x{picture.height} pixels: expected the proportions of the"
                f" picture, {width}x{height}"
            )
        grey = content_pixels(self._pool, picture).mean(axis=2, dtype=np.float32) / np.float32(255)
        resized = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(resized, 0, 1), np.float32)


def _filled(box: tuple[float, float, float, float], height: int, width: int) -> Mask:
    scale = (width, height, width, height) if max(box) <= 1 else (1, 1, 1, 1)
    left, top, right, bottom = (round(each * by) for each, by in zip(box, scale, strict=True))
    mask = np.zeros((height, width), np.float32)
    mask[top:bottom, left:right] = 1
    return mask
