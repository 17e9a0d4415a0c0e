"""Flickr: photographs, with licences by the numbers that Flickr itself explains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.errors import MissingKeyError, ServiceUnreachableError

Ask = Callable[..., Any]

CC = "https://creativecommons.org/licenses"
LICENSES = {
    "licenses": {
        "license": [
            {"id": "0", "name": "All Rights Reserved", "url": ""},
            {"id": "1", "name": "Attribution-NonCommercial-ShareAlike License", "url": f"{CC}/by-nc-sa/2.0/"},
            {"id": "4", "name": "Attribution License", "url": f"{CC}/by/2.0/"},
            {"id": "7", "name": "No known copyright restrictions", "url": "https://www.flickr.com/commons/usage/"},
            {"id": "11", "name": "CC BY 4.0", "url": f"{CC}/by/4.0/"},
        ]
    },
    "stat": "ok",
}
PHOTO = {
    "id": "123",
    "owner": "45@N00",
    "title": "Moss",
    "ownername": "Taro",
    "license": "4",
    "tags": "moss green",
    "url_l": "https://live.example/123_b.jpg",
    "width_l": 1024,
    "height_l": "683",
}


def answer(*photos: dict[str, Any], pages: int = 1) -> dict[str, Any]:
    return {"photos": {"page": 1, "pages": pages, "total": len(photos), "photo": list(photos)}, "stat": "ok"}


def test_a_photograph_becomes_a_hit(ask: Ask) -> None:
    (hit,) = ask("flickr", LICENSES, answer(PHOTO), key="k").search().hits
    assert (hit.url, hit.fetch_url) == ("https://live.example/123_b.jpg", None)
    assert hit.page_url == "https://www.flickr.com/photos/45%40N00/123"
    assert (hit.title, hit.creator, hit.tags) == ("Moss", "Taro", ("moss", "green"))
    assert (hit.license, hit.license_version, hit.license_url) == ("CC-BY-2.0", "2.0", f"{CC}/by/2.0/")
    assert (hit.width, hit.height) == (1024, 683)


def test_where_there_is_the_original_the_large_size_is_its_scaled_copy(ask: Ask) -> None:
    photo = {**PHOTO, "url_o": "https://live.example/123_o.jpg", "width_o": 4000, "height_o": 3000}
    (hit,) = ask("flickr", LICENSES, answer(photo), key="k").search().hits
    assert (hit.url, hit.fetch_url) == ("https://live.example/123_o.jpg", "https://live.example/123_b.jpg")
    assert (hit.width, hit.height) == (4000, 3000)


def test_what_its_licence_numbers_mean_is_asked_once(ask: Ask) -> None:
    asked = ask("flickr", LICENSES, answer(PHOTO, pages=2), answer({**PHOTO, "license": "99"}, pages=2), key="k")
    assert asked.search().next_cursor == "2"
    last = asked.search(cursor="2")
    assert (last.next_cursor, last.hits[0].license) == (None, "unknown")
    methods = [params["method"] for params in asked.service.params]
    assert methods == ["flickr.photos.licenses.getInfo", "flickr.photos.search", "flickr.photos.search"]


@pytest.mark.parametrize(
    ("wanted", "numbers"), [(("CC-BY",), "4,11"), (("CC-BY-4.0",), "11"), (("CC-BY-NC-SA", "CC-BY-2.0"), "1,4")]
)
def test_licences_are_asked_for_by_number(ask: Ask, wanted: Any, numbers: Any) -> None:
    asked = ask("flickr", LICENSES, answer(), key="k")
    asked.search(licenses=wanted)
    assert asked.service.params[1]["license"] == numbers


def test_licences_that_flickr_does_not_have_are_not_asked_for(ask: Ask) -> None:
    asked = ask("flickr", LICENSES, key="k")
    assert asked.search(licenses=("GFDL",)).hits == ()


def test_safe_photographs_are_asked_for(ask: Ask) -> None:
    asked = ask("flickr", LICENSES, answer(), key="k")
    asked.search("moss")
    assert asked.service.urls == ["https://api.flickr.com/services/rest/"] * 2
    assert (asked.service.params[1]["safe_search"], asked.service.params[1]["text"]) == (1, "moss")


def test_the_first_4000_are_all(ask: Ask) -> None:
    assert ask("flickr", LICENSES, answer(PHOTO, pages=400), key="k").search(cursor="16").next_cursor is None


def test_photographs_that_give_no_address_are_no_hits(ask: Ask) -> None:
    assert ask("flickr", LICENSES, answer({"id": "1"}), key="k").search().hits == ()


def test_a_refused_key_is_a_missing_key(ask: Ask) -> None:
    with pytest.raises(MissingKeyError, match=r"Invalid API Key.*sources\.flickr\.key"):
        ask("flickr", {"stat": "fail", "code": 100, "message": "Invalid API Key"}, key="k").search()


def test_another_failure_is_said(ask: Ask) -> None:
    with pytest.raises(ServiceUnreachableError, match="Service currently unavailable"):
        ask("flickr", {"stat": "fail", "code": 105, "message": "Service currently unavailable"}, key="k").search()
