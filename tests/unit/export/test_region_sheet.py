"""The sheet of regions: where pictures and regions lie, light and dark, one method and several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from mofu.export import DatasetRegion, ExportOptions, find, lacks_regions
from mofu.export.base import Cut
from mofu.export.masks.overlay import INNER, OPACITY, OUTER, VEIL, overlay
from mofu.export.region_sheet import DARK, LIGHT, RegionSheet, SheetPicture, SheetRegion, draw_regions
from mofu.export.region_sheet.drawing import CELL_PX, GAP_PX, HEAD_PX, HEADING_PX, LABEL_PX, MARGIN_PX
from mofu.export.region_sheet.sheet import caption

TOP = MARGIN_PX + HEAD_PX


def half(side: int = 20) -> np.ndarray:
    """A map that is 1 in its left half."""
    soft = np.zeros((side, side), np.float32)
    soft[:, : side // 2] = 1
    return soft


def grey(name: str, *regions: SheetRegion | None) -> SheetPicture:
    return SheetPicture(name, Image.new("RGB", (60, 60), (100, 100, 100)), regions)


def test_an_overlay_leaves_what_is_inside_clear_and_veils_the_rest():
    drawn = overlay(half(), 0.5, (400, 300))
    assert drawn.shape == (300, 400, 4)
    assert drawn[150, 100, 3] == 0
    assert drawn[150, 300].tolist() == [*VEIL, OPACITY]
    across = {tuple(pixel) for pixel in drawn[150].tolist()}
    assert {(*INNER, 255), (*OUTER, 255)} <= across


def test_a_region_that_is_the_whole_picture_is_outlined_at_its_border():
    drawn = overlay(np.ones((20, 20), np.float32), 0.5, (400, 300))
    assert drawn[150, 200, 3] == 0
    assert {tuple(drawn[y, x]) for y, x in ((0, 200), (299, 200), (150, 0), (150, 399))} == {(*INNER, 255)}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_lies_around_a_region_is_veiled_and_nothing_else(theme):
    sheet = RegionSheet("Fluffy", "a note", ("layercam",), [grey("1", SheetRegion(half(), 0.5, 0.9)), grey("2", None)])
    drawn = np.asarray(draw_regions(sheet, theme, ()))
    middle = TOP + CELL_PX // 2
    assert tuple(drawn[0, 0]) == ImageColor.getrgb(theme.paper)
    assert tuple(drawn[middle, MARGIN_PX + CELL_PX // 4]) == (100, 100, 100)
    assert drawn[middle, MARGIN_PX + 3 * CELL_PX // 4, 0] < 60
    second = MARGIN_PX + CELL_PX + GAP_PX
    assert tuple(drawn[middle, second + CELL_PX // 4]) == (100, 100, 100)


def test_several_methods_stand_beside_the_picture_as_it_is():
    found = SheetRegion(half(), 0.5, 0.9)
    sheet = RegionSheet("Fluffy", "", ("dcsm", "layercam"), [grey("1", found, None), grey("2", None, found)])
    drawn = np.asarray(draw_regions(sheet, LIGHT, ()))
    assert drawn.shape[1] == 2 * MARGIN_PX + 3 * CELL_PX + 2 * GAP_PX

    def is_veiled(row: int, column: int) -> bool:
        y = TOP + HEADING_PX + row * (CELL_PX + LABEL_PX + GAP_PX) + CELL_PX // 2
        return bool(drawn[y, MARGIN_PX + column * (CELL_PX + GAP_PX) + 3 * CELL_PX // 4, 0] < 60)

    assert [[is_veiled(row, column) for column in range(3)] for row in range(2)] == [
        [False, True, False],
        [False, False, True],
    ]


def test_an_area_is_the_share_from_the_threshold_on():
    soft = np.array([[0.2, 0.4], [0.6, 0.8]], np.float32)
    assert SheetRegion(soft, 0.6, 0.5).area == 0.5


def test_a_picture_keeps_its_aspect_and_stands_on_the_lower_edge():
    wide = SheetPicture("1", Image.new("RGB", (80, 40), (0, 0, 0)), (None,))
    drawn = np.asarray(draw_regions(RegionSheet("", "", ("",), [wide]), LIGHT, ()))
    column = drawn[TOP : TOP + CELL_PX, MARGIN_PX + 5, 0]
    assert (column[: CELL_PX // 2] > 200).all()
    assert (column[CELL_PX // 2 :] == 0).all()


def test_a_dataset_is_drawn_with_the_surest_region_that_nobody_rejected(make_dataset, tmp_path):
    Image.fromarray((half() * 255).astype(np.uint8)).save(tmp_path / "map.png")

    def region(verdict=None, name="map.png"):
        return DatasetRegion("word", "もふもふ", 0.5, 0.5, verdict, tmp_path / name)

    images = {
        1: {"regions": (region(),)},
        2: {"regions": (region(verdict="reject"),)},
        3: {"regions": (region(name="gone.png"),)},
    }
    report = find("region-sheet")(make_dataset(4, images=images), tmp_path / "sheet.png", ExportOptions())
    assert (report.images, [each.path.name for each in report.missing]) == (4, ["gone.png"])
    with Image.open(tmp_path / "sheet.png") as drawn:
        assert drawn.width == 2 * MARGIN_PX + 4 * CELL_PX + 3 * GAP_PX


@pytest.mark.parametrize("name", ["region-sheet", "contact-sheet"])
def test_a_sheet_that_leaves_images_out_says_so_unless_it_was_told_how_many(name, make_dataset, tmp_path):
    dataset, target = make_dataset(52), tmp_path / "sheet"
    most = {"region-sheet": 48, "contact-sheet": 50}[name]
    assert find(name)(dataset, target, ExportOptions()).cut == Cut(most, 52)
    assert name != "contact-sheet" or "52 images; below the first 50<" in target.read_text("utf-8")
    assert find(name)(dataset, target, ExportOptions(top=10)).cut is None
    assert find(name)(dataset, target, ExportOptions(top=60)).cut is None


def test_a_sheet_of_regions_says_how_many_of_how_many_it_shows():
    shown = [grey("1", SheetRegion(half(), 0.5, 0.9)), grey("2", None)]
    assert caption(shown, 100).startswith("the first 2 of 100 pictures, 1 with a region;")
    assert caption(shown, 2).startswith("2 pictures, 1 with a region;")


@pytest.mark.parametrize("asked", [("coco", "none"), ("region-sheet", "none"), ("zip", "png")])
def test_what_asks_for_regions_lacks_them_where_no_image_of_it_has_any(asked, make_dataset):
    name, masks = asked
    region = DatasetRegion("word", "もふもふ", 0.5, 0.5, None, Path("map.png"))
    dataset = make_dataset(3, images={3: {"regions": (region,)}})
    assert not lacks_regions(name, dataset, ExportOptions(masks=masks))
    assert lacks_regions(name, dataset, ExportOptions(masks=masks, top=2))
    assert not lacks_regions("zip", dataset, ExportOptions(top=2))
