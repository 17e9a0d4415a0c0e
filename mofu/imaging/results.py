"""What decoding is given and what it gives: limits in; pixels, facts or a failure of a known kind out.

Free of every heavy import, because decoder processes and those that ask them share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(h, w, 3) uint8 RGB."""

Format = Literal["jpeg", "png", "webp", "gif", "avif", "bmp", "tiff"]
FORMATS: tuple[Format, ...] = ("jpeg", "png", "webp", "gif", "avif", "bmp", "tiff")

FailureKind = Literal["not-an-image", "truncated", "undecodable", "too-large", "too-small"]
FAILURE_KINDS: tuple[FailureKind, ...] = ("not-an-image", "truncated", "undecodable", "too-large", "too-small")

Fit = Literal["longer", "shorter"]
FITS: tuple[Fit, ...] = ("longer", "shorter")


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What an image may be, and how large its thumbnail is.

    Attributes:
        max_pixels: width × height, checked from the header before anything is decoded.
        min_side_px: images whose shorter side is less are too small.
        thumbnail_px: longer side of a thumbnail.
    """

    max_pixels: int = 100_000_000
    min_side_px: int = 64
    thumbnail_px: int = 256


class DecodeFailure(Exception):  # noqa: N818 - an outcome of one image, recorded, never the end of a run
    """Bytes that do not become pixels: the kind, and a reason on one line."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind, self.reason = kind, reason

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels of one image, upright.

    Attributes:
        format: by content.
        width, height: of the original in pixels, after its orientation was applied.
        pixels: (h, w, 3) uint8 RGB; smaller than (height, width) where scaled decoding was asked for.
    """

    format: Format
    width: int
    height: int
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decoder says of an image.

    Attributes:
        format: by content.
        width, height: in pixels, after the orientation was applied.
        phash: 64-bit perceptual hash as a signed integer, see `hashes`.
    """

    format: Format
    width: int
    height: int
    phash: int


@dataclass(frozen=True, slots=True)
class Inspected(Facts):
    """What is known of an image once it was decoded.

    Attributes:
        sha256: of the file's bytes, 64 hexadecimal digits.
        bytes: size of the file.
    """

    sha256: str
    bytes: int
