"""Hand-made pictures, as files in memory."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

from mofu.imaging.results import FORMATS, DecodeLimits

LIMITS = DecodeLimits(max_pixels=100_000_000, min_side_px=16, thumbnail_px=64)


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def scenery(width: int = 96, height: int = 64, seed: int = 0) -> Image.Image:
    """A smooth, colourful picture that no other seed resembles."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def png_file(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG file written by hand, so that its header can say anything; `rows` begin with a filter byte each."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def one_of_each(image: Image.Image) -> dict[str, bytes]:
    return {name: encoded(image, name.upper()) for name in FORMATS}
