"""Masks of an image's word → one PNG, white where any of them is."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mofu.export.masks.drawn import DrawnRegion

_INSIDE = 255


def mask_png(drawn: Sequence[DrawnRegion]) -> bytes | None:
    """The regions of the word, not those of objects, in one greyscale PNG, 0 or 255; None where there are none."""
    masks = [each.mask for each in drawn if each.region.kind == "word"]
    if not masks:
        return None
    encoded = io.BytesIO()
    Image.fromarray(np.where(np.logical_or.reduce(masks), _INSIDE, 0).astype(np.uint8)).save(encoded, "PNG")
    return encoded.getvalue()
