"""Whatever a service answers, a source gives hits or an error that says what to do, never a bare KeyError."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mofu.crawler.sources import REGISTRY, ServiceRefusal, find
from mofu.crawler.sources.answers import address, markup_text, number, tags, text
from mofu.errors import MofuError, ServiceUnreachableError, UnknownNameError

Ask = Callable[..., Any]
SERVICES = ("openverse", "commons", "searxng", "brave", "serpapi", "flickr", "demo")
SETTINGS = {"key": "k", "base_url": "http://127.0.0.1:9"}

KNOWN_NAMES = """
    results query pages photos photo images_results imageinfo extmetadata LicenseUrl Artist value error code stat
    message title url img_src properties thumbnail src original license licenses tags name width index continue
    gsroffset page_count url_l id unresponsive_engines batchcomplete resolution
"""
NAMES = st.sampled_from(re.findall(r"\w+", KNOWN_NAMES))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("//h/x.jpg")
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)
RESULT = st.dictionaries(NAMES, ANYTHING, max_size=8)
SHAPED = st.one_of(
    st.builds(lambda rows: {"results": rows, "images_results": rows}, st.lists(RESULT, max_size=3)),
    st.builds(lambda rows: {"query": {"pages": rows}}, st.lists(RESULT, max_size=3)),
    st.builds(lambda info: {"query": {"pages": [{"imageinfo": [info]}]}}, RESULT),
    st.builds(lambda rows: {"photos": {"photo": rows}, "licenses": {"license": rows}}, st.lists(RESULT, max_size=3)),
)


@pytest.mark.parametrize("name", SERVICES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ANYTHING | SHAPED, second=ANYTHING | SHAPED)
def test_any_json_gives_encodable_hits_or_our_own_error(ask: Ask, name: str, first: Any, second: Any) -> None:
    try:
        page = ask(name, first, second, **SETTINGS).search()
    except MofuError:
        return
    for hit in page.hits:
        assert hit.url
        json.dumps([hit.url, hit.title, hit.creator, hit.page_url, hit.tags], ensure_ascii=False).encode("utf-8")
        assert hit.width is None or 0 < hit.width < 2**31


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("answer", [None, [], 7, "x", {}, {"results": 1}, {"results": [1]}, {"query": {"pages": [1]}}])
def test_an_answer_of_another_shape_is_said_in_one_line(ask: Ask, name: str, answer: Any) -> None:
    with pytest.raises(
        ServiceUnreachableError, match=f"{name} answered with something that is not its documented shape"
    ):
        ask(name, answer, answer, **SETTINGS).search()


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 422])
def test_every_refusal_becomes_an_error_of_our_own(ask: Ask, name: str, status: int) -> None:
    with pytest.raises(MofuError, match=name):
        ask(name, ServiceRefusal(status, "no\nway"), **SETTINGS).search()


def test_every_source_is_registered_and_an_unknown_one_answered_with_the_nearest() -> None:
    assert sorted(REGISTRY) == sorted([*SERVICES, "urls", "folder"])
    with pytest.raises(UnknownNameError, match="did you mean 'openverse'"):
        find("openvers")


@given(st.text())
def test_text_is_one_line_that_can_be_stored(value: str) -> None:
    plain = text(value, 50)
    if plain is not None:
        assert 0 < len(plain) <= 50
        assert plain == " ".join(plain.split())
        assert plain.encode("utf-8")
        assert "\x00" not in plain


@given(st.text())
def test_markup_leaves_no_error(value: str) -> None:
    markup_text(value)


def test_what_is_kept_of_text() -> None:
    assert text(" a\tb\r\nc ") == "a b c"
    assert text("family 👨‍👩‍👧") == "family 👨‍👩‍👧"  # joined by invisible joiners, which stay
    assert text(12) == "12"
    assert text(True) is text(None) is text(["a"]) is text("") is None


def test_what_is_kept_of_addresses_numbers_and_tags() -> None:
    assert address(" https://h/a\nb ") == "https://h/ab"
    assert address(7) is None
    assert (number("640"), number(640.0), number("x"), number(-1)) == (640, 640, None, None)
    assert tags([{"name": "a"}, "a", "b", 7, None, {"name": None}]) == ("a", "b", "7")
    assert len(tags([str(n) for n in range(99)])) == 50
