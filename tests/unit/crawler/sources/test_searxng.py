"""SearXNG: an instance of the user's, asked in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.crawler.sources import ServiceRefusal
from mofu.errors import MissingKeyError, ServiceUnreachableError

Ask = Callable[..., Any]

HERE = {"base_url": "http://127.0.0.1:8888/searx"}
RESULT = {
    "title": "Moss",
    "url": "https://page.example/",
    "img_src": "https://images.example/1.jpg",
    "resolution": "640 x 480",
    "engine": "some images",
}


def test_a_result_becomes_a_hit_of_unknown_licence(ask: Ask) -> None:
    (hit,) = ask("searxng", {"results": [RESULT]}, **HERE).search().hits
    assert (hit.url, hit.page_url, hit.title) == ("https://images.example/1.jpg", "https://page.example/", "Moss")
    assert (hit.width, hit.height, hit.license) == (640, 480, "unknown")


def test_it_asks_the_instance_for_images_in_the_words_language(ask: Ask) -> None:
    asked = ask("searxng", {"results": []}, **HERE)
    asked.search("もふもふ", language="ja", cursor="3")
    assert asked.service.urls == ["http://127.0.0.1:8888/searx/search"]
    assert asked.service.params == [
        {"q": "もふもふ", "categories": "images", "format": "json", "pageno": 3, "language": "ja", "safesearch": 2}
    ]


def test_an_empty_page_ends(ask: Ask) -> None:
    asked = ask("searxng", {"results": [RESULT]}, {"results": []}, **HERE)
    assert asked.search().next_cursor == "2"
    assert asked.search(cursor="2").next_cursor is None


def test_an_instance_that_repeats_itself_ends_too(ask: Ask) -> None:
    assert ask("searxng", {"results": [RESULT]}, **HERE).search(cursor="50").next_cursor is None


def test_addresses_may_lack_their_scheme(ask: Ask) -> None:
    (hit,) = ask("searxng", {"results": [{**RESULT, "img_src": "//images.example/2.jpg"}]}, **HERE).search().hits
    assert hit.url == "https://images.example/2.jpg"


def test_results_without_an_image_are_no_hits(ask: Ask) -> None:
    assert ask("searxng", {"results": [{**RESULT, "img_src": ""}, {"title": "x"}]}, **HERE).search().hits == ()


@pytest.mark.parametrize(
    ("written", "size"), [("1920×1080", (1920, 1080)), ("3x4", (3, 4)), ("large", (None, None)), (7, (None, None))]
)
def test_resolutions_are_written_in_many_ways(ask: Ask, written: Any, size: Any) -> None:
    (hit,) = ask("searxng", {"results": [{**RESULT, "resolution": written}]}, **HERE).search().hits
    assert (hit.width, hit.height) == size


def test_without_an_instance_it_says_which_setting_names_one(ask: Ask) -> None:
    with pytest.raises(MissingKeyError, match=r"set sources\.searxng\.base_url to your instance"):
        ask("searxng").source.check()


def test_a_refusal_says_how_to_switch_json_on(ask: Ask) -> None:
    with pytest.raises(ServiceUnreachableError, match=r"add json to search\.formats in its settings\.yml"):
        ask("searxng", ServiceRefusal(403, "Forbidden"), **HERE).search()


def test_engines_that_do_not_answer_are_named(ask: Ask) -> None:
    silent = {"results": [], "unresponsive_engines": [["google images", "timeout"], ["bing images", "CAPTCHA"]]}
    with pytest.raises(ServiceUnreachableError, match="google images: timeout, bing images: CAPTCHA"):
        ask("searxng", silent, **HERE).search()
