"""Plots for pages: counted right, said in words, escaped."""

import pytest
from flask import Flask
from flask_babel import Babel
from markupsafe import Markup

from mofu.webui.charts.histogram import Step, histogram, steps
from mofu.webui.charts.svg import element


@pytest.fixture(autouse=True)
def in_an_application():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def test_values_are_counted_in_equal_steps_the_greatest_in_the_last():
    assert steps([0.0, 0.1, 0.9, 1.0], 2) == (Step(0.0, 0.5, 2), Step(0.5, 1.0, 2))


def test_equal_values_are_one_step_and_none_are_none():
    assert steps([0.3, 0.3]) == (Step(0.3, 0.3, 2),)
    assert steps([]) == ()


def test_what_is_no_number_is_not_counted():
    assert sum(step.count for step in steps([float("nan"), 0.0, 1.0], 4)) == 2


def test_a_histogram_says_what_it_shows():
    drawn = histogram("Scores", steps([0.0, 1.0], 2))
    assert "<title>Scores</title>" in drawn
    assert "2 values in 2 steps, at most 1 in one" in drawn


def test_bars_outside_the_chosen_range_step_back():
    drawn = histogram("Scores", steps([0.0, 1.0], 2), chosen=(0.5, 1.0))
    assert drawn.count("mark-1") == drawn.count("mark-3") == 1


def test_bars_are_links_where_the_page_filters():
    drawn = histogram("Scores", steps([0.0, 1.0], 2), lambda step: f"?low={step.low}&high={step.high}")
    assert 'href="?low=0.5&amp;high=1.0"' in drawn


def test_what_strangers_wrote_stays_text():
    assert element("text", "<script>", x='"') == Markup('<text x="&#34;">&lt;script&gt;</text>')
