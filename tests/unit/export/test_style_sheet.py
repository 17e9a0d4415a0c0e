"""The sheet of styles: swatches on top, what was stylised at the left, a cell for each pair."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageColor

from mofu.errors import InvalidInputError
from mofu.export.region_sheet import DARK, LIGHT
from mofu.export.style_sheet import Head, StyleSheet, draw_styles, write_style_sheet
from mofu.export.style_sheet.drawing import (
    CELL_PX,
    GAP_PX,
    HEAD_PX,
    LABEL_PX,
    MARGIN_PX,
    SWATCH_PX,
)

SWATCHES_TOP = MARGIN_PX + HEAD_PX
TOP = SWATCHES_TOP + SWATCH_PX + LABEL_PX + GAP_PX
BARE_TOP = TOP - SWATCH_PX
"""Where no column has a swatch."""
LEFT = MARGIN_PX + CELL_PX + GAP_PX + 2 * LABEL_PX
STEP = CELL_PX + GAP_PX


def plain(level: int, width: int = 8, height: int = 8) -> Image.Image:
    return Image.new("RGB", (width, height), (level, level, level))


def two_by_three() -> StyleSheet:
    """Two strengths of three words; cell (row, column) has the level 100 + 10 row + column."""
    return StyleSheet(
        "A picture, and words",
        "strength downwards",
        tuple(Head(f"word {column}", plain(200 + column)) for column in range(3)),
        (Head("0.5", plain(60)), Head("1")),
        tuple(tuple(plain(100 + 10 * row + column) for column in range(3)) for row in range(2)),
    )


def drawn(sheet: StyleSheet, theme=LIGHT) -> np.ndarray:
    return np.asarray(draw_styles(sheet, theme, ()))


def test_each_picture_stands_in_its_row_and_column():
    levels = [
        [drawn(two_by_three())[TOP + row * STEP + 100, LEFT + column * STEP + 100, 0] for column in range(3)]
        for row in range(2)
    ]
    assert levels == [[100, 101, 102], [110, 111, 112]]


def test_swatches_stand_on_top_and_the_content_at_the_left_of_its_row():
    pixels = drawn(two_by_three())
    assert [pixels[SWATCHES_TOP + 40, LEFT + column * STEP + 40, 0] for column in range(3)] == [200, 201, 202]
    assert pixels[TOP + 100, MARGIN_PX + 100, 0] == 60
    assert tuple(pixels[TOP + STEP + 100, MARGIN_PX + 100]) == ImageColor.getrgb(LIGHT.paper)


def test_nothing_but_paper_surrounds_the_cells():
    pixels = drawn(two_by_three(), DARK)
    assert pixels.shape == (TOP + 2 * STEP - GAP_PX + MARGIN_PX, LEFT + 3 * STEP - GAP_PX + MARGIN_PX, 3)
    frame = np.concatenate([pixels[: MARGIN_PX - 1].reshape(-1, 3), pixels[-MARGIN_PX:].reshape(-1, 3)])
    assert (frame == ImageColor.getrgb(DARK.paper)).all()


def test_a_picture_keeps_its_aspect():
    wide = StyleSheet("", "", (Head("a"),), (Head(""),), ((plain(10, 80, 40),),))
    column = drawn(wide)[BARE_TOP : BARE_TOP + CELL_PX, LEFT + 5, 0]
    assert (column[: CELL_PX // 2] == 10).all()
    assert (column[CELL_PX // 2 :] > 200).all()


def test_what_was_not_made_is_an_empty_frame():
    pixels = drawn(StyleSheet("", "", (Head("a"),), (Head(""),), ((None,),)))
    assert tuple(pixels[BARE_TOP, LEFT]) == ImageColor.getrgb(LIGHT.line)
    assert tuple(pixels[BARE_TOP + 100, LEFT + 100]) == ImageColor.getrgb(LIGHT.paper)


def test_labels_are_written_where_a_font_has_their_letters():
    def ink(label: str) -> int:
        pixels = drawn(StyleSheet("", "", (Head(label),), (Head(""),), ((plain(250),),)))
        return int((pixels[SWATCHES_TOP:BARE_TOP, LEFT:] < 100).sum())

    assert ink("fluffy") > 0
    assert ink("もふもふ") == 0, "no font was given that has them"


@pytest.mark.parametrize("cells", [(), ((None,),), ((None, None), (None,))])
def test_every_row_has_a_cell_for_every_column(cells):
    with pytest.raises(InvalidInputError, match="expected 2 rows of 2"):
        StyleSheet("", "", (Head("a"), Head("b")), (Head("1"), Head("2")), cells)


def test_a_sheet_without_columns_is_refused():
    with pytest.raises(InvalidInputError, match="one of each at least"):
        StyleSheet("", "", (), (Head("1"),), ((),))


@pytest.mark.parametrize(("name", "kind"), [("sheet.png", "PNG"), ("sheet.JPG", "JPEG")])
def test_a_sheet_is_written_as_its_name_says(tmp_path, name, kind):
    write_style_sheet(tmp_path / name, two_by_three())
    with Image.open(tmp_path / name) as written:
        assert (written.format, written.size) == (kind, drawn(two_by_three()).shape[1::-1])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_other_names_and_folders_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=r"expected a name that ends in \.png or \.jpg"):
        write_style_sheet(tmp_path / "sheet.gif", two_by_three())
    (tmp_path / "sheet.png").mkdir()
    with pytest.raises(InvalidInputError, match="a folder"):
        write_style_sheet(tmp_path / "sheet.png", two_by_three())
