"""Why hits did not arrive: counts by kind with examples, by source, by licence; and trying again."""

import pytest

from mofu.db import hits, words
from mofu.db.hits import HitResult

pytestmark = pytest.mark.both_databases


@pytest.fixture
def slug(web):
    """A word of six hits: two stored, three that failed, one whose turn did not come."""
    image = web.library.dataset("もふもふ").content.images[0].sha256
    with web.library.database.write() as session:
        word = words.ensure(session, "とげとげ")
        words.set_wanted(session, word.id, 40)
        for place, (source, license_code) in enumerate((("openverse", "CC0-1.0"), ("commons", "CC-BY-4.0"))):
            stream = hits.open_stream(session, word.id, source, word.text, "")
            rows = [{"url": f"https://{source}.example/{n}?<script>", "license": license_code} for n in range(3)]
            _, found = hits.add_page(session, stream, place, rows, None, None)
            ended = ("stored", "http", None) if source == "openverse" else ("stored", "http", "robots")
            results = [
                HitResult(hit.id, kind, f"{kind}: 404", image if kind == "stored" else None)
                for hit, kind in zip(found, ended, strict=True)
                if kind
            ]
            hits.record(session, results, [])
    return word.slug


def test_hits_are_counted_by_what_became_of_them(web, slug):
    shown = web.client("viewer").get(f"/words/{slug}/failures.json").json
    assert (shown["hits"], shown["stored"], shown["failed"], shown["pending"]) == (6, 2, 3, 1)
    assert [(kind["name"], kind["hits"], kind["may_pass"]) for kind in shown["kinds"]] == [
        ("http", 2, True),
        ("robots", 1, False),
    ]
    assert {group["name"]: (group["stored"], group["failed"], group["pending"]) for group in shown["sources"]} == {
        "openverse": (1, 1, 1),
        "commons": (1, 2, 0),
    }
    assert {group["name"]: group["failed"] for group in shown["licenses"]} == {"CC0-1.0": 1, "CC-BY-4.0": 2}


def test_examples_give_address_and_reason_as_text(web, slug):
    page = web.client("viewer").get(f"/words/{slug}/failures").get_data(as_text=True)
    assert "Of 6 hits, 2 arrived and 3 did not." in page
    assert "https://openverse.example/1?&lt;script&gt;" in page
    assert "http: 404" in page
    assert "robots.txt asks crawlers to stay away" in page


def test_one_kind_is_listed_by_cursor(web, slug):
    client = web.client("viewer")
    shown = client.get(f"/words/{slug}/failures.json?kind=http").json
    places = [example["position"] for example in shown["kinds"][0]["examples"]]
    assert len(places) == 2
    rest = client.get(f"/words/{slug}/failures.json?kind=http&after={places[0]}").json
    assert [example["position"] for example in rest["kinds"][0]["examples"]] == places[1:]
    assert client.get(f"/words/{slug}/failures?kind=magic").status_code == 404


def test_what_may_have_passed_is_asked_for_again(web, slug):
    assert "Try again" not in web.client("viewer").get(f"/words/{slug}/failures").get_data(as_text=True)
    job = web.client("curator").post(f"/words/{slug}/failures", json={}).json
    assert job["request"] == {
        "word": "とげとげ", "n": 40, "sources": ["commons", "openverse"], "language": "ja", "retry": True,
    }  # fmt: skip
    assert web.client("annotator").post(f"/words/{slug}/failures", json={}).status_code == 403


def test_a_word_that_was_never_searched_for_says_how_to(web):
    with web.library.database.write() as session:
        words.ensure(session, "つるつる")
    page = web.client("viewer").get("/words/つるつる/failures").get_data(as_text=True)
    assert "mofu build つるつる" in page
