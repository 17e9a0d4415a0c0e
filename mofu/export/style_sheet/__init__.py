"""Words × strengths, or pictures × words, each cell a stylised picture → one picture of them all."""

from mofu.export.style_sheet.drawing import Head, StyleSheet, draw_styles
from mofu.export.style_sheet.sheet import write_style_sheet

__all__ = ["Head", "StyleSheet", "draw_styles", "write_style_sheet"]
