"""The demo's web over real sockets: the search's documented shape, pictures, faults, and the truth about them."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from mofu.demo.pictures import jpeg
from mofu.demo.sites import ROBOTS
from mofu.demo.web import HOSTS, DemoWeb
from mofu.demo.world import FAULTS

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
WORD = "もふもふ"
DOCUMENTED = {
    "id", "title", "url", "foreign_landing_url", "creator", "creator_url", "license", "license_version", "license_url",
    "attribution", "provider", "source", "tags", "width", "height", "filetype", "mature", "thumbnail",
}  # fmt: skip


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    with DemoWeb(seed=3, hits=150, port=0) as running:
        yield running


def get(url: str) -> tuple[int, bytes, Any]:
    try:
        with OPENER.open(url, timeout=20) as response:
            return response.status, response.read(), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def search(web: DemoWeb, **parameters: object) -> tuple[int, Any]:
    status, body, _ = get(f"{web.base_url}/v1/images/?{urllib.parse.urlencode(parameters)}")
    return status, json.loads(body)


def addresses(web: DemoWeb, treatment: str) -> list[str]:
    words = (WORD, "とげとげ", "ぶくぶく", "しましま")
    return [url for word in words for url in web.truth(word) if url.split("/")[4] == treatment]


def test_results_have_the_documented_fields(web: DemoWeb) -> None:
    status, answer = search(web, q=WORD)
    assert status == 200
    assert (answer["result_count"], answer["page_count"], answer["page_size"], answer["page"]) == (150, 8, 20, 1)
    assert len(answer["results"]) == 20
    for result in answer["results"]:
        assert set(result) >= DOCUMENTED
        assert result["tags"][0] == {"name": WORD, "accuracy": None}


def test_pages_together_are_all_results_once_and_the_page_after_them_is_empty(web: DemoWeb) -> None:
    pages = [search(web, q=WORD, page=page)[1]["results"] for page in range(1, 10)]
    assert [len(page) for page in pages] == [20] * 7 + [10, 0]
    assert [result["url"] for page in pages for result in page] == list(web.truth(WORD))


def test_smaller_pages_are_the_same_results(web: DemoWeb) -> None:
    twenty = [result["id"] for result in search(web, q=WORD)[1]["results"]]
    fives = [
        result["id"] for page in (1, 2, 3, 4) for result in search(web, q=WORD, page=page, page_size=5)[1]["results"]
    ]
    assert fives == twenty


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"page_size": 21}, 401),
        ({"page": 21}, 400),
        ({"page": 0}, 400),
        ({"page": "two"}, 400),
        ({"page_size": 0}, 400),
    ],
)
def test_limits_of_anonymous_callers_are_those_documented(
    web: DemoWeb, parameters: dict[str, object], status: int
) -> None:
    got, answer = search(web, q=WORD, **parameters)
    assert got == status
    assert answer["detail"]


def test_licences_can_be_asked_for(web: DemoWeb) -> None:
    assert {r["license"] for r in search(web, q=WORD, license="by,cc0")[1]["results"]} == {"by", "cc0"}
    free = search(web, q=WORD, license_type="commercial,modification")[1]
    assert {r["license"] for r in free["results"]} == {"by", "by-sa", "cc0", "pdm"}
    assert free["result_count"] < 150


def test_licence_addresses_are_those_of_creative_commons(web: DemoWeb) -> None:
    known = {
        (r["license"], r["license_url"]) for page in (1, 2, 3) for r in search(web, q=WORD, page=page)[1]["results"]
    }
    assert ("by", "https://creativecommons.org/licenses/by/2.0/") in known
    assert ("cc0", "https://creativecommons.org/publicdomain/zero/1.0/") in known
    assert ("pdm", "https://creativecommons.org/publicdomain/mark/1.0/") in known


def test_a_sound_picture_has_the_size_that_the_search_states(web: DemoWeb) -> None:
    result = search(web, q=WORD, page_size=1)[1]["results"][0]
    status, body, headers = get(result["url"])
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert body[:2] == b"\xff\xd8"
    width = int.from_bytes(body[body.index(b"\xff\xc0") + 7 :][:2], "big")
    assert width == result["width"]


def test_truth_tells_what_is_served(web: DemoWeb) -> None:
    rows = web.results(WORD)
    for row, (url, truth) in list(zip(rows, web.truth(WORD).items(), strict=True))[:4]:
        assert truth.subject == row.subject
        assert get(url)[1] == jpeg(row.subject, row.picture, row.treatment)


def test_exact_duplicates_have_the_bytes_of_their_original(web: DemoWeb) -> None:
    copies = {url: truth.duplicate_of for url, truth in web.truth(WORD).items() if truth.duplicate_of}
    exact = next(url for url in copies if "/same/" in url)
    near = next(url for url in copies if "/same/" not in url)
    assert get(exact)[1] == get(copies[exact])[1]
    assert get(near)[1] != get(copies[near])[1]


def test_truth_expects_of_every_address_what_its_kind_deserves(web: DemoWeb) -> None:
    for row, truth in zip(web.results(WORD), web.truth(WORD).values(), strict=True):
        assert truth.expect == FAULTS.get(row.treatment, "stored")


def test_missing_pictures_answer_404(web: DemoWeb) -> None:
    assert get(addresses(web, "missing")[0])[0] == 404


def test_some_answers_are_pages_in_a_pictures_clothes(web: DemoWeb) -> None:
    status, body, _ = get(addresses(web, "html")[0])
    assert status == 200
    assert body.startswith(b"<!doctype html>")


def test_cut_bodies_promise_their_full_length(web: DemoWeb) -> None:
    with pytest.raises(http.client.IncompleteRead) as cut:
        get(addresses(web, "cut")[0])
    assert len(cut.value.partial) > 1000
    assert cut.value.expected is not None
    assert cut.value.expected > 1000


def test_busy_hosts_ask_to_come_again_and_then_serve(web: DemoWeb) -> None:
    url = addresses(web, "busy")[0]
    status, _, headers = get(url)
    assert (status, headers["Retry-After"]) == (503, "1")
    assert get(url)[0] == 200


def test_opted_out_pictures_say_so(web: DemoWeb) -> None:
    assert "noai" in get(addresses(web, "noai")[0])[2]["X-Robots-Tag"]


def test_tiny_pictures_are_tiny(web: DemoWeb) -> None:
    assert len(get(addresses(web, "tiny")[0])[1]) < 5000


def test_robots_txt_closes_the_private_folder_of_every_host(web: DemoWeb) -> None:
    for host in web.hosts:
        assert get(f"http://{host}:{web.port}/robots.txt")[1].decode() == ROBOTS
    assert "/private/" in addresses(web, "closed")[0]


def test_landing_pages_and_creators_pages_exist(web: DemoWeb) -> None:
    result = search(web, q=WORD, page_size=1)[1]["results"][0]
    for address in (result["foreign_landing_url"], result["creator_url"]):
        status, body, headers = get(address)
        assert (status, headers.get_content_type()) == (200, "text/html")
        assert body.startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    "path",
    [
        "/photos/same/mofumofu-.jpg", "/photos/same/mofumofu-123456789.jpg", "/photos/same/dragons-1.jpg",
        "/photos/blurred/mofumofu-1.jpg", "/attic/same/mofumofu-1.jpg", "/photos/same/%2e%2e-1.jpg", "/pages/x.html",
        "/",
    ],
)  # fmt: skip
def test_malformed_addresses_are_not_found(web: DemoWeb, path: str) -> None:
    assert get(web.base_url + path)[0] == 404


def test_the_first_host_is_always_there_and_all_are_loopback(web: DemoWeb) -> None:
    assert web.hosts[0] == HOSTS[0]
    assert set(web.hosts) <= set(HOSTS)
    assert {urllib.parse.urlsplit(url).hostname for url in web.truth(WORD)} == set(web.hosts)


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    with socket.create_server((HOSTS[0], 0)) as holder:
        taken = holder.getsockname()[1]
        with DemoWeb(port=taken) as web:
            assert web.port != taken
            assert search(web, q="street")[0] == 200


def test_addresses_are_the_same_in_the_next_run() -> None:
    with DemoWeb(seed=1, hits=20, port=0) as first:
        port, urls = first.port, list(first.truth(WORD))
    with DemoWeb(seed=1, hits=20, port=port) as second:
        assert second.port == port
        assert list(second.truth(WORD)) == urls


def test_the_web_is_gone_after_its_end() -> None:
    with DemoWeb(port=0) as web:
        url = web.base_url
    with pytest.raises(urllib.error.URLError):
        OPENER.open(url, timeout=2)
