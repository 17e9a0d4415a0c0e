"""What no database could hold comes no further than the door."""

import pytest
from flask import Flask, jsonify, request

from mofu.errors import InvalidInputError
from mofu.webui import incoming


@pytest.fixture
def client():
    app = Flask("mofu.webui", static_folder=None)
    incoming.install(app)
    app.register_error_handler(InvalidInputError, lambda error: (str(error), 400))
    app.add_url_rule("/sent", "sent", lambda: jsonify(dict(incoming.sent())), methods=["POST"])
    app.add_url_rule("/rows/<int:number>", "row", lambda number: str(number))
    app.add_url_rule("/asked", "asked", lambda: str(incoming.number("before", -1)) + request.args.get("q", ""))
    return app.test_client()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"null", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\\ud800"}', b'{"\\u0000": 1}',
        b'{"a": [{"b": "\\u0000"}]}', b"[" * 100_000, b'{"a": "\xff"}',
    ],
)  # fmt: skip
def test_json_that_could_not_be_stored_is_refused(client, body):
    assert client.post("/sent", data=body, content_type="application/json").status_code == 400


def test_whole_text_comes_in_as_it_was_sent(client):
    body = b'{"a": "\\ud83d\\udc3e\\\\u0000 \xe3\x82\x82\xe3\x81\xb5"}'
    assert client.post("/sent", data=body, content_type="application/json").json == {"a": "🐾\\u0000 もふ"}


def test_a_form_is_taken_like_an_object(client):
    assert client.post("/sent", data={"a": "b"}).json == {"a": "b"}


@pytest.mark.parametrize(("number", "status"), [(0, 200), (2**31 - 1, 200), (2**31, 404), (10**30, 404)])
def test_a_row_s_number_is_one_that_a_column_holds(client, number, status):
    assert client.get(f"/rows/{number}").status_code == status


@pytest.mark.parametrize(
    ("asked", "told"), [("", "-1"), ("before=7", "7"), ("before=x", "-1"), (f"before={10**30}", "-1")]
)
def test_a_cursor_that_is_none_is_as_if_left_out(client, asked, told):
    assert client.get(f"/asked?{asked}").text == told


@pytest.mark.parametrize("address", ["/asked?q=a%00b", "/as%00ked"])
def test_a_character_0_in_an_address_is_refused(client, address):
    assert client.get(address).status_code == 400
