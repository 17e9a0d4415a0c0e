"""A view that returns a dataclass is a page and, under the same address with .json, its data."""

import datetime
import enum
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from flask import Blueprint, Flask

from mofu.webui.access import RIGHTS, Person, Right, Role, guard, needs, right_of
from mofu.webui.pages import action, page, plain


@dataclass(frozen=True)
class Shown:
    name: str
    _hidden: int = 3


def _app():
    app = Flask("mofu.webui", static_folder=None)
    blueprint = Blueprint("some", __name__)

    @page(blueprint, "/some", right=Right.SEE, template="missing.html")
    def some():
        return Shown("もふもふ")

    @action(blueprint, "/some/change", right=Right.CURATE)
    def change():
        return Shown("changed")

    app.register_blueprint(blueprint)
    return app


def test_the_json_twin_gives_the_fields():
    assert _app().test_client().get("/some.json").json == {"name": "もふもふ"}


def test_an_action_takes_no_get():
    assert _app().test_client().get("/some/change").status_code == 405


def test_page_and_twin_need_the_same_right():
    views = _app().view_functions
    assert right_of(views["some.some"]) is right_of(views["some.some_json"]) is Right.SEE
    assert right_of(views["some.change"]) is Right.CURATE


def test_an_application_with_a_view_that_names_no_right_does_not_start():
    app = _app()
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="without a right: open"):
        guard(app, lambda: None)


def test_a_right_is_named_by_a_decorator():
    assert right_of(needs(Right.JUDGE)(lambda: "")) is Right.JUDGE
    assert right_of(lambda: "") is None


def test_each_role_may_all_that_the_one_before_may():
    roles = [None, *Role]
    assert all(RIGHTS[before] < RIGHTS[after] for before, after in itertools.pairwise(roles))
    assert Person("mo", Role.ANNOTATOR).may(Right.JUDGE)
    assert not Person("mo", Role.ANNOTATOR).may(Right.CURATE)


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC), "2026-01-02T03:04:00+00:00"),
        (Colour.RED, "red"),
        (Path("a/b"), "a/b"),
        (np.float32(0.5), 0.5),
        ({1: (Shown("x"),)}, {"1": [{"name": "x"}]}),
        (frozenset({"b", "a"}), ["a", "b"]),
        (None, None),
    ],
)
def test_everything_becomes_what_json_knows(value, expected):
    assert plain(value) == expected
