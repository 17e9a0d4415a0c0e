"""How visual words are → one plot, SVG or PNG: a dot with its interval for each word, its entropy beside it."""

from __future__ import annotations

from pathlib import Path

from mofu.export.drawing import check_target, write_drawing
from mofu.export.visualness_plot.layout import Interval, PlottedWord, VisualnessPlot, lay_out

__all__ = ["Interval", "PlottedWord", "VisualnessPlot", "check_target", "write_visualness"]


def write_visualness(target: Path, plot: VisualnessPlot) -> None:
    """Draw a plot; the same plot gives the same file (a PNG: on a machine with the same fonts).

    Raises:
        InvalidInputError: the name says neither PNG nor SVG, or the place cannot be written to.
        DiskFullError: no room; nothing half-written stays.
    """
    write_drawing(target, lay_out(plot))
