"""Every address that takes something, sent what nobody should send: it says what is wrong and nothing breaks.

The addresses come from the application, so that a new one is tried without a line here. Each is asked at an address
that leads to something, so that the body is what it has to judge.
"""

import json
from urllib.parse import urlencode

import pytest
from serving import log_in
from test_web_access import everything, there

from mofu.db import jobs

pytestmark = pytest.mark.both_databases

HUGE = "9" * 400
WRONG_JSON = {
    "an empty text": b"",
    "no JSON": b"{",
    "null": b"null",
    "a list": b"[]",
    "lists in lists": b"[" * 3000 + b"]" * 3000,
    "a number": b"3",
    "a text": b'"verdicts"',
    "true": b"true",
    "not a number": b"NaN",
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "half a character": b'{"name": "\\ud800", "text": "\\ud800", "confirm": "\\ud800"}',
    "a name twice": b'{"id": 1, "id": []}',
}

ENDS = {"POST /login", "POST /logout", "POST /settings/log-out-everywhere", "POST /settings/people/*/log-out"}
"""What may end the session of whoever asks."""

FIELDS = (
    "again", "batch", "confirm", "current", "dry", "expects", "format", "id", "image", "judgement", "k", "label",
    "language", "layer", "license", "name", "new", "next", "noun", "nouns", "backbone", "password", "role", "rounds",
    "seed", "size", "source", "sources", "step", "text", "theme", "top", "uid", "verdicts", "widen", "word", "words",
    "n",
)  # fmt: skip
"""Every name that any of them reads."""

WRONG_VALUES = {
    "null": None,
    "an empty text": "",
    "a huge number": int(HUGE),
    "a negative one": -1,
    "infinity": float("inf"),
    "not a number": float("nan"),
    "a NUL": "\0",
    "half a character": "\ud800",
    "a long text": "あ" * 100_000,
    "an object": {"a": {}},
    "a list": [[], None, {}],
    "objects with nothing in them": [{}],
    "objects with everything wrong": [{"uid": 1, "id": [], "image": {}, "judgement": None, "expects": int(HUGE)}],
}


def changes(app):
    return [asked for asked in everything(app) if asked.method != "GET"]


@pytest.fixture
def places(web):
    """Values for addresses that lead to something: a word, one of its images, a job, a person."""
    with web.library.database.read() as session:
        number = jobs.newest(session, 1)[0].id
    return there(web.library) | {"int": str(number), "number": "1"}


def tries(web, places, bodies):
    """Send bodies to every address: what broke."""
    broken, client = [], log_in(web.app, "admin", "the admin")
    for asked in changes(web.app):
        for name, body in bodies:
            answer = client.open(asked.path(places), method=asked.method, **body)
            if answer.status_code >= 500 or (answer.is_json and "error" in answer.json and not _says(answer.json)):
                broken.append((asked.line, name, answer.status_code))
            if asked.line in ENDS:
                client = log_in(web.app, "admin", "the admin")
        if web.library.deleted():
            web.library.restore(places["slug"])
    return broken


def _says(answer):
    return bool(answer["error"]["kind"]) and bool(answer["error"]["message"].strip())


def as_json(data):
    return {"data": data, "content_type": "application/json"}


def as_form(fields):
    return {"data": urlencode(fields), "content_type": "application/x-www-form-urlencoded"}


def test_json_that_is_no_object_is_refused_everywhere(web, places):
    assert tries(web, places, [(name, as_json(data)) for name, data in WRONG_JSON.items()]) == []


def test_objects_with_values_that_cannot_be_are_refused_everywhere(web, places):
    bodies = [
        (name, as_json(json.dumps(dict.fromkeys(FIELDS, value)).encode())) for name, value in WRONG_VALUES.items()
    ]
    assert tries(web, places, bodies) == []


def test_forms_with_values_that_cannot_be_are_refused_everywhere(web, places):
    texts = {name: value for name, value in WRONG_VALUES.items() if isinstance(value, str) and value != "\ud800"}
    texts |= {"a huge number": HUGE, "a float": "1e999", "digits that are none": "²", "other digits": "٣"}
    bodies = [(name, as_form(dict.fromkeys(FIELDS, value))) for name, value in texts.items()]
    assert tries(web, places, bodies) == []


def test_a_form_with_a_byte_0_is_refused_everywhere(web, places):
    client = web.client()
    for asked in changes(web.app):
        answer = client.open(asked.path(places), method=asked.method, data={"name": "a\0b"})
        assert answer.status_code == 400, asked.line
