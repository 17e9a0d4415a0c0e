"""How visual words are: ranked by score, those with too few images named and not ranked; the evidence of each."""

import pytest

from mofu.db import images, visualness
from mofu.db.visualness import NewEntropy, RegionRecord
from mofu.workers.visualness_table import Request

pytestmark = pytest.mark.both_databases

WORDS = ("もふもふ", "ぶつぶつ", "しましま")


@pytest.fixture
def measured(web):
    """A library whose words were measured on 20 images each, without entropies."""
    web.library.measure_visualness(request=Request(n=20, folds=4, entropy=False))
    return web


def test_before_anything_was_measured_the_page_says_what_would_be_here(web):
    page = web.client("curator").get("/visualness").text
    assert "Nothing measured yet" in page
    assert "Measure every word" in page
    assert "Measure every word" not in web.client("viewer", "vi").get("/visualness").text


def test_words_stand_by_score_with_their_intervals(measured):
    lines = measured.client("viewer").get("/visualness.json").json["lines"]
    scores = [line["recognizability"]["score"] for line in lines]
    assert {line["word"]["text"] for line in lines} == set(WORDS)
    assert scores == sorted(scores, reverse=True)
    for line in lines:
        of = line["recognizability"]
        assert of["low"] <= of["score"] <= of["high"]
        assert of["n"] == 20


def test_equal_scores_share_a_rank(measured):
    lines = measured.client("viewer").get("/visualness.json").json["lines"]
    for line in lines:
        better = [each for each in lines if each["recognizability"]["score"] > line["recognizability"]["score"]]
        assert line["rank"] == len(better) + 1


def test_a_word_with_fewer_than_fifty_images_is_not_ranked(web):
    web.library.measure_visualness(request=Request(entropy=False))
    client = web.client("viewer")
    assert [line["rank"] for line in client.get("/visualness.json").json["lines"]] == [None] * 3
    assert "fewer than 50" in client.get("/visualness").text


def test_the_button_asks_for_a_measurement_and_the_page_waits_in_words(web):
    client = web.client("curator")
    assert client.post("/visualness").status_code == 303
    (job,) = [job for job in web.library.jobs() if job.verb == "visualness"]
    assert job.state == "queued"
    page = client.get("/visualness").text
    assert "it waits for a worker" in page
    assert "Measure every word" not in page


def test_the_evidence_shows_the_images_that_were_used_the_surest_first(measured):
    shown = measured.client("viewer").get("/visualness/もふもふ.json").json
    scores = [image["score"] for image in shown["positives"]]
    assert len(scores) == 20
    assert scores == sorted(scores, reverse=True)
    confusing = [image["score"] for image in shown["confusing"]]
    assert confusing == sorted(confusing, reverse=True)


def test_a_word_that_was_not_measured_has_no_evidence(web):
    assert web.client("viewer").get("/visualness/もふもふ").status_code == 404


def test_regions_are_boxes_where_they_were_measured(measured):
    library = measured.library
    word = library.word("もふもふ")
    image = next(iter(library.dataset("もふもふ")))
    box = RegionRecord(image.sha256, 0.25, 0.5, 0.5, 0.25, 0.1, 0.93)
    with library.database.write() as session:
        current = visualness.recognizabilities(session, word.id)[0]
        visualness.save_entropy(
            session,
            NewEntropy(
                word.id, current.background_id, current.ranking_id, "0" * 64, visualness.RANKING, 3.5, 0.4, 3.1, 3.9,
                300, 1, 1, 3, {}, [box],
            ),
        )  # fmt: skip
    page = measured.client("viewer").get("/visualness/もふもふ").text
    wide, high = drawn_size(library, image.sha256)
    assert f'x="{0.25 * wide:.4g}" y="{0.5 * high:.4g}" width="{0.5 * wide:.4g}" height="{0.25 * high:.4g}"' in page
    assert "P 0.93" in page
    assert measured.client("viewer").get("/visualness.json").json["lines"][0]["is_current"]


def drawn_size(library, sha256):
    """The longer side is 400."""
    with library.database.read() as session:
        record = images.by_name(session, [sha256])[sha256]
    longer = max(record.width, record.height)
    return round(400 * record.width / longer, 1), round(400 * record.height / longer, 1)
