"""Wikimedia Commons: its unordered pages, its HTML credits, its scaled copies, its lag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.errors import QuotaPausedError, ServiceUnreachableError

Ask = Callable[..., Any]


def page(index: int = 1, *, metadata: dict[str, str] | None = None, **info: Any) -> dict[str, Any]:
    said = {"LicenseShortName": "CC BY-SA 4.0", "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0/"}
    said |= {"Artist": '<a href="//x" title="y">Jos&eacute;</a>', "ObjectName": "Moss", **(metadata or {})}
    details = {
        "url": f"https://upload.example/{index}.jpg",
        "descriptionurl": f"https://commons.example/File:{index}.jpg",
        "width": 4000,
        "height": 3000,
        "mime": "image/jpeg",
        "thumburl": f"https://upload.example/thumb/{index}-1024px.jpg",
        "extmetadata": {name: {"value": value} for name, value in said.items()},
        **info,
    }
    return {"pageid": 1000 + index, "title": f"File:Moss {index}.jpg", "index": index, "imageinfo": [details]}


def answer(*pages: dict[str, Any], onward: object = None) -> dict[str, Any]:
    said: dict[str, Any] = {"batchcomplete": True, "query": {"pages": list(pages)}}
    return said | ({"continue": {"gsroffset": onward, "continue": "gsroffset||"}} if onward is not None else {})


def test_a_page_becomes_a_hit_with_the_original_and_a_scaled_copy_to_fetch(ask: Ask) -> None:
    (hit,) = ask("commons", answer(page())).search().hits
    assert hit.url == "https://upload.example/1.jpg"
    assert hit.fetch_url == "https://upload.example/thumb/1-1024px.jpg"
    assert hit.page_url == "https://commons.example/File:1.jpg"
    assert (hit.title, hit.creator) == ("Moss", "José")
    assert (hit.license, hit.license_version) == ("CC-BY-SA-4.0", "4.0")
    assert (hit.width, hit.height) == (4000, 3000)


def test_an_original_that_is_small_enough_is_fetched_itself(ask: Ask) -> None:
    (hit,) = ask("commons", answer(page(width=1024, height=700))).search().hits
    assert hit.fetch_url is None


def test_hits_come_in_the_order_of_their_index(ask: Ask) -> None:
    found = ask("commons", answer(page(3), page(1), page(2))).search().hits
    assert [hit.url[-5] for hit in found] == ["1", "2", "3"]


def test_it_asks_for_bitmaps_scaled_to_the_crawlers_side(ask: Ask) -> None:
    asked = ask("commons", answer(), max_side_px=800)
    asked.search("moss")
    params = asked.service.params[0]
    assert asked.service.urls == ["https://commons.wikimedia.org/w/api.php"]
    assert params["gsrsearch"] == "moss filetype:bitmap"
    assert (params["iiurlwidth"], params["iiurlheight"], params["maxlag"], params["gsrlimit"]) == (800, 800, 5, 50)


def test_offsets_lead_to_the_end(ask: Ask) -> None:
    asked = ask("commons", answer(page(1), onward=50), answer(page(51)))
    first = asked.search()
    assert asked.search(cursor=first.next_cursor).next_cursor is None
    assert [params["gsroffset"] for params in asked.service.params] == [0, 50]


@pytest.mark.parametrize("onward", [0, 50, -1, 10_000, "x"])
def test_an_offset_that_leads_nowhere_ends(ask: Ask, onward: Any) -> None:
    assert ask("commons", answer(page(), onward=onward)).search(cursor="50").next_cursor is None


def test_nothing_found_is_an_empty_page(ask: Ask) -> None:
    found = ask("commons", {"batchcomplete": True}).search()
    assert (found.hits, found.next_cursor) == ((), None)


@pytest.mark.parametrize("mime", ["image/svg+xml", "application/pdf", "audio/ogg", "image/vnd.djvu"])
def test_what_is_no_bitmap_is_passed_over(ask: Ask, mime: Any) -> None:
    assert ask("commons", answer(page(mime=mime))).search().hits == ()


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<b>A</b>&amp;B", "A&B"),
        ("<script>alert(1)</script>Eve", "Eve"),
        ("A<br>B", "A B"),
        ("<<img src=x onerror=alert(1)>", "<"),
        ("<style>p{}</style>", None),
    ],
)
def test_a_credit_is_text_without_markup(ask: Ask, html: Any, plain: Any) -> None:
    (hit,) = ask("commons", answer(page(metadata={"Artist": html}))).search().hits
    assert hit.creator == plain


def test_without_an_object_name_the_title_is_the_files(ask: Ask) -> None:
    (hit,) = ask("commons", answer(page(metadata={"ObjectName": ""}))).search().hits
    assert hit.title == "Moss 1"


def test_a_lagging_service_pauses_the_build(ask: Ask) -> None:
    lag = {"error": {"code": "maxlag", "info": "Waiting for db1: 7 seconds lagged."}}
    with pytest.raises(QuotaPausedError, match="7 seconds lagged"):
        ask("commons", lag).search()


def test_an_error_is_said(ask: Ask) -> None:
    with pytest.raises(ServiceUnreachableError, match="search-error"):
        ask("commons", {"error": {"code": "search-error"}}).search()
