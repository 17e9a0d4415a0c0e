"""The page of an image: where it is from, where it stands and why, what looks like it; what strangers wrote is text."""

import pytest
from sqlalchemy import delete, update

from mofu.db import activations
from mofu.db.models import Hit, Ranking
from mofu.workers.similar import similar_stored

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7771 * 7773 }}{% raw %}",
    "</dd></dl><style>*{display:none}</style>",
    "\u202etxet desrever <b onmouseover=alert(1)>",
)


@pytest.fixture
def names(web):
    """SHA-256 of the word's images by rank."""
    return [image.sha256 for image in web.library.dataset(WORD)]


def data(web, sha256, role="viewer"):
    answer = web.client(role).get(f"/words/{WORD}/image/{sha256}.json")
    assert answer.status_code == 200
    return answer.json


def test_it_says_what_the_explanation_says(web, names):
    told = web.library.explain(WORD, names[4])
    place = data(web, names[4])["place"]
    assert (place["rank"], place["ranked"], place["strategy"]) == (5, told.ranked, told.strategy)
    assert [each["rank"] for each in place["rounds"]] == [each.rank for each in told.rounds]
    assert [each["sha256"] for each in place["similar"]["images"]] == [each.sha256 for each in told.similar.images]


def test_it_leads_to_the_images_before_and_after_it(web, names):
    assert data(web, names[0])["place"]["previous"] is None
    assert data(web, names[0])["place"]["next"] == names[1]
    assert data(web, names[3])["place"]["previous"] == names[2]
    assert data(web, names[-1])["place"]["next"] is None


def test_it_names_every_hit_that_led_to_it_the_word_s_own_first(web, names):
    sources = data(web, names[0])["sources"]
    assert sources[0]["word"]["text"] == WORD
    assert all(source["attribution"] for source in sources)


def test_no_path_of_the_server_is_told(web, names):
    assert str(web.library.root) not in str(data(web, names[0]))


def test_an_image_of_another_word_is_not_found_here(web):
    other = next(iter(web.library.dataset("しましま"))).sha256
    assert web.client("viewer").get(f"/words/{WORD}/image/{other}").status_code == 404


def test_verdicts_are_shown_with_who_gave_them_the_newest_first(web, names):
    web.library.verdict(WORD, names[0], "reject", who="ada")
    web.library.verdict(WORD, names[0], "accept", who="bo")
    shown = data(web, names[0])
    assert [(each["judgement"], each["who"]) for each in shown["verdicts"]] == [("accept", "bo"), ("reject", "ada")]
    assert shown["judgement"] == "accept"


def test_a_verdict_that_was_taken_back_stands_no_more(web, names):
    web.library.verdict(WORD, names[0], "accept", who="ada")
    web.library.verdict(WORD, names[0], "clear", who="ada")
    assert data(web, names[0])["judgement"] is None


def test_without_a_ranking_it_says_where_it_is_from_all_the_same(web, names):
    with web.library.database.write() as session:
        session.execute(delete(Ranking))
    shown = data(web, names[0])
    assert shown["place"] is None
    assert shown["sources"]
    assert "Not ranked yet" in web.client("viewer").get(f"/words/{WORD}/image/{names[0]}").text


def test_what_looks_like_it_is_of_the_word_or_of_others(web, names):
    shown = data(web, names[0])
    own = {image.sha256 for image in web.library.dataset(WORD)}
    assert {each["sha256"] for each in shown["alike"]} <= own - {names[0]}
    assert all(each["word"]["text"] != WORD for each in shown["elsewhere"] if each["word"])


def test_stored_activations_find_what_the_backbone_finds(web, names):
    library = web.library
    backbone = library.backbone()
    with library.database.read() as session:
        of_set = activations.look_up_set(session, backbone.id, backbone.layer)
    stored = similar_stored(library.workshop, names[0], of_set, 5)
    assert [each.sha256 for each in stored] == [each.sha256 for each in library.similar(names[0], n=5)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_strangers_wrote_is_text(web, names, payload):
    told = dict.fromkeys(("title", "creator", "attribution", "page_url", "license_url", "license"), payload)
    with web.library.database.write() as session:
        session.execute(update(Hit).values(told | {"license": payload[:64]}))
    page = web.client("viewer").get(f"/words/{WORD}/image/{names[0]}").text
    for markup in ("<script>alert", "<img src=x", "<style>*", "<b onmouseover", "60403983"):
        assert markup not in page


def test_links_lead_to_the_web_alone_and_tell_it_nothing(web, names):
    with web.library.database.write() as session:
        session.execute(update(Hit).values(page_url="javascript:alert(1)", url="https://example.org/a.jpg"))
    page = web.client("viewer").get(f"/words/{WORD}/image/{names[0]}").text
    assert "javascript:" not in page
    assert 'href="https://example.org/a.jpg" rel="noopener noreferrer nofollow"' in page


def test_the_way_through_the_rounds_is_drawn(web, names):
    page = web.client("viewer").get(f"/words/{WORD}/image/{names[0]}").text
    assert "<desc>Search: " in page
    assert 'class="line-1"' in page


def test_only_who_judges_is_led_to_the_annotation(web, names):
    address = f"/words/{WORD}/annotate?at={names[0]}"
    assert address not in web.client("viewer").get(f"/words/{WORD}/image/{names[0]}").text
    assert address in web.client("annotator", "bo").get(f"/words/{WORD}/image/{names[0]}").text
