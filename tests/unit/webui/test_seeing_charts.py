"""Plots of single images, words and clusters: where things lie, what is said in words, that nothing is markup."""

import re

import pytest
from flask import Flask
from flask_babel import Babel

from mofu.webui.charts.glyphs import SHAPES, glyph
from mofu.webui.charts.rounds import HEIGHT_PX, Stop, rank_line
from mofu.webui.charts.scatter import Axis, Point, scatter
from mofu.webui.charts.whisker import RIM, WIDTH, whisker

UNIT = Axis("across", 0.0, 1.0, (0.0, 1.0))


@pytest.fixture(autouse=True)
def in_an_application():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def heights(svg):
    return [float(y) for y in re.findall(r'cy="([\d.]+)"', svg)]


def test_the_first_rank_is_the_highest_and_the_last_the_lowest():
    first, middle, last = heights(rank_line("Ranks", [Stop("a", 1), Stop("b", 10), Stop("c", 100)], 100))
    assert 0 < first < middle < last < HEIGHT_PX
    assert middle - first == pytest.approx(last - middle, abs=0.2)


def test_a_line_is_said_in_words():
    assert "<desc>Search: 120, Round 1: 3</desc>" in rank_line("Ranks", [Stop("Search", 120), Stop("Round 1", 3)], 200)


def test_a_rank_beyond_those_there_are_still_lies_on_the_plot():
    (only,) = heights(rank_line("Ranks", [Stop("a", 500)], 100))
    assert only < HEIGHT_PX


def test_names_are_text():
    assert "<b>" not in rank_line("<b>", [Stop("<b>", 1)], 1)
    assert "<b>" not in scatter("t", "d", UNIT, UNIT, [Point("<b>", 0.5, 0.5, "/x")])


def test_groups_differ_by_shape_before_they_differ_by_tone():
    drawn = [glyph(number, 0, 0, 1) for number in range(2 * SHAPES)]
    assert len(set(drawn)) == 2 * SHAPES
    assert len({re.search(r' d="([^"]*)"', each)[1] for each in drawn}) == SHAPES


def test_what_stands_apart_is_hollow():
    assert "hollow" in glyph(0, 0, 0, 1, is_hollow=True)
    assert "hollow" not in glyph(0, 0, 0, 1)


def test_a_whisker_reaches_from_one_end_of_its_scale_to_the_other():
    assert f'cx="{RIM}' in whisker(0.0, None, None)
    assert f'cx="{WIDTH - RIM}' in whisker(1.0, None, None)
    assert f'cx="{WIDTH - RIM}' in whisker(7.0, None, None)


def test_a_whisker_without_an_interval_has_no_bar():
    assert "line-1" not in whisker(0.5, None, None)
    assert "line-1" in whisker(0.5, 0.4, 0.6)


def test_points_lead_to_their_evidence():
    plot = scatter("t", "d", UNIT, UNIT, [Point("もふもふ", 0.5, 0.5, "/visualness/x")])
    assert 'href="/visualness/x"' in plot
    assert 'aria-label="もふもふ: 0.500, 0.50"' in plot


def test_names_that_would_lie_over_each_other_are_left_to_the_pointer():
    near = [Point("first", 0.5, 0.5, "/a"), Point("second", 0.5, 0.501, "/b")]
    plot = scatter("t", "d", UNIT, UNIT, near)
    assert ">first</text>" in plot
    assert ">second</text>" not in plot
    assert "<title>second" in plot


def test_what_is_written_at_a_plot_s_foot_stands_apart_also_where_a_telephone_shows_it_at_half_its_size():
    letter = 20  # as large there as the style makes it
    written = re.findall(r'<text x="[-\d.]+" y="([-\d.]+)"', scatter("t", "d", UNIT, UNIT, []))
    lowest_mark, marks_across, name = sorted({float(y) for y in written})[-3:]
    assert marks_across - lowest_mark > 0.75 * letter  # digits alone: nothing of them is below their line
    assert name - marks_across > letter
