"""A word's map: asked for, waited for, seen as pictures or points, and as a list of clusters that chooses the same."""

import re

import pytest

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"
PAGE = f"/words/{WORD}/map"


def test_without_a_map_the_page_says_what_one_is_and_how_to_get_it(web):
    page = web.client("curator").get(PAGE).text
    assert "No map yet" in page
    assert f'action="/words/{WORD}/map"' in page.replace("%E3%82%82%E3%81%B5%E3%82%82%E3%81%B5", WORD)


def test_who_may_not_ask_is_offered_no_button(web):
    assert "Make the map" not in web.client("viewer").get(PAGE).text
    assert web.client("annotator", "bo").post(PAGE).status_code == 403


def test_the_button_asks_for_one_job_however_often_it_is_pressed(web):
    client = web.client("curator", "cu")
    assert client.post(PAGE).status_code == 303
    assert client.post(PAGE).status_code == 303
    (job,) = [job for job in web.library.jobs() if job.verb == "map"]
    assert (job.request["word"], job.asked_by, job.state) == (WORD, "cu", "queued")
    assert "it waits for a worker" in client.get(PAGE).text


def test_who_waits_is_told_to_look_again_once_there_is_nothing_to_wait_for(web):
    client = web.client("viewer")
    assert client.get(f"{PAGE}/waiting").headers["HX-Refresh"] == "true"
    web.library.ask("map", {"word": WORD})
    waiting = client.get(f"{PAGE}/waiting")
    assert waiting.status_code == 200
    assert "HX-Refresh" not in waiting.headers


def test_every_picture_is_on_the_map_once_and_in_one_cluster(web):
    mapped = web.library.map(WORD)
    own = {image.image_sha256 for image in mapped.images if image.represented_by is None}
    client = web.client("viewer")
    for show in ("pictures", "points"):
        drawn = re.findall(r'data-id="([0-9a-f]{64})"', client.get(PAGE, query_string={"show": show}).text)
        assert len(drawn) == len(own)
        assert set(drawn) == own
    listed = [name for cluster in client.get(f"{PAGE}.json").json["stored"]["clusters"] for name in cluster["images"]]
    assert sorted(listed) == sorted(own)


def test_a_cluster_s_pictures_are_listed_by_rank_for_who_uses_no_pointer(web):
    web.library.map(WORD)
    client = web.client("viewer")
    stored = client.get(f"{PAGE}.json").json["stored"]
    ranks = {image["sha256"]: image["rank"] for image in stored["images"]}
    cluster = stored["clusters"][0]
    assert [ranks[name] for name in cluster["images"]] == sorted(ranks[name] for name in cluster["images"])
    page = client.get(PAGE, query_string={"cluster": cluster["number"]}).text
    assert re.findall(r'data-map-one="([0-9a-f]{64})"', page) == cluster["images"]


def test_what_is_no_cluster_lists_nothing(web):
    web.library.map(WORD)
    for cluster in ("99", "x", "-1"):
        assert 'id="listed"' not in web.client("viewer").get(PAGE, query_string={"cluster": cluster}).text
