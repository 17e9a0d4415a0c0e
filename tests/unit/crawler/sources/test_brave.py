"""Brave: one answer of at most 200, with a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.crawler.sources import ServiceRefusal
from mofu.errors import InvalidInputError, MissingKeyError

Ask = Callable[..., Any]

RESULT = {
    "title": "Moss",
    "url": "https://page.example/",
    "thumbnail": {"src": "https://thumbs.example/1"},
    "properties": {"url": "https://images.example/1.jpg", "width": 640, "height": 480},
}


def test_a_result_becomes_a_hit_and_there_is_one_page(ask: Ask) -> None:
    page = ask("brave", {"results": [RESULT] * 200}, key="k").search()
    assert (page.hits[0].url, page.hits[0].page_url) == ("https://images.example/1.jpg", "https://page.example/")
    assert (page.hits[0].width, page.hits[0].height, page.hits[0].license) == (640, 480, "unknown")
    assert (len(page.hits), page.next_cursor) == (200, None)


def test_it_asks_in_braves_own_code_for_japanese(ask: Ask) -> None:
    asked = ask("brave", {"results": []}, key="k")
    asked.search("もふもふ", language="ja")
    assert asked.service.urls == ["https://api.search.brave.com/res/v1/images/search"]
    assert asked.service.headers == [{"X-Subscription-Token": "k"}]
    assert asked.service.params == [
        {
            "q": "もふもふ",
            "count": 200,
            "safesearch": "strict",
            "spellcheck": "false",
            "search_lang": "jp",
            "country": "JP",
        }
    ]


def test_a_language_without_a_code_is_left_to_the_service(ask: Ask) -> None:
    asked = ask("brave", {"results": []}, key="k", safe=False)
    asked.search(language="eo")
    assert "search_lang" not in asked.service.params[0]
    assert asked.service.params[0]["safesearch"] == "off"


def test_the_thumbnail_stands_in_for_a_missing_original(ask: Ask) -> None:
    (hit,) = ask("brave", {"results": [{**RESULT, "properties": None}, {"title": "x"}]}, key="k").search().hits
    assert hit.url == "https://thumbs.example/1"


@pytest.mark.parametrize("text", ["x" * 401, "a " * 51])
def test_a_query_too_long_is_refused_unsent(ask: Ask, text: Any) -> None:
    with pytest.raises(InvalidInputError, match="at most 400 characters and 50 words"):
        ask("brave", key="k").search(text)


def test_without_a_token_it_says_where_to_put_one(ask: Ask) -> None:
    with pytest.raises(MissingKeyError, match=r"sources\.brave\.key .or MOFU_SOURCES__BRAVE__KEY"):
        ask("brave").source.check()


@pytest.mark.parametrize(
    "refusal", [ServiceRefusal(401, ""), ServiceRefusal(403, ""), ServiceRefusal(422, '"SUBSCRIPTION_TOKEN_INVALID"')]
)
def test_a_refused_token_is_a_missing_key(ask: Ask, refusal: Any) -> None:
    with pytest.raises(MissingKeyError, match=r"sources\.brave\.key"):
        ask("brave", refusal, key="k").search()


def test_a_bad_request_is_said(ask: Ask) -> None:
    with pytest.raises(InvalidInputError, match="HTTP 422: VALIDATION"):
        ask("brave", ServiceRefusal(422, "VALIDATION"), key="k").search()
