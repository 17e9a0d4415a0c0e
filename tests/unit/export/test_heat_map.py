from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from mofu.errors import InvalidInputError
from mofu.export.heat_map import CELL_PX, Panel, write_heat_map
from mofu.ranking.metrics import Confusion

PANELS = (
    Panel("fisher", Confusion.from_cells(["もふもふ", "a<b"], [[8, 2], [0, 10]])),
    Panel("by colour alone", Confusion.from_cells(["もふもふ", "a<b"], [[5, 5], [4, 6]])),
)


def _svg(folder: Path) -> str:
    target = folder / "plot.svg"
    write_heat_map(target, "犬: 2 words", "20 images", PANELS)
    return target.read_text("utf-8")


def test_a_drawing_has_counts_and_margins_of_both_matrices(tmp_path: Path) -> None:
    texts = re.findall(r">([^<]+)</text>", _svg(tmp_path))
    assert texts[:2] == ["犬: 2 words", "20 images"]
    between = texts.index("by colour alone: accuracy 55.0 %")
    first = texts[texts.index("fisher: accuracy 90.0 %") + 1 : between]
    assert {"8", "2", "10", "80 %", "100 %", "83 %", "recall", "precision"} <= set(first)
    assert "0" not in first
    assert "56 %" in texts[between:]  # 5 of 9 in the first column


def test_labels_wider_than_a_cell_are_written_upwards(tmp_path: Path) -> None:
    assert "rotate" not in _svg(tmp_path)
    wide = Confusion.from_cells(["もふもふもふもふ", "b"], [[1, 0], [0, 1]])
    write_heat_map(tmp_path / "wide.svg", "2 words", "2 images", [Panel("fisher", wide)])
    assert (tmp_path / "wide.svg").read_text("utf-8").count("rotate(-90") == 3


def test_text_of_others_stays_text(tmp_path: Path) -> None:
    assert "a&lt;b" in _svg(tmp_path)
    assert "a<b" not in _svg(tmp_path)


def test_a_cell_is_the_darker_the_greater_its_share(tmp_path: Path) -> None:
    fills = re.findall(rf'width="{CELL_PX - 1}" height="{CELL_PX - 1}" fill="#(..)(..)(..)"', _svg(tmp_path))
    brightness = [sum(int(part, 16) for part in fill) for fill in fills]
    assert len(brightness) == 8
    assert brightness[3] < brightness[0] < brightness[1] < brightness[2]  # shares 1, 0.8, 0.2, 0


def test_the_same_matrices_give_the_same_bytes(tmp_path: Path) -> None:
    assert _svg(tmp_path) == _svg(tmp_path)


def test_a_picture_is_drawn_too(tmp_path: Path) -> None:
    target = tmp_path / "new" / "plot.png"
    write_heat_map(target, "2 words", "20 images", PANELS)
    with Image.open(target) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 4


@pytest.mark.parametrize("name", ["plot.pdf", "plot"])
def test_another_kind_of_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"expected a name that ends in \.svg or \.png"):
        write_heat_map(tmp_path / name, "2 words", "20 images", PANELS)
