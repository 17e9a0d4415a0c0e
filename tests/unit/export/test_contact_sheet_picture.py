"""The picture: its size, its two orders, and its words on a machine without a Japanese font."""

from __future__ import annotations

import dataclasses

import pytest
from PIL import Image

from mofu.export import ExportOptions, find
from mofu.export.contact_sheet.fonts import font_for, has_all, japanese_faces
from mofu.export.contact_sheet.picture import CELL_PX, WIDTH_PX, draw_sheet, height_px
from mofu.export.contact_sheet.sheet import lay_out

NO_FACES = ()


def test_the_picture_is_two_panels_of_five_columns(make_dataset, tmp_path):
    report = find("contact-sheet-png")(make_dataset(11), tmp_path / "sheet.png", ExportOptions())
    with Image.open(tmp_path / "sheet.png") as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (WIDTH_PX, height_px(11)))
    assert report.size_bytes == (tmp_path / "sheet.png").stat().st_size
    assert (height_px(5), height_px(6) - height_px(5)) == (480, 208)
    assert WIDTH_PX == 1888


def test_fifty_images_fill_ten_rows(make_dataset, tmp_path):
    sheet = lay_out(make_dataset(60), ExportOptions())
    assert draw_sheet(sheet, NO_FACES).size == (1888, height_px(50))


def test_a_picture_is_neither_stretched_nor_cropped(make_dataset, tmp_path):
    tall = tmp_path / "tall.png"
    Image.new("RGB", (40, 80), "#00f").save(tall)
    canvas = draw_sheet(lay_out(make_dataset(1, images={1: {"thumbnail": tall}}), ExportOptions()), NO_FACES)
    columns = [x for x in range(CELL_PX) if canvas.getpixel((48 + x, 240 + CELL_PX - 1)) == (0, 0, 255)]
    rows = [y for y in range(CELL_PX) if canvas.getpixel((48, 240 + y)) == (0, 0, 255)]
    assert (len(columns), len(rows)) == (40, 80)


def test_without_a_japanese_font_the_sheet_is_headed_by_the_slug(make_dataset):
    japanese = lay_out(make_dataset(2), ExportOptions())
    latin = dataclasses.replace(japanese, dataset=dataclasses.replace(japanese.dataset, word="mofumofu"))
    assert draw_sheet(japanese, NO_FACES).tobytes() == draw_sheet(latin, NO_FACES).tobytes()


def test_a_word_that_no_font_can_write_is_left_out_rather_than_boxed(make_dataset):
    sheet = lay_out(make_dataset(2), ExportOptions())
    nameless = dataclasses.replace(sheet, dataset=dataclasses.replace(sheet.dataset, slug=""))
    empty = dataclasses.replace(sheet, dataset=dataclasses.replace(sheet.dataset, word=" ", slug=""))
    assert draw_sheet(nameless, NO_FACES).tobytes() == draw_sheet(empty, NO_FACES).tobytes()


def test_the_plain_font_knows_what_it_lacks():
    assert font_for("Search order 0123", 20, NO_FACES) is not None
    assert font_for("もふもふ", 20, NO_FACES) is None


def test_a_japanese_face_writes_both_scripts():
    if not japanese_faces():
        pytest.skip("NOT TESTED: this machine has no Japanese font")
    font = font_for("検索順  Search order", 20, japanese_faces())
    assert font is not None
    assert has_all(font, "最終順もふもふ")


def test_a_missing_thumbnail_leaves_a_frame(make_dataset, tmp_path):
    dataset = make_dataset(1, images={1: {"thumbnail": tmp_path / "gone.jpg"}})
    report = find("contact-sheet-png")(dataset, tmp_path / "sheet.png", ExportOptions())
    assert [file.reason for file in report.missing] == ["the thumbnail is missing"]
