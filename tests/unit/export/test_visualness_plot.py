"""How visual words are, drawn: a row a word in rank order, a dot with its interval, the entropy beside it."""

import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from mofu.errors import InvalidInputError
from mofu.export.drawing import Disc, Line, Text, shortened, width_px
from mofu.export.visualness_plot import Interval, PlottedWord, VisualnessPlot, write_visualness
from mofu.export.visualness_plot.layout import SCORES_PX, lay_out

SVG = "{http://www.w3.org/2000/svg}"
FIRST = PlottedWord("もふもふ", 1, Interval(1.0, 1.0, 1.0), Interval(2.5, 2.0, 3.0), "")
SECOND = PlottedWord("a<b", 2, Interval(0.5, 0.25, 0.75), Interval(4.0, None, None), "")
LEFT_OUT = PlottedWord("ごつごつ", None, None, None, "n = 37 < 50: not ranked")
PLOT = VisualnessPlot("How visual 3 words are", "50 images a word", [FIRST, SECOND, LEFT_OUT])


def marks(kind, plot=PLOT):
    return [mark for mark in lay_out(plot).marks if isinstance(mark, kind)]


def test_rows_stand_in_the_order_given_with_rank_name_and_numbers():
    texts = {mark.text: mark for mark in marks(Text)}
    rows = [texts[name].y for name in ("もふもふ", "a<b", "ごつごつ")]
    assert rows == sorted(rows)
    assert texts["1"].y == texts["1.000"].y == texts["2.50"].y == rows[0]
    assert texts["2"].y == texts["0.500"].y == texts["4.00"].y == rows[1]


def test_a_dot_lies_on_its_axis_and_the_whiskers_at_the_ends_of_its_interval():
    high, _, middle, _ = marks(Disc)
    assert high.x - middle.x == SCORES_PX / 2
    whisker = [mark for mark in marks(Line) if mark.thick == 2 and mark.y1 == middle.y]
    assert [(mark.x1 - middle.x, mark.x2 - middle.x) for mark in whisker] == [(-SCORES_PX / 4, SCORES_PX / 4)]


def test_a_word_without_a_score_says_why_and_has_no_dot():
    (reason,) = [mark for mark in marks(Text) if "not ranked" in mark.text]
    assert reason.y not in {mark.y for mark in marks(Disc)}


def test_without_entropies_there_is_no_second_panel():
    alone = VisualnessPlot("", "", [PlottedWord("もふもふ", 1, Interval(0.9, 0.8, 1.0), None, "")])
    assert not [mark for mark in marks(Text, alone) if "entropy" in mark.text]
    assert lay_out(alone).width < lay_out(PLOT).width


def test_an_svg_tells_the_plot_in_words_and_text_of_others_stays_text(tmp_path):
    write_visualness(tmp_path / "plot.svg", PLOT)
    root = ET.fromstring((tmp_path / "plot.svg").read_text("utf-8"))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "How visual 3 words are"
    assert root.find(f"{SVG}desc").text == (
        "50 images a word. 1 もふもふ: AP 1.000 (1.000 to 1.000), entropy 2.50 (2.00 to 3.00). "
        "2 a<b: AP 0.500 (0.250 to 0.750), entropy 4.00. ごつごつ: n = 37 < 50: not ranked."
    )
    assert len(root.findall(f"{SVG}circle")) == 4


def test_nothing_lies_outside_the_drawing():
    drawing = lay_out(PLOT)
    for mark in drawing.marks:
        if isinstance(mark, Text):
            ends = {"start": (0, 1), "middle": (-0.5, 0.5), "end": (-1, 0)}[mark.anchor]
            width = width_px(mark.text, mark.size_px)
            assert mark.x + ends[0] * width >= 0
            assert mark.x + ends[1] * width <= drawing.width
        assert 0 <= getattr(mark, "y", 0) <= drawing.height


def test_long_names_are_shortened():
    assert shortened("もふもふ", 15, 60) == "もふもふ"
    assert shortened("もふもふ", 15, 50) == "もふ…"
    long = VisualnessPlot("", "", [PlottedWord("もふ" * 60, 1, Interval(0.9, 0.8, 1.0), None, "")])
    assert lay_out(long).width < 1000


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_the_same_plot_gives_the_same_bytes(name, tmp_path):
    for folder in ("a", "b"):
        write_visualness(tmp_path / folder / name, PLOT)
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_picture_is_as_large_as_its_drawing(tmp_path):
    write_visualness(tmp_path / "plot.png", PLOT)
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.size == (lay_out(PLOT).width, lay_out(PLOT).height)


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=re.escape("expected a name that ends in .svg or .png")):
        write_visualness(tmp_path / "plot.pdf", PLOT)
