"""Pixels → a 64-bit perceptual hash, near for images that look alike; hashes → how many bits differ.

The DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), section 3.2.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from mofu.imaging.results import Pixels

BITS = 64
_SIDE = 32
_LOW = 8


def _dct_rows() -> NDArray[np.float64]:
    """The orthonormal DCT-II matrix's rows of the 8 lowest frequencies after the constant, (8, 32)."""
    frequency = np.arange(1, _LOW + 1)[:, None]
    position = 2 * np.arange(_SIDE)[None, :] + 1
    rows: NDArray[np.float64] = np.sqrt(2 / _SIDE) * np.cos(np.pi * frequency * position / (2 * _SIDE))
    return rows


_DCT = _dct_rows()


def perceptual_hash(pixels: Pixels) -> int:
    """Hash what an image looks like; -2⁶³ … 2⁶³-1, so that it fits a database's BIGINT.

    Grey, 32×32, the 8×8 lowest frequencies of the DCT without the constant ones; a bit is whether a coefficient
    exceeds their median.

    Args:
        pixels: (h, w, 3) uint8 RGB of any size.
    """
    image = Image.fromarray(np.ascontiguousarray(pixels)).convert("L")
    small = np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)
    # rounding keeps the noise of floating point from setting the bits of an even surface
    low = np.round(_DCT @ small @ _DCT.T, 3).ravel()
    packed = np.packbits(low > np.median(low))
    return int.from_bytes(packed.tobytes(), "big", signed=True)


def hamming(a: ArrayLike, b: ArrayLike) -> NDArray[np.uint8]:
    """Number of bits, 0 … 64, in which int64 hashes differ; arrays are broadcast against each other."""
    differing = np.asarray(a, dtype=np.int64) ^ np.asarray(b, dtype=np.int64)
    # counted without a sign, because a negative number's magnitude has other bits
    count: NDArray[np.uint8] = np.bitwise_count(differing.view(np.uint64))
    return count
