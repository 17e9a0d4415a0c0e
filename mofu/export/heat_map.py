"""A confusion matrix beside that of a baseline → one drawing: shares as tones, with row recall and column precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mofu.export.drawing import Drawing, Mark, Rectangle, Text, check_target, width_px, write_drawing
from mofu.export.plain_text import one_line
from mofu.ranking.metrics import Confusion

__all__ = ["Panel", "check_target", "write_heat_map"]

CELL_PX, GAP_PX, MARGIN_PX, HEAD_PX, LINE_PX = 56, 56, 40, 72, 24
TEXT_PX, HEADING_PX, TITLE_PX = 13, 16, 24
PAPER, INK, QUIET = "#fbfbfa", "#1c1c1b", "#63635f"
_DARK = 0.8
"""The share from which a cell is so dark that paper stands out from it more than ink."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One matrix and what it was made by."""

    heading: str
    confusion: Confusion


def write_heat_map(target: Path, title: str, note: str, panels: Sequence[Panel]) -> None:
    """Draw matrices side by side; the same arguments give the same file (a PNG: on a machine with the same fonts).

    Args:
        target: .svg or .png.
        title: above all.
        note: under it, in small.
        panels: with the same labels each.

    Raises:
        InvalidInputError: a target that cannot be drawn to.
        DiskFullError: no room; nothing half-written stays.
    """
    labels = panels[0].confusion.labels
    rows_px = 16 + max(width_px(label, TEXT_PX) for label in (*labels, "precision"))
    widest = max(width_px(label, TEXT_PX) for label in (*labels, "recall"))
    upright = widest > CELL_PX - 2
    columns_px = 16 + (widest if upright else TEXT_PX)
    panel_px = rows_px + (len(labels) + 1) * CELL_PX
    width = max(2 * MARGIN_PX + len(panels) * (panel_px + GAP_PX) - GAP_PX, 2 * MARGIN_PX + width_px(note, TEXT_PX))
    height = 2 * MARGIN_PX + HEAD_PX + LINE_PX + columns_px + (len(labels) + 1) * CELL_PX
    marks: list[Mark] = [
        Text(MARGIN_PX, MARGIN_PX + 12, one_line(title), TITLE_PX, INK),
        Text(MARGIN_PX, MARGIN_PX + 42, one_line(note), TEXT_PX, QUIET),
    ]
    for number, panel in enumerate(panels):
        left = MARGIN_PX + number * (panel_px + GAP_PX)
        heading = f"{panel.heading}: accuracy {100 * panel.confusion.accuracy:.1f} %"
        marks.append(Text(left, MARGIN_PX + HEAD_PX + 8, one_line(heading), HEADING_PX, INK))
        marks += _matrix(panel.confusion, left + rows_px, MARGIN_PX + HEAD_PX + LINE_PX + columns_px, upright)
    told = ". ".join(_told(panel) for panel in panels)
    write_drawing(target, Drawing(width, height, PAPER, one_line(title), f"{one_line(note)}. {told}.", marks))


def _told(panel: Panel) -> str:
    """A matrix in words: its accuracy, and the recall of each of its rows."""
    confusion = panel.confusion
    recalls = ", ".join(
        f"{one_line(label)} {_percent(recall)}"
        for label, recall in zip(confusion.labels, confusion.recall, strict=True)
    )
    return f"{one_line(panel.heading)}: accuracy {100 * confusion.accuracy:.1f} %; recall {recalls}"


def _matrix(confusion: Confusion, left: int, top: int, upright: bool) -> Iterator[Mark]:
    """Cells, labels and margins; (left, top) is the corner of the first cell."""
    middle, size = CELL_PX // 2, len(confusion.labels)
    for i, label in enumerate([*confusion.labels, "recall"]):
        fill, centre = INK if i < size else QUIET, left + i * CELL_PX + middle
        yield Text(centre, top - (8 if upright else 14), one_line(label), TEXT_PX, fill, "middle", upright)
    for i, label in enumerate([*confusion.labels, "precision"]):
        fill, centre = INK if i < size else QUIET, top + i * CELL_PX + middle
        yield Text(left - 8, centre, one_line(label), TEXT_PX, fill, "end")
    for i in range(size):
        for j, share in enumerate(confusion.row_shares[i]):
            x, y = left + j * CELL_PX, top + i * CELL_PX
            yield Rectangle(x, y, CELL_PX - 1, CELL_PX - 1, _tone(share))
            if confusion.counts[i, j]:
                ink = PAPER if share > _DARK else INK
                yield Text(x + middle, y + middle, str(confusion.counts[i, j]), TEXT_PX, ink, "middle")
    for i, (recall, precision) in enumerate(zip(confusion.recall, confusion.precision, strict=True)):
        centre, end = i * CELL_PX + middle, size * CELL_PX + middle
        yield Text(left + end, top + centre, _percent(recall), TEXT_PX, QUIET, "middle")
        yield Text(left + centre, top + end, _percent(precision), TEXT_PX, QUIET, "middle")


def _tone(share: float) -> str:
    """From the paper's tone a little darker, for none, to the accent, for all."""
    share = 0.0 if math.isnan(share) else share
    none, full = (0xF1, 0xF1, 0xEE), (0xB3, 0x43, 0x0F)
    return "#" + "".join(f"{round(n + (f - n) * share):02x}" for n, f in zip(none, full, strict=True))


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"
