"""The list of words: cards with counts, found in any spelling, a page at a time; pictures that nothing can abuse."""

import pytest
from serving import BUILT, SECRET, Web

from mofu.db import jobs, ledger, words
from mofu.db.base import now
from mofu.db.ledger import NewJob, Sign
from mofu.library import Library
from mofu.webui.app import WebConfig, create_app

pytestmark = pytest.mark.both_databases


@pytest.fixture
def empty(placed, tmp_path):
    with Library.open(placed(tmp_path / "library"), **BUILT) as library:
        app = create_app(library, WebConfig(SECRET))
        app.testing = True
        yield Web(app)


def asked_for(web, word, verb="build", **request):
    with web.library.database.write() as session:
        return ledger.ask(session, NewJob(verb, word, {"word": word} | request))[0].id


def running(web, number, done, total):
    with web.library.database.write() as session:
        ledger.claim(session, "one", now())
        assert ledger.renew(session, number, "one", Sign("crawl", done, total, 0, 0, now(), None))


def cards(web, **query):
    return {card["word"]["text"]: card for card in web.client().get("/words.json", query_string=query).json["cards"]}


def test_strangers_are_sent_to_the_login(web):
    answer = web.client(None).get("/words?q=a")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/words?q%3Da"


def test_data_tells_strangers_that_they_are_not_logged_in(web):
    answer = web.client(None).get("/words.json")
    assert answer.status_code == 401
    assert answer.json["error"]["kind"] == "Unauthorized"


def test_every_word_is_a_card_the_newest_first(web):
    shown = web.client("viewer").get("/words.json").json
    assert [card["word"]["text"] for card in shown["cards"]] == ["しましま", "ぶつぶつ", "もふもふ"]
    assert all(len(card["top"]) == 5 for card in shown["cards"])


def test_words_are_found_by_kana_romaji_and_meaning(web):
    client = web.client("viewer")
    for query in ("もふ", "モフモフ", "mofu", "fluffy", "MOFUMOFU"):
        found = client.get("/words.json", query_string={"q": query}).json["cards"]
        assert [card["word"]["text"] for card in found] == ["もふもふ"], query


def test_a_search_that_finds_nothing_says_so(web):
    assert "No word like “zzz”" in web.client("viewer").get("/words?q=zzz").get_data(as_text=True)


def test_a_word_that_is_not_there_lists_the_nearest(web):
    answer = web.client("viewer").get("/words/もふも.json")
    assert answer.status_code == 404
    assert "もふもふ" in answer.json["error"]["message"]


def test_a_thumbnail_is_kept_for_ever_and_can_do_nothing(web):
    client = web.client("viewer")
    name = client.get("/words.json").json["cards"][0]["top"][0]
    answer = client.get(f"/pictures/{name}/thumbnail.jpg")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "max-age=31536000, private, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_original_has_the_type_that_was_detected(web):
    client = web.client("viewer")
    name = client.get("/words.json").json["cards"][0]["top"][0]
    assert client.get(f"/pictures/{name}/large").mimetype in {"image/jpeg", "image/png", "image/webp", "image/gif"}


def test_names_that_are_no_hash_are_not_found(web):
    client = web.client("viewer")
    for name in ("x" * 64, "a" * 64, "..%2f..%2flibrary.sqlite", "A" * 64):
        assert client.get(f"/pictures/{name}/thumbnail.jpg").status_code == 404
        assert client.get(f"/pictures/{name}/large").status_code == 404


def test_every_answer_carries_the_headers(web):
    answer = web.client("viewer").get("/words")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_an_unknown_address_says_what_to_do(web):
    answer = web.client("viewer").get("/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.get_data(as_text=True)


def test_the_language_is_chosen_by_a_form_and_kept(web):
    client = web.client("viewer")
    answer = client.post("/language", data={"language": "ja", "next": "/words"})
    assert answer.location == "/words"
    assert '<html lang="ja"' in client.get("/words").get_data(as_text=True)


def test_a_form_leads_to_no_other_server(web):
    client = web.client("viewer")
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/language", data={"language": "en", "next": elsewhere}).location == "/words"


def test_a_change_without_the_token_is_refused(web):
    client = web.client("viewer")
    client.token = ""
    answer = client.post("/language", data={"language": "ja"})
    assert answer.status_code == 400
    assert "reload the page" in answer.get_data(as_text=True)


def test_an_empty_library_leads_to_a_first_word_with_and_without_a_network(empty):
    page = empty.client().get("/words").get_data(as_text=True)
    assert 'data-way="web" href="/new?words=' in page
    assert 'data-way="demo" href="/new?words=%E3%82%82%E3%81%B5%E3%82%82%E3%81%B5&amp;sources=demo' in page
    assert 'type="search"' not in page


def test_who_may_not_build_is_told_who_makes_the_first_word(empty):
    page = empty.client("viewer").get("/words").get_data(as_text=True)
    assert "data-way" not in page
    assert "a curator or an administrator" in page


def test_a_word_that_is_only_asked_for_stands_there_already_and_the_page_follows_it(empty):
    number = asked_for(empty, "つやつや")
    page = empty.client().get("/words").get_data(as_text=True)
    assert f'data-job="{number}"' in page
    assert 'hx-trigger="every 2s"' in page
    waiting = empty.client().get("/words.json").json["waiting"]
    assert [view["job"]["subject"] for view in waiting] == ["つやつや"]


def test_a_word_that_is_there_shows_its_job_on_its_card_and_nowhere_twice(web):
    number = asked_for(web, "もふもふ")
    assert cards(web)["もふもふ"]["job"]["job"]["state"] == "queued"
    running(web, number, 120, 400)
    assert cards(web)["もふもふ"]["job"]["job"]["done"] == 120
    page = web.client().get("/words").get_data(as_text=True)
    assert "120 of 400" in page
    assert page.count(f'href="/jobs/{number}"') == 1
    assert web.client().get("/words.json").json["waiting"] == []


def test_a_job_that_knows_its_word_by_slug_is_on_its_card(web):
    with web.library.database.write() as session:
        slug = words.ensure(session, "まんまる", noun="犬").slug
    assert slug != "まんまる"
    asked_for(web, slug, verb="map")
    assert cards(web)["まんまる"]["job"]["job"]["verb"] == "map"


def test_a_page_on_which_nothing_runs_does_not_ask_again(web):
    assert "hx-trigger" not in web.client().get("/words").get_data(as_text=True)
    assert cards(web)["もふもふ"]["job"] is None


def test_a_word_whose_build_failed_before_it_was_ranked_says_why(empty):
    number = asked_for(empty, "つやつや")
    with empty.library.database.write() as session:
        ledger.claim(session, "one", now())
        word = words.ensure(session, "つやつや")
        jobs.start(session, "crawl", word.id, number)
        ledger.finish(session, number, "one", "failed", "the search service does not answer")
    card = cards(empty)["つやつや"]
    assert card["job"]["job"]["state"] == "failed"
    assert "the search service does not answer" in empty.client().get("/words").get_data(as_text=True)


def test_a_measured_word_says_how_visual_it_is_by_its_newest_measurement(web):
    assert cards(web)["もふもふ"]["visualness"] is None
    web.library.visualness(["もふもふ"])
    measured = cards(web)["もふもふ"]["visualness"]
    page = web.client().get("/words").get_data(as_text=True)
    assert measured["n"] < 50
    assert f"too few images ({measured['n']})" in page
    assert cards(web)["しましま"]["visualness"] is None


def test_a_cursor_past_the_end_leads_back_and_not_to_a_first_word(web):
    page = web.client().get("/words?before=1").get_data(as_text=True)
    assert 'href="/words"' in page
    assert "data-way" not in page
