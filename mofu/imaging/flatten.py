"""A Pillow image of any mode → upright 8-bit RGB pixels."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from mofu.imaging.results import Pixels


def flattened(image: Image.Image, reduction: int = 1) -> Pixels:
    """8-bit RGB of an image of any mode: transparency over white, deep values brought down to 8 bits.

    Args:
        image: any Pillow image; its first frame counts.
        reduction: whole factor by which both sides are averaged down.
    """
    colour = _on_white(image)
    return np.asarray(colour.reduce(reduction) if reduction > 1 else colour)


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation, 1 … 8; 1 where there is none or where it cannot be read."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, struct.error):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """A view of the pixels as the camera saw them, for EXIF orientation 1 … 8 (CIPA DC-008, tag 274)."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    # after the transposition, 6 and 7 still mirror left to right, 7 and 8 top to bottom
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_grey(np.asarray(image))).convert("RGB")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    white = Image.new("RGB", rgba.size, "white")
    white.paste(rgba, mask=rgba)
    return white


def _grey(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """8-bit grey of 16-bit, 32-bit or floating values; where a format states no white, the data's range decides."""
    if values.dtype.itemsize == 2:
        return (values.astype(np.uint16, copy=False) >> 8).astype(np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    peak = float(numbers.max(initial=0.0))
    white = next((w for w in (1.0, 255.0, 65535.0) if peak <= w), peak)
    return (numbers.clip(0.0, white) * (255.0 / white)).astype(np.uint8)
