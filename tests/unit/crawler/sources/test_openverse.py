"""Openverse: what is asked, how its answers are read, where its pages end, and what to do when it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mofu.crawler.sources import Limits, ServiceRefusal
from mofu.errors import InvalidInputError, MissingKeyError, ServiceUnreachableError

Ask = Callable[..., Any]


def result(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"id-{number}",
        "title": "A fluffy cat",
        "url": f"https://images.example/{number}.jpg",
        "foreign_landing_url": "https://images.example/page",
        "creator": "Hanako",
        "license": "by-sa",
        "license_version": "2.0",
        "license_url": "https://creativecommons.org/licenses/by-sa/2.0/",
        "attribution": '"A fluffy cat" by Hanako is licensed under CC BY-SA 2.0.',
        "tags": [{"name": "cat", "accuracy": None}, {"name": "fluffy"}, {"name": "cat"}],
        "width": 640,
        "height": 480,
        **changes,
    }


def answer(*results: dict[str, Any], page: int = 1, pages: int = 1, count: int = 1, size: int = 20) -> dict[str, Any]:
    return {"result_count": count, "page_count": pages, "page_size": size, "page": page, "results": list(results)}


FULL = [result(number) for number in range(20)]


def test_a_result_becomes_a_hit_with_all_that_was_said_of_it(ask: Ask) -> None:
    (hit,) = ask("openverse", answer(result())).search().hits
    assert hit.url == "https://images.example/1.jpg"
    assert hit.page_url == "https://images.example/page"
    assert (hit.title, hit.creator) == ("A fluffy cat", "Hanako")
    assert (hit.license, hit.license_version) == ("CC-BY-SA-2.0", "2.0")
    assert hit.license_url == "https://creativecommons.org/licenses/by-sa/2.0/"
    assert hit.attribution == '"A fluffy cat" by Hanako is licensed under CC BY-SA 2.0.'
    assert (hit.width, hit.height) == (640, 480)
    assert hit.tags == ("cat", "fluffy")


def test_it_asks_anonymously_for_pages_of_twenty_safe_results(ask: Ask) -> None:
    asked = ask("openverse", answer())
    asked.search("もふもふ")
    assert asked.service.urls == ["https://api.openverse.org/v1/images/"]
    assert asked.service.params == [{"q": "もふもふ", "page": 1, "page_size": 20, "mature": "false"}]
    assert asked.service.headers == [{}]


def test_mature_results_come_only_when_asked_for(ask: Ask) -> None:
    asked = ask("openverse", answer(), safe=False)
    asked.search()
    assert asked.service.params[0]["mature"] == "true"


def test_another_base_url_may_have_a_prefix(ask: Ask) -> None:
    asked = ask("openverse", answer(), base_url="http://127.0.0.1:8899/web/")
    asked.search()
    assert asked.service.urls == ["http://127.0.0.1:8899/web/v1/images/"]
    assert not asked.source.is_own_host


def test_pages_follow_one_another_to_the_last(ask: Ask) -> None:
    asked = ask("openverse", answer(*FULL, pages=2, count=25), answer(*FULL[:5], page=2, pages=2, count=25))
    first = asked.search()
    last = asked.search(cursor=first.next_cursor)
    assert (len(first.hits), first.total, len(last.hits), last.next_cursor) == (20, 25, 5, None)
    assert [params["page"] for params in asked.service.params] == [1, 2]


def test_a_short_page_is_the_last(ask: Ask) -> None:
    assert ask("openverse", answer(*FULL[:19], pages=5)).search().next_cursor is None


def test_a_page_is_short_only_against_the_size_that_the_service_names(ask: Ask) -> None:
    assert ask("openverse", answer(*FULL[:10], pages=5, size=10)).search().next_cursor == "2"


def test_the_twentieth_page_is_the_last(ask: Ask) -> None:
    assert ask("openverse", answer(*FULL, page=20, pages=90)).search(cursor="20").next_cursor is None


def test_a_refused_later_page_means_that_there_is_no_more(ask: Ask) -> None:
    page = ask("openverse", ServiceRefusal(400, "Ensure this value is less than or equal to 12.")).search(cursor="13")
    assert (page.hits, page.next_cursor) == ((), None)


def test_licences_are_asked_for_by_openverses_names(ask: Ask) -> None:
    asked = ask("openverse", answer())
    asked.search(licenses=("CC-BY", "CC-BY-SA-4.0", "CC-BY-SA-2.0", "CC0-1.0", "PDM-1.0", "GFDL"))
    assert asked.service.params[0]["license"] == "by,by-sa,cc0,pdm"


def test_licences_that_openverse_does_not_know_are_not_asked_for(ask: Ask) -> None:
    asked = ask("openverse")
    assert asked.search(licenses=("GFDL",)).hits == ()
    assert asked.service.urls == []


def test_a_query_longer_than_the_service_takes_is_refused_unsent(ask: Ask) -> None:
    asked = ask("openverse")
    with pytest.raises(InvalidInputError, match=r"201 characters.*at most 200 characters"):
        asked.search("x" * 201)
    assert asked.service.urls == []


def test_a_refused_first_page_says_what_the_service_said(ask: Ask) -> None:
    with pytest.raises(InvalidInputError, match=r"openverse refused the query .HTTP 400: q is required"):
        ask("openverse", ServiceRefusal(400, "q is required")).search()


def test_results_without_an_address_are_no_hits(ask: Ask) -> None:
    assert (
        ask("openverse", answer(result(url=None), result(url=" "), result(7))).search().hits[0].url.endswith("/7.jpg")
    )


def test_hostile_text_becomes_one_plain_line(ask: Ask) -> None:
    (hit,) = (
        ask("openverse", answer(result(title="a\x00b\n\u202ec\ud800 " + "d" * 900, creator={"x": 1}))).search().hits
    )
    assert hit.title is not None
    assert hit.title.startswith("a b c d")
    assert len(hit.title) == 500
    assert hit.creator is None


def test_an_address_of_another_scheme_stays_a_hit(ask: Ask) -> None:
    (hit,) = ask("openverse", answer(result(url="file:///etc/passwd" + "x" * 9_000))).search().hits
    assert hit.url.startswith("file:///etc/passwd")
    assert len(hit.url) == 8_000


@pytest.mark.parametrize(
    "value", [0, -5, True, "wide", 2**31, float("nan"), float("inf"), [640], None, "12345678901", 10**400]
)
def test_a_size_that_is_none_is_left_out(ask: Ask, value: Any) -> None:
    assert ask("openverse", answer(result(width=value))).search().hits[0].width is None


class TestRegistered:
    """With the id and secret of a registered application."""

    credentials = {"client_id": "me", "client_secret": "s3cret"}  # noqa: RUF012 - read only

    def test_it_gets_a_token_once_and_asks_for_pages_of_500(self, ask: Ask) -> None:
        asked = ask("openverse", {"access_token": "t0ken"}, answer(), answer(), **self.credentials)
        asked.search()
        asked.search()
        form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "s3cret"}
        assert asked.service.forms == [("https://api.openverse.org/v1/auth_tokens/token/", form)]
        assert asked.service.headers == [{"Authorization": "Bearer t0ken"}] * 2
        assert asked.service.params[0]["page_size"] == 500

    def test_it_has_the_registered_limits(self, ask: Ask) -> None:
        assert ask("openverse", **self.credentials).source.limits == Limits(500, 10_000, 100, 10_000)
        assert ask("openverse").source.limits == Limits(20, 400, 20, 200)

    def test_a_token_that_ran_out_is_renewed(self, ask: Ask) -> None:
        refusal = ServiceRefusal(401, "token expired")
        tokens = [{"access_token": "old"}, answer(result()), refusal, {"access_token": "new"}, answer(result())]
        asked = ask("openverse", *tokens, **self.credentials)
        asked.search()
        assert len(asked.search().hits) == 1
        assert asked.service.headers[-1] == {"Authorization": "Bearer new"}

    def test_refused_credentials_name_their_settings(self, ask: Ask) -> None:
        asked = ask("openverse", ServiceRefusal(401, "invalid_client"), **self.credentials)
        with pytest.raises(MissingKeyError) as caught:
            asked.search()
        assert "sources.openverse.client_id and sources.openverse.client_secret" in str(caught.value)
        assert "MOFU_SOURCES__OPENVERSE__CLIENT_SECRET" in str(caught.value)
        assert "s3cret" not in str(caught.value)

    def test_an_id_without_its_secret_is_said_before_anything_is_asked(self, ask: Ask) -> None:
        with pytest.raises(MissingKeyError, match="client_secret"):
            ask("openverse", client_id="me").source.check()

    def test_an_answer_without_a_token_is_malformed(self, ask: Ask) -> None:
        with pytest.raises(ServiceUnreachableError, match="access_token"):
            ask("openverse", {"token": 1}, **self.credentials).search()


def test_the_demo_speaks_the_same_shape_on_loopback_without_quotas(ask: Ask) -> None:
    asked = ask("demo", answer(result()))
    assert len(asked.search().hits) == 1
    assert asked.service.urls == ["http://127.0.0.1:8765/v1/images/"]
    assert asked.source.limits == Limits(20, 400)
