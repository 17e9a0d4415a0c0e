"""The description of the JSON interface: as the code is, complete, valid, and served to anyone."""

import json
import re

import pytest
from openapi_spec_validator import validate

from mofu.webui.access import Right, right_of
from mofu.webui.openapi import FILE, text
from mofu.webui.pages import described

PLACES = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@pytest.fixture(scope="module")
def description():
    return json.loads(FILE.read_text("utf-8"))


def operations(description):
    return [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_file_is_what_the_code_says(web):
    assert FILE.read_text("utf-8") == text(web.app), "write it anew: python -m mofu.webui.openapi"


def test_it_is_valid(description):
    validate(description)


def test_everything_that_gives_data_and_every_change_is_in_it(web, description):
    told = {(method, path) for method, path, _ in operations(description)}
    for rule in web.app.url_map.iter_rules():
        is_data = rule.rule.endswith(".json") and rule.rule != "/openapi.json"
        is_change = "POST" in rule.methods and rule.rule != "/language"  # a form of every page, for browsers alone
        if is_data or is_change:
            assert ("post" if is_change else "get", PLACES.sub(r"{\1}", rule.rule)) in told


def test_no_answer_is_anything_at_all(description):
    for method, path, operation in operations(description):
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                assert content.get("schema") != {}, f"{method} {path} {status}"


def test_every_change_by_a_script_names_what_it_takes_and_what_it_refuses(description):
    for method, path, operation in operations(description):
        if method == "post":
            assert {"400", "413"} <= set(operation["responses"]), path


def test_an_address_that_needs_a_right_says_that_it_refuses_strangers(web, description):
    for rule in web.app.url_map.iter_rules():
        view = web.app.view_functions[rule.endpoint]
        of_path = description["paths"].get(PLACES.sub(r"{\1}", rule.rule), {})
        for operation in of_path.values():
            if right_of(view) is not Right.ANYONE and described(view) is not None:
                assert {"401", "403"} <= set(operation["responses"]), rule.rule


def test_names_of_schemas_are_short_and_each_is_used(description):
    text = json.dumps(description)
    for name in description["components"]["schemas"]:
        assert not name.startswith("mofu")
        assert f"#/components/schemas/{name}" in text


def test_fields_that_are_a_page_s_own_are_not_told(description):
    assert not [
        name
        for schema in description["components"]["schemas"].values()
        for name in schema.get("properties", {})
        if name.startswith("_")
    ]


def test_anyone_may_read_it(web):
    answer = web.client(None).get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json["openapi"] == "3.1.0"
