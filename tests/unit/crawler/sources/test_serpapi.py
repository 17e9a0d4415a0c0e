"""SerpApi: Google's pages by number, Bing's by how many were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.crawler.sources import ServiceRefusal
from mofu.errors import MissingKeyError, ServiceUnreachableError, UnknownNameError

Ask = Callable[..., Any]

RESULT = {
    "original": "https://images.example/1.jpg",
    "link": "https://page.example/",
    "title": "Moss",
    "source": "site",
}


def test_a_result_becomes_a_hit(ask: Ask) -> None:
    sized = {**RESULT, "original_width": 640, "original_height": 480}
    (hit,) = ask("serpapi", {"images_results": [sized, {"title": "x"}]}, key="k").search().hits
    assert (hit.url, hit.page_url, hit.title) == ("https://images.example/1.jpg", "https://page.example/", "Moss")
    assert (hit.width, hit.height, hit.license) == (640, 480, "unknown")


def test_google_is_asked_by_page_from_zero_to_nine(ask: Ask) -> None:
    asked = ask("serpapi", {"images_results": [RESULT]}, {"images_results": [RESULT]}, key="k")
    assert asked.search("moss", language="en").next_cursor == "1"
    assert asked.search("moss", cursor="9", language="en").next_cursor is None
    expected = {"engine": "google_images", "q": "moss", "api_key": "k", "ijn": 0, "hl": "en", "safe": "active"}
    assert asked.service.params[0] == expected


def test_bing_is_asked_by_the_number_of_the_first_result(ask: Ask) -> None:
    asked = ask("serpapi", {"images_results": [RESULT] * 35}, {"images_results": []}, key="k", engine="bing_images")
    assert asked.search().next_cursor == "35"
    assert asked.search(cursor="35").next_cursor is None
    assert [params["first"] for params in asked.service.params] == [1, 36]


def test_a_licence_page_gives_the_licence(ask: Ask) -> None:
    licensed = {**RESULT, "license_details_url": "https://creativecommons.org/licenses/by/4.0/"}
    assert ask("serpapi", {"images_results": [licensed]}, key="k").search().hits[0].license == "CC-BY-4.0"


def test_no_results_is_an_empty_page(ask: Ask) -> None:
    nothing = {"error": "Google hasn't returned any results for this query."}
    assert ask("serpapi", nothing, key="k").search().hits == ()


def test_another_error_is_said(ask: Ask) -> None:
    with pytest.raises(ServiceUnreachableError, match="run out of searches"):
        ask("serpapi", {"error": "Your account has run out of searches."}, key="k").search()


def test_an_unknown_engine_is_answered_with_the_nearest(ask: Ask) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'bing_images'"):
        ask("serpapi", key="k", engine="bing_image").source.check()


def test_a_key_is_needed_and_may_be_refused(ask: Ask) -> None:
    with pytest.raises(MissingKeyError, match=r"sources\.serpapi\.key"):
        ask("serpapi").source.check()
    with pytest.raises(MissingKeyError, match="the key was refused"):
        ask("serpapi", ServiceRefusal(401, "Invalid API key"), key="k").search()
