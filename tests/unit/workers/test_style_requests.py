"""Requests of jobs of style: typed, checked as they are made, their regions read as people write them."""

import pytest

from mofu.db import styles, words
from mofu.db.styles import NewPicture
from mofu.errors import InvalidInputError, UnknownNameError, UsageError
from mofu.library import Library
from mofu.settings import Settings, StyleSettings
from mofu.style.options import Options
from mofu.workers.style_regions import mask_text, parse_where
from mofu.workers.verbs import find, read
from mofu.workers.verbs.registry import plain
from mofu.workers.verbs.styling import Apply, Learn, Part, Train

CAT = "c" * 64


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("style-learn", Learn(("ごつごつ",), top=50, merge="max", masked=False)),
        ("style-apply", Apply((CAT,), ((Part("ごつごつ", "2", 0.5, CAT), Part("もふもふ")),), (0.5, 1.0), "0,0,1,0.5")),
        ("style-train", Train((), "fast", 100, 7)),
    ],
)
def test_a_request_survives_being_written_down(verb, asked):
    assert read(find(verb), plain(find(verb), asked)) == asked


@pytest.mark.parametrize(
    ("verb", "fields", "error", "said"),
    [
        ("style-learn", {"words": []}, UsageError, "no word"),
        ("style-learn", {"words": ["a"], "backbone": "fisher"}, InvalidInputError, "no maps"),
        ("style-learn", {"words": ["a"], "license": "comercial"}, UnknownNameError, "did you mean 'commercial'"),
        ("style-learn", {"words": ["a"], "top": 4}, InvalidInputError, "greater than or equal to 5"),
        ("style-apply", {"contents": [], "mixes": [[{"word": "a"}]]}, UsageError, "nothing to do"),
        ("style-apply", {"contents": [CAT], "mixes": [[]]}, UsageError, "nothing to do"),
        ("style-apply", {"contents": ["../cat"], "mixes": [[{"word": "a"}]]}, InvalidInputError, "contents.0"),
        ("style-apply", {"contents": [CAT], "mixes": [[{"word": "a", "wieght": 1}]]}, InvalidInputError, "wieght"),
        ("style-apply", {"contents": [CAT], "mixes": [[{"word": "a"}]] * 11, "strengths": [1.0] * 100},
         InvalidInputError, "1100 pictures: expected at most 1000"),
        ("style-apply", {"contents": [CAT], "mixes": [[{"word": "a"}]], "method": "gatis"}, UnknownNameError, "gatys"),
        ("style-train", {"method": "gatys"}, UnknownNameError, "known: adain, fast"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_when_the_job_is_asked_for(library, verb, fields, error, said):
    with pytest.raises(error, match=said):
        library.ask(verb, fields)


def test_a_region_is_a_word_a_box_or_a_kept_mask(library):
    with library.database.write() as session:
        word = words.ensure(session, "もふもふ")
        styles.add_picture(session, NewPicture(CAT, "png", 9, 9, 9, "mask.png"))
    workshop = library.workshop
    assert parse_where(workshop, "もふもふ").word == word
    assert parse_where(workshop, "10,20, 30,40.5").box == (10, 20, 30, 40.5)
    assert parse_where(workshop, mask_text(CAT)).mask.name == "mask.png"
    for text in ("もふもふ", "0,0,0.5,1", mask_text(CAT)):
        where = parse_where(workshop, text)
        assert parse_where(workshop, where.text) == where


@pytest.mark.parametrize(
    ("text", "error"),
    [("4,4,3,9", InvalidInputError), ("1..2,3,4,5", InvalidInputError), ("mask:0123", UnknownNameError),
     ("ざらざら", UnknownNameError)],
)  # fmt: skip
def test_what_is_no_region_is_refused(library, text, error):
    with pytest.raises(error):
        parse_where(library.workshop, text)


def test_the_settings_begin_with_what_stylists_begin_with():
    of, usual = Settings().style, Options()
    assert (of.strength, of.colours, of.tile_px, of.feather_px) == (
        usual.strength, usual.colours, usual.tile_px, usual.feather_px,
    )  # fmt: skip
    assert isinstance(of, StyleSettings)
