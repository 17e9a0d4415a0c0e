"""Images and the probabilities of their regions → one PNG: the regions that made a word's entropy, outlined.

An entropy can be low because a collection is biased: whoever reads the number should see what it was measured on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from mofu.db.durable import publish
from mofu.export.contact_sheet.fonts import font_for, japanese_faces
from mofu.export.contact_sheet.picture import ACCENT, GAP_PX, INK, LABEL_PX, LINE, MARGIN_PX, PAPER, QUIET
from mofu.export.plain_text import one_line
from mofu.export.publishing import check_is_file_name, temporary_for
from mofu.imaging.results import Pixels

COLUMNS = 6
CELL_PX = 200
HEAD_PX = 144
WIDTH_PX = 2 * MARGIN_PX + COLUMNS * (CELL_PX + GAP_PX) - GAP_PX
_FADED = 0.65  # how much of the paper's colour covers what was not chosen


@dataclass(frozen=True, slots=True)
class EvidenceImage:
    """An image and what was found in it.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, scaled as it was segmented.
        labels: (h, w) int32, the region of each pixel, from 0.
        probabilities: (r,) P(X|r) of its regions.
        chosen: (r,) which of them the entropy was measured on.
    """

    pixels: Pixels
    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    chosen: NDArray[np.bool_]


def write_evidence(target: Path, heading: str, note: str, images: Sequence[EvidenceImage]) -> None:
    """Write `target`, a PNG; the same arguments give the same picture.

    Args:
        target: a file name.
        heading: the word; left out where no font at hand can write it.
        note: a line under it, such as the entropy and its interval.
        images: in the order in which they are to stand.

    Raises:
        InvalidInputError: a target that cannot be written.
        DiskFullError: no room; nothing half-written stays.
    """
    check_is_file_name(target)
    picture = draw_evidence(heading, note, images, japanese_faces())
    with temporary_for(target) as temporary:
        picture.save(temporary, "PNG")
        publish(temporary, target)


def draw_evidence(heading: str, note: str, images: Sequence[EvidenceImage], faces: Sequence[Path]) -> Image.Image:
    """The sheet as an RGB picture, six images a row; `faces` are font files for what the plain Latin font lacks."""
    rows = -(-len(images) // COLUMNS)
    height = MARGIN_PX + HEAD_PX + rows * (CELL_PX + LABEL_PX + GAP_PX) + MARGIN_PX
    canvas = Image.new("RGB", (WIDTH_PX, height), PAPER)
    pen = ImageDraw.Draw(canvas)
    for top, size_px, colour, text in ((0, 64, INK, heading), (88, 20, QUIET, note)):
        font = font_for(one_line(text), size_px, faces)
        if font is not None:
            pen.text((MARGIN_PX, MARGIN_PX + top), one_line(text), colour, font)
    pen.line((MARGIN_PX, MARGIN_PX + HEAD_PX - GAP_PX, WIDTH_PX - MARGIN_PX, MARGIN_PX + HEAD_PX - GAP_PX), LINE)
    label = ImageFont.load_default(16)
    for index, image in enumerate(images):
        row, column = divmod(index, COLUMNS)
        x = MARGIN_PX + column * (CELL_PX + GAP_PX)
        y = MARGIN_PX + HEAD_PX + row * (CELL_PX + LABEL_PX + GAP_PX)
        tile = Image.fromarray(outlined(image))
        tile.thumbnail((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
        canvas.paste(tile, (x, y + CELL_PX - tile.height))
        pen.text((x, y + CELL_PX + 8), _label(image), QUIET, label)
    return canvas


def outlined(image: EvidenceImage) -> Pixels:
    """The image with what was not chosen faded and what was chosen in an outline of 2 px: (h, w, 3) uint8."""
    inside = image.chosen[image.labels].astype(np.uint8)
    paper = np.array(ImageColor.getrgb(PAPER), np.float32)
    faded = image.pixels + (paper - image.pixels) * np.float32(_FADED)
    shown = np.where(inside[..., None] == 1, image.pixels, faded).astype(np.uint8)
    eroded = cv2.erode(inside, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    shown[(inside == 1) & (eroded == 0)] = ImageColor.getrgb(ACCENT)
    return shown


def _label(image: EvidenceImage) -> str:
    """How many regions were counted, and the highest P(X|r)."""
    best = float(image.probabilities.max()) if len(image.probabilities) else 0.0
    return f"{int(image.chosen.sum())} of {len(image.chosen)}, P up to {best:.2f}"
