"""Untrusted bytes → upright RGB pixels, or a failure of a known kind. Runs inside a decoder process only."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import simplejpeg
from PIL import Image, UnidentifiedImageError, features

from mofu.imaging.flatten import flattened, orientation_of, upright
from mofu.imaging.formats import is_cut, sniff
from mofu.imaging.results import Decoded, DecodeFailure, DecodeLimits, Fit, Format, Pixels
from mofu.imaging.scaling import fitted_size

# our own limit holds, checked before anything is decoded; this module is for processes that do nothing but decode
Image.MAX_IMAGE_PIXELS = None

__all__ = ["DecodeFailure", "DecodeLimits", "Decoded", "decode"]

# what Pillow's plugins raise at broken files, beside OSError
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    AssertionError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)


def decode(data: bytes | memoryview, limits: DecodeLimits, side_px: int | None = None, fit: Fit = "longer") -> Decoded:
    """Decode an image whose type is told by its content.

    Args:
        data: the whole file.
        limits: what the image may be.
        side_px: the side that is needed; pixels may then be scaled down, to no less than that. None: full size.
        fit: whether `side_px` is the longer or the shorter side.

    Raises:
        DecodeFailure: of one of its five kinds.
        MemoryError: the process's limit is reached.
    """
    data = bytes(data)
    image_format = sniff(data)
    if image_format == "avif" and not features.check("avif"):
        raise DecodeFailure("not-an-image", "AVIF, which the installed Pillow cannot read; install a newer Pillow")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # plugins warn of harmless faults in metadata
            with Image.open(io.BytesIO(data), formats=(image_format.upper(),)) as image:
                return _decoded(image, data, image_format, limits, (side_px, fit))
    except _BROKEN as error:
        raise _failure(error, data, image_format) from None


def _decoded(
    image: Image.Image, data: bytes, image_format: Format, limits: DecodeLimits, wanted: tuple[int | None, Fit]
) -> Decoded:
    width, height = image.size
    _check_size(width, height, limits)
    side_px, fit = wanted
    target = fitted_size(width, height, side_px, fit) if side_px else (width, height)
    pixels = _turbo(image, data, target) if image_format == "jpeg" else None
    if pixels is None:
        pixels = _pillow(image, target, image_format)
    # asked only now: some plugins learn it, or apply it themselves, while they load
    orientation = orientation_of(image)
    if orientation >= 5:
        width, height = height, width
    return Decoded(image_format, width, height, upright(pixels, orientation))


def _check_size(width: int, height: int, limits: DecodeLimits) -> None:
    if width * height > limits.max_pixels:
        raise DecodeFailure("too-large", f"{width}x{height} pixels, expected at most {limits.max_pixels} in all")
    if min(width, height) < limits.min_side_px:
        raise DecodeFailure("too-small", f"{width}x{height} pixels, expected sides of at least {limits.min_side_px}")


def _turbo(image: Image.Image, data: bytes, target: tuple[int, int]) -> Pixels | None:
    """Decode at the smallest fast DCT scale that is not below the target; None where Pillow must have a look."""
    if image.mode not in ("RGB", "L"):
        return None
    least_width, least_height = _fast_scale(image.size, target)
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        if (width, height) != image.size:
            return None
        pixels: Pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=least_width, min_height=least_height)
    except ValueError:
        return None
    return pixels


def _fast_scale(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int]:
    """Width and height at 1, 2, 4 or 8 eighths: the other scales have no vector code and take longer than 8 eighths."""
    scales = ((-(-size[0] * eighths // 8), -(-size[1] * eighths // 8)) for eighths in (1, 2, 4))
    return next((scale for scale in scales if scale[0] >= target[0] and scale[1] >= target[1]), size)


def _pillow(image: Image.Image, target: tuple[int, int], image_format: Format) -> Pixels:
    width, height = image.size
    if image_format == "jpeg":
        image.draft(None, target)
    image.load()
    # half of the way by averaging; what remains is for a better filter
    reduction = min(image.width // (2 * target[0]), image.height // (2 * target[1])) if target != (width, height) else 1
    return flattened(image, max(1, reduction))


def _failure(error: Exception, data: bytes, image_format: Format) -> DecodeFailure:
    # Pillow's own message for an unreadable header names nothing but a memory address
    what = "its header cannot be read" if isinstance(error, UnidentifiedImageError) else str(error)
    if "truncated" in what.lower() or is_cut(data, image_format):
        return DecodeFailure("truncated", f"the end of the {image_format.upper()} is missing: {what}")
    return DecodeFailure("undecodable", f"the {image_format.upper()} is damaged: {what}")
