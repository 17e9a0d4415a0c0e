"""A map drawn: each picture near its place, none over another, whole and unstretched, as PNG and as SVG."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mofu.errors import InvalidInputError
from mofu.export.map_plot import MapPicture, MapTile, write_map
from mofu.export.map_plot.layout import HEAD_PX, MARGIN_PX, MOST, lay_out
from mofu.export.map_plot.marks import FRAME_PX, tone

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def tile(tmp_path):
    """A tile of a blue picture, 80 × 40; what else it is, the call says."""
    picture = tmp_path / "blue.jpg"
    Image.new("RGB", (80, 40), "#0000ff").save(picture, quality=95)

    def make(x=0.0, y=0.0, cluster=0, is_medoid=False, is_outlier=False, thumbnail=picture, title="a"):
        return MapTile(thumbnail, title, x, y, cluster, is_medoid, is_outlier)

    return make


def drawn(tiles, target, heading="word"):
    write_map(MapPicture(heading, "a line", tiles), target)
    return target


places = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(places, max_size=80))
def test_no_picture_lies_over_another_or_outside(points):
    tiles = [MapTile("", "", x, y, 0, medoid, False) for x, y, medoid in points]
    sheet = lay_out(MapPicture("", "", tiles))
    assert len(sheet.spots) == len(tiles)
    covered = set()
    for spot in sheet.spots:
        assert spot.left >= MARGIN_PX
        assert spot.top >= MARGIN_PX + HEAD_PX
        assert spot.left + spot.side <= sheet.legend_left
        assert spot.top + spot.side <= sheet.height - MARGIN_PX
        step = 28
        area = {(x, y) for x in range(0, spot.side, step) for y in range(0, spot.side, step)}
        area = {(spot.left + x, spot.top + y) for x, y in area}
        assert not covered & area
        covered |= area


def test_pictures_lie_left_and_right_above_and_below_as_their_places_do(tile):
    left, right = lay_out(MapPicture("", "", [tile(-1, 1), tile(1, -1)])).spots
    assert left.left < right.left
    assert left.top < right.top


def test_the_middle_of_a_cluster_is_drawn_larger_and_heads_the_list(tile):
    tiles = [tile(0.1, 0.1, 1), tile(0.2, 0.2, 0), tile(0.3, 0.3, 1, is_medoid=True), tile(0.3, 0.1, 0, is_medoid=True)]
    sheet = lay_out(MapPicture("", "", tiles))
    sides = {spot.tile.is_medoid: spot.side for spot in sheet.spots}
    assert sides[True] > 1.9 * sides[False]
    assert [(images, medoid.cluster) for images, medoid in sheet.clusters] == [(2, 0), (2, 1)]


def test_of_very_many_pictures_an_even_part_is_drawn_and_told(tile):
    sheet = lay_out(MapPicture("", "all", [tile(x / 9000, 0) for x in range(9000)]))
    assert len(sheet.spots) == 3000 <= MOST
    assert sheet.line == "all, 3,000 of them drawn"


def test_a_png_has_the_picture_whole_in_its_cluster_s_frame(tile, tmp_path):
    (spot,) = lay_out(MapPicture("", "", [tile(cluster=2)])).spots
    pixels = np.array(Image.open(drawn([tile(cluster=2)], tmp_path / "map.png")).convert("RGB")).astype(int)
    blue = np.argwhere((abs(pixels - [0, 0, 255]) < 12).all(axis=2))
    (top, left), (bottom, right) = blue.min(axis=0), blue.max(axis=0)
    assert right - left + 1 == spot.side - 2 * FRAME_PX
    assert abs((right - left + 1) - 2 * (bottom - top + 1)) <= 1
    assert "#{:02x}{:02x}{:02x}".format(*pixels[top - 1, left]) == tone(2)


def test_a_png_without_a_picture_to_read_still_has_its_frame(tile, tmp_path):
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8 torn")
    for missing in (tmp_path / "torn.jpg", tmp_path / "gone.jpg"):
        pixels = np.array(Image.open(drawn([tile(thumbnail=missing)], tmp_path / "map.png")).convert("RGB"))
        assert (pixels == [0x48, 0x78, 0xA8]).all(axis=2).any()


def test_outliers_and_middles_are_marked_by_more_than_colour(tile, tmp_path):
    tiles = [tile(0, 0, is_medoid=True), tile(1, 1, is_outlier=True), tile(-1, -1)]
    root = ET.parse(drawn(tiles, tmp_path / "map.svg")).getroot()
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["word", "a line", "1", "1", "3 images", "stands apart"]
    assert len(list(root.iter(f"{SVG}polygon"))) == 2
    Image.open(drawn(tiles, tmp_path / "map.png")).verify()


def test_an_svg_needs_nothing_beside_it_and_takes_texts_as_texts(tile, tmp_path):
    hostile = '<script>alert("1")</script>&\u202e'
    content = drawn([tile(title=hostile)], tmp_path / "map.svg", heading=hostile).read_text("utf-8")
    root = ET.fromstring(content)
    assert [title.text for title in root.iter(f"{SVG}title")] == ['<script>alert("1")</script>&'] * 2
    assert "<script" not in content
    assert all(image.get("href").startswith("data:image/jpeg;base64,") for image in root.iter(f"{SVG}image"))
    assert content.count("http") == 1


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_same_map_is_the_same_file(tile, tmp_path, form):
    tiles = [tile(x / 10, 0, x % 3) for x in range(10)]
    first = drawn(tiles, tmp_path / f"a.{form}").read_bytes()
    assert drawn(tiles, tmp_path / f"b.{form}").read_bytes() == first


@pytest.mark.parametrize("form", ["png", "svg"])
def test_an_empty_map_is_a_page_with_its_heading(tmp_path, form):
    assert drawn([], tmp_path / f"map.{form}").stat().st_size > 100


def test_other_forms_and_folders_are_refused(tile, tmp_path):
    with pytest.raises(InvalidInputError, match=r"\.svg or \.png"):
        drawn([tile()], tmp_path / "map.gif")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InvalidInputError, match="a folder"):
        drawn([tile()], tmp_path / "folder.png")
