"""(subject, seed) → a picture: the one door to everything that the demo can draw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from mofu.demo.camera import develop
from mofu.demo.canvas import Array, Frame, new_frame
from mofu.demo.others import SCENES
from mofu.demo.textures import (
    blotchy,
    bubbly,
    bumpy,
    cracked,
    fluffy,
    glossy,
    grainy,
    netted,
    sparkling,
    spiky,
    striped,
    swirly,
)
from mofu.demo.words import WORDS, DemoWord
from mofu.errors import UnknownNameError

__all__ = ["DISTRACTORS", "VARIANTS", "WORDS", "DemoWord", "draw", "jpeg", "size"]

_BY_ROMAJI: dict[str, Callable[[Frame], Array]] = {
    "mofumofu": fluffy.draw,
    "togetoge": spiky.draw,
    "bukubuku": bubbly.draw,
    "shimashima": striped.draw,
    "zarazara": grainy.draw,
    "tsuyatsuya": glossy.draw,
    "bokoboko": bumpy.draw,
    "guruguru": swirly.draw,
    "madaramadara": blotchy.draw,
    "amiami": netted.draw,
    "bakibaki": cracked.draw,
    "kirakira": sparkling.draw,
}

DISTRACTORS: tuple[str, ...] = tuple(SCENES)
"""Names of the families that show no word in particular."""

_SCENES: Mapping[str, Callable[[Frame], Array]] = {word.text: _BY_ROMAJI[word.romaji] for word in WORDS} | dict(SCENES)


def _frame(subject: str, seed: int) -> Frame:
    if subject not in _SCENES:
        raise UnknownNameError("subject", subject, _SCENES)
    digest = hashlib.sha256(f"{subject} {seed}".encode()).digest()
    return new_frame(np.random.default_rng(int.from_bytes(digest[:8], "big")))


def draw(subject: str, seed: int) -> Array:
    """Draw a picture; the same subject and seed give the same pixels.

    Args:
        subject: a word's text (`WORDS`) or a distractor family (`DISTRACTORS`).
        seed: any integer.

    Returns:
        (h, w, 3) uint8 RGB, 360 to 606 px a side.

    Raises:
        UnknownNameError: no such subject.
    """
    frame = _frame(subject, seed)
    return develop(frame, _SCENES[subject](frame))


def _same(width: int, height: int) -> tuple[int, int]:
    return width, height


def _half(width: int, height: int) -> tuple[int, int]:
    return width // 2, height // 2


def _cropped(width: int, height: int) -> tuple[int, int]:
    return width - 2 * (width // 25), height - 2 * (height // 25)


def _tiny(width: int, height: int) -> tuple[int, int]:
    return width // 12, height // 12


VARIANTS: Mapping[str, tuple[Callable[[int, int], tuple[int, int]], int]] = {
    "same": (_same, 88),
    "q40": (_same, 40),
    "half": (_half, 82),
    "crop": (_cropped, 82),
    "tiny": (_tiny, 82),
}
"""(width, height) → those of the variant, and its JPEG quality: the original, its near-duplicates, a thumbnail."""


def size(subject: str, seed: int, variant: str = "same") -> tuple[int, int]:
    """(width, height) in px of what `jpeg` would give, without drawing it; raises as `jpeg` does."""
    frame = _frame(subject, seed)
    return _variant(variant)[0](frame.width, frame.height)


def jpeg(subject: str, seed: int, variant: str = "same") -> bytes:
    """Draw a picture and encode it; the same arguments give the same bytes.

    Args:
        subject: as in `draw`.
        seed: as in `draw`.
        variant: a key of `VARIANTS`: `same`, `q40` (re-encoded), `half` (half size), `crop` (4 % off a side), `tiny`.

    Raises:
        UnknownNameError: no such subject or variant.
    """
    change, quality = _variant(variant)
    rgb = draw(subject, seed)
    width, height = change(rgb.shape[1], rgb.shape[0])
    if variant == "crop":
        top, left = (rgb.shape[0] - height) // 2, (rgb.shape[1] - width) // 2
        rgb = rgb[top : top + height, left : left + width]
    elif (width, height) != (rgb.shape[1], rgb.shape[0]):
        rgb = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    pixels = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _variant(name: str) -> tuple[Callable[[int, int], tuple[int, int]], int]:
    if name not in VARIANTS:
        raise UnknownNameError("variant", name, VARIANTS)
    return VARIANTS[name]
