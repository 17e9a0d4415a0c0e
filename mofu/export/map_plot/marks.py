"""What both kinds of picture share: tones, texts, and thumbnails that fit their square."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from mofu.export.contact_sheet.picture import ACCENT, INK, LINE, PAPER, QUIET

__all__ = [
    "ACCENT", "BADGE_PX", "FRAME_PX", "INK", "LINE", "OUTLIER", "PAPER", "QUIET", "SMALLEST_MARK_PX", "count", "fitted",
    "tone",
]  # fmt: skip

FRAME_PX = 3
BADGE_PX = 22
SMALLEST_MARK_PX = 12
OUTLIER = "stands apart"
_TONES = (
    "#4878a8", "#a8701c", "#4a8757", "#b04a6a", "#7d6bb0", "#7d7d2f", "#2f858b", "#b0644a", "#6f7680", "#99607f",
)  # fmt: skip


def tone(cluster: int) -> str:
    """The colour of a cluster's frames; its number tells it from others that share it."""
    return _TONES[cluster % len(_TONES)]


def count(images: int) -> str:
    """So many images, in words."""
    return f"{images:,} image{'s' * (images != 1)}"


def fitted(thumbnail: Path, side: int) -> Image.Image | None:
    """A thumbnail whole and unstretched within a square of so many pixels; None where it cannot be read."""
    try:
        picture = Image.open(io.BytesIO(thumbnail.read_bytes())).convert("RGB")
    except OSError:  # UnidentifiedImageError is one
        return None
    scale = side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)
