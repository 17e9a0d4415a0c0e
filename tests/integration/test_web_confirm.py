"""A blind second look: the same sample for everybody, nothing told of ranks, each verdict stored once and none lost."""

import uuid

import pytest

from mofu.db import verdicts

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"
PAGE = f"/words/{WORD}/confirm"


@pytest.fixture
def client(web):
    return web.client("annotator", "ada")


def begin(client, k=10):
    answer = client.post(PAGE, data={"k": k})
    assert answer.status_code == 303
    return int(answer.location.rpartition("audit=")[2])


def shown(client, **query):
    return client.get(f"{PAGE}.json", query_string=query).json


def say(client, audit, *said):
    """(image, judgement) each, as scripts send them."""
    sent = [{"uid": str(uuid.uuid4()), "image": image, "judgement": judgement} for image, judgement in said]
    return client.post(f"{PAGE}/{audit}", json={"verdicts": sent})


def stored(web):
    with web.library.database.read() as session:
        return verdicts.history(session, web.library.word(WORD).id)


def test_a_sample_is_drawn_once_however_often_it_is_begun(web, client):
    assert begin(client) == begin(client)
    assert len(shown(client)["samples"]) == 1


def test_looking_begins_nothing(web, client):
    assert client.get(PAGE).status_code == 200
    assert shown(client)["samples"] == []


def test_the_sample_is_the_first_images_in_an_order_that_says_nothing_of_rank(web, client):
    begin(client)
    order = shown(client)["task"]["order"]
    ranked = [image.sha256 for image in web.library.dataset(WORD)][:10]
    assert sorted(order) == sorted(ranked)
    assert order != ranked


def test_neither_page_nor_data_tells_ranks_or_scores(web, client):
    begin(client)
    shown_data = shown(client)
    assert set(shown_data["task"]) == {"sample", "order", "given", "at"}
    page = client.get(PAGE).text
    assert "score" not in page.lower().split('id="told"')[0].split("<main")[1]


def test_a_form_stores_a_verdict_of_the_sample_once_even_when_it_is_sent_twice(web, client):
    audit = begin(client)
    image = shown(client)["task"]["order"][0]
    form = {"uid": str(uuid.uuid4()), "image": image, "judgement": "accept"}
    for _ in range(2):
        assert client.post(f"{PAGE}/{audit}", data=form).status_code == 303
    (verdict,) = stored(web)
    assert (verdict.judgement, verdict.who, verdict.purpose, verdict.audit_id) == ("accept", "ada", "audit", audit)


def test_who_stopped_goes_on_at_the_first_that_is_not_judged(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    assert say(client, audit, (order[0], "accept"), (order[1], "unsure")).json == {"new": 2}
    task = shown(client)["task"]
    assert task["at"] == 2
    assert task["given"] == {order[0]: "accept", order[1]: "unsure"}


def test_a_former_picture_can_be_judged_anew_and_the_newest_counts(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    say(client, audit, (order[0], "accept"))
    assert shown(client, at=1)["task"]["at"] == 0
    say(client, audit, (order[0], "reject"))
    assert shown(client)["task"]["given"] == {order[0]: "reject"}
    assert len(stored(web)) == 2


def test_at_the_end_there_is_no_picture_left(web, client):
    audit = begin(client, k=3)
    say(client, audit, *((image, "accept") for image in shown(client)["task"]["order"]))
    assert shown(client)["task"]["at"] == 3
    assert "Every picture of the sample is judged" in client.get(PAGE).text


def test_precision_is_of_one_s_own_judgements_with_its_interval(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    say(client, audit, *((image, "accept") for image in order[:9]), (order[9], "reject"))
    (told,) = shown(client)["told"]
    assert (told["k"], told["judged"], told["precision"]) == (10, 10, 0.9)
    assert (told["low"], told["high"]) == (0.9, 0.9)  # all of the ten were judged


def test_a_target_says_how_many_more_verdicts_it_needs(web, client):
    audit = begin(client)
    say(client, audit, (shown(client)["task"]["order"][0], "accept"))
    (told,) = shown(client, target=0.5)["told"]
    assert told["reaches"] == "open"
    assert 1 <= told["more"] <= 9
    assert client.get(f"{PAGE}?target=2").status_code == 400


def test_two_people_go_through_the_same_sample_and_their_agreement_is_told(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    say(client, audit, (order[0], "accept"), (order[1], "reject"), (order[2], "accept"), (order[3], "reject"))
    other = web.client("annotator", "bo")
    assert shown(other)["task"]["order"] == order
    assert shown(other)["task"]["given"] == {}
    say(other, audit, (order[0], "accept"), (order[1], "reject"), (order[2], "reject"), (order[3], "reject"))
    (pair,) = shown(other)["agreed"]["pairs"]
    # observed 3/4; by chance 1/2 · 1/4 + 1/2 · 3/4 = 1/2
    assert (pair["images"], pair["same"], pair["kappa"]) == (4, 3, pytest.approx(0.5))


def test_three_people_have_fleiss_kappa_too(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    for who in ("ada", "bo", "cy"):
        say(web.client("annotator", who), audit, (order[0], "accept"), (order[1], "reject"))
    agreed = shown(client)["agreed"]
    assert (agreed["people"], agreed["images"], agreed["kappa"]) == (3, 2, pytest.approx(1.0))


@pytest.mark.parametrize(
    "body",
    [
        {"verdicts": [{"uid": "1", "image": "0" * 64, "judgement": "accept"}]},
        {"verdicts": [{"uid": str(uuid.UUID(int=7)), "image": "0" * 64, "judgement": "accept"}]},
        {"verdicts": [{"image": "0" * 64}]},
        {"verdicts": 3},
        [],
    ],
)
def test_what_is_no_verdict_of_the_sample_is_refused_and_nothing_is_stored(web, client, body):
    audit = begin(client)
    assert client.post(f"{PAGE}/{audit}", json=body).status_code == 400
    assert stored(web) == []


def test_an_unknown_judgement_spoils_the_whole_call(web, client):
    audit = begin(client)
    order = shown(client)["task"]["order"]
    assert say(client, audit, (order[0], "accept"), (order[1], "perhaps")).status_code == 400
    assert stored(web) == []


def test_an_id_of_somebody_else_s_verdict_is_refused(web, client):
    audit = begin(client)
    image = shown(client)["task"]["order"][0]
    sent = {"verdicts": [{"uid": str(uuid.uuid4()), "image": image, "judgement": "accept"}]}
    assert client.post(f"{PAGE}/{audit}", json=sent).status_code == 200
    assert web.client("annotator", "bo").post(f"{PAGE}/{audit}", json=sent).status_code == 400
    assert [verdict.who for verdict in stored(web)] == ["ada"]


def test_a_sample_of_another_word_is_not_found(web, client):
    audit = begin(client)
    assert client.get("/words/しましま/confirm", query_string={"audit": audit}).status_code == 404
    assert client.post(f"/words/しましま/confirm/{audit}", json={"verdicts": []}).status_code == 404


@pytest.mark.parametrize("k", ["0", "100000", "x", "-3"])
def test_a_size_that_cannot_be_is_refused(web, client, k):
    assert client.post(PAGE, data={"k": k}).status_code == 400


def test_who_only_sees_may_not_confirm(web):
    viewer = web.client("viewer", "vi")
    assert viewer.get(PAGE).status_code == 403
    assert viewer.post(PAGE, data={"k": 5}).status_code == 403
