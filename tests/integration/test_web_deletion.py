"""Words are put away, brought back, and dropped for good only when an administrator types their names."""

import pytest

pytestmark = pytest.mark.both_databases


def test_the_page_says_what_hangs_on_a_word(web):
    shown = web.client("curator").get("/words/もふもふ/delete.json").json
    assert shown["belongings"]["rankings"] == 1
    assert shown["belongings"]["own_images"] > 0


def test_a_deleted_word_waits_to_be_restored(web):
    client = web.client("curator")
    assert client.post("/words/もふもふ/delete").location == "/deleted"
    assert "is deleted. It can be restored here." in client.get("/deleted").get_data(as_text=True)
    assert [card["word"]["text"] for card in client.get("/words.json").json["cards"]] == ["しましま", "ぶつぶつ"]
    client.post("/deleted/もふもふ/restore")
    assert len(client.get("/words.json").json["cards"]) == 3


def test_a_word_deleted_in_another_tab_says_so(web):
    client = web.client("curator")
    client.post("/words/もふもふ/delete")
    answer = client.post("/words/もふもふ/delete")
    assert answer.status_code == 404
    assert "was deleted" in answer.get_data(as_text=True)


def test_a_purge_wants_the_name_typed(web):
    client = web.client("admin")
    client.post("/words/もふもふ/delete")
    answer = client.post("/deleted/もふもふ/purge", data={"confirm": "もふ"})
    assert answer.status_code == 400
    assert "nothing was purged" in answer.get_data(as_text=True)
    assert client.post("/deleted/もふもふ/purge", data={"confirm": "もふもふ"}).status_code == 303
    assert client.get("/deleted.json").json == {"words": []}


def test_a_curator_does_not_purge(web):
    client = web.client("curator")
    client.post("/words/もふもふ/delete")
    assert client.post("/deleted/もふもふ/purge", data={"confirm": "もふもふ"}).status_code == 403
    assert len(client.get("/deleted.json").json["words"]) == 1


def test_scripts_get_data(web):
    client = web.client("admin")
    assert client.post("/words/もふもふ/delete", json={}).json["word"]["text"] == "もふもふ"
    assert client.post("/deleted/もふもふ/purge", json={"confirm": "もふもふ"}).json["rankings"] == 1
    assert client.post("/deleted/もふもふ/purge", json={"confirm": "もふもふ"}).status_code == 404
