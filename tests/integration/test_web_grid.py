"""The grid and verdicts over the web: orders, filters, pages; stored once, conflicts with both, undo in any browser."""

import threading
import uuid
from urllib.parse import unquote

import pytest

from mofu.db import jobs, verdicts
from mofu.db.base import now

pytestmark = pytest.mark.both_databases

WORD = "/words/もふもふ"


def uid():
    return str(uuid.uuid4())


def shown(client, **asked):
    return client.get(f"{WORD}.json", query_string=asked).json


def names(client, **asked):
    return [tile["image"] for tile in shown(client, **asked)["tiles"]]


def give(client, images, judgement="accept", expects=0):
    batch = uid()
    sent = [{"id": uid(), "image": i, "judgement": judgement, "expects": expects, "batch": batch} for i in images]
    return client.post(f"{WORD}/verdicts", json={"verdicts": sent})


def undo(client, what="undo", **more):
    return client.post(f"{WORD}/{what}", json={"id": uid(), **more})


def states(client):
    return {tile["image"]: tile["state"] for tile in shown(client)["tiles"] if tile["state"]}


def test_every_order_holds_the_same_images(web):
    client = web.client("viewer")
    page = shown(client)
    assert [order["name"] for order in page["orders"]] == ["search", "round-1", "round-2", "current", "corrected"]
    assert page["order"] == "current"
    assert [tile["rank"] for tile in page["tiles"]] == list(range(1, page["total"] + 1))
    for order in ("search", "round-1", "round-2", "corrected"):
        listed = shown(client, order=order)["tiles"]
        assert {tile["image"] for tile in listed} == {tile["image"] for tile in page["tiles"]}
        assert [tile["place"] for tile in listed] == list(range(1, len(listed) + 1))
    rounds = [tile["score"] for tile in shown(client, order="round-1")["tiles"]]
    assert rounds == sorted(rounds, reverse=True)


def test_an_order_or_a_filter_that_is_none_says_what_there_is(web):
    client = web.client("viewer")
    assert "did you mean 'current'" in client.get(f"{WORD}.json?order=curent").json["error"]["message"]
    assert client.get(f"{WORD}.json?verdict=good").status_code == 404
    for wrong in ("score=a..b", "score=2..1", "score=0..nan", "after=-1"):
        assert client.get(f"{WORD}.json?{wrong}").status_code == 400


def test_pages_by_cursor_are_the_whole_list(web):
    client = web.client("viewer")
    whole, address, seen = names(client), f"{WORD}.json?limit=7", []
    while address:
        page = client.get(address).json
        seen += [tile["image"] for tile in page["tiles"]]
        address = page["next"] and page["next"].replace("?", ".json?")
    assert seen == whole


def test_an_address_that_names_an_image_opens_its_page(web):
    client = web.client("viewer")
    page = shown(client, limit=7, at=names(client)[15])
    assert (page["first"], page["at"]) == (14, names(client)[15])


def test_scores_filter_and_places_stay_those_of_the_whole_order(web):
    client = web.client("viewer")
    tiles = shown(client)["tiles"]
    scores = sorted(tile["score"] for tile in tiles)
    low, high = scores[3], scores[9]
    kept = shown(client, score=f"{low:.6g}..{high:.6g}")
    assert kept["total"] == sum(low <= tile["score"] <= high for tile in tiles)
    assert kept["images"] == len(tiles)
    assert [tile["place"] for tile in kept["tiles"]] == [t["place"] for t in tiles if low <= t["score"] <= high]


def test_the_histogram_s_bars_lead_to_their_images(web):
    page = web.client("viewer").get(WORD).get_data(as_text=True)
    assert '<svg class="plot"' in page
    assert f"{WORD}?score=" in page


def test_verdicts_filter_and_are_counted(web):
    client = web.client("annotator")
    first, second, third = names(client)[:3]
    give(client, [first, second])
    give(client, [third], "reject")
    assert names(client, verdict="accept") == [first, second]
    assert names(client, verdict="reject") == [third]
    counts = {state["name"]: state["count"] for state in shown(client)["states"]}
    total = shown(client)["total"]
    assert counts == {"accept": 2, "reject": 1, "unsure": 0, "none": total - 3, "conflict": 0}


def test_what_is_sent_twice_is_stored_once(web):
    client = web.client("annotator")
    sent = {"verdicts": [{"id": uid(), "image": names(client)[0], "judgement": "accept", "expects": 0}]}
    first, second = (client.post(f"{WORD}/verdicts", json=sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json["accepted"] == second.json["accepted"]
    with web.library.database.read() as session:
        assert len(verdicts.history(session)) == 1


def test_the_second_of_two_gets_both_versions_and_the_rest_of_the_call_is_stored(web):
    ada, bob = web.client("annotator", "ada"), web.client("annotator", "bob")
    first, second = names(ada)[:2]
    give(bob, [first], "reject")
    answer = give(ada, [first, second])
    assert answer.status_code == 409
    assert [each["image"] for each in answer.json["accepted"]] == [second]
    (conflict,) = answer.json["conflicts"]
    assert (conflict["image"], conflict["yours"]) == (first, "accept")
    assert (conflict["theirs"]["who"], conflict["theirs"]["judgement"]) == ("bob", "reject")
    assert states(ada) == {first: "reject", second: "accept"}
    assert give(ada, [first], "accept", conflict["theirs"]["number"]).status_code == 200


def test_people_who_disagree_are_named_on_the_tile(web):
    ada, bob = web.client("annotator", "ada"), web.client("annotator", "bob")
    (first, *_) = names(ada)
    number = give(bob, [first], "reject").json["accepted"][0]["number"]
    give(ada, [first], "accept", number)
    (tile,) = shown(ada, verdict="conflict")["tiles"]
    assert tile["opinions"] == {"bob": "reject", "ada": "accept"}
    assert "bob ✕, ada ✓" in ada.get(WORD).get_data(as_text=True)


SEVEN = str(uuid.UUID(int=7))


@pytest.mark.parametrize(
    "verdicts_sent",
    [
        [],
        [7],
        "all",
        [{"id": "1", "image": "f" * 64, "judgement": "accept"}],
        [{"id": SEVEN, "image": "f" * 64, "judgement": "accept", "expects": "x"}],
        [{"id": SEVEN, "image": "f" * 64, "judgement": "accept"}],
        [{"id": SEVEN}],
    ],
)
def test_what_is_no_verdict_is_refused_with_a_reason(web, verdicts_sent):
    answer = web.client("annotator").post(f"{WORD}/verdicts", json={"verdicts": verdicts_sent})
    assert answer.status_code == 400
    assert "expected" in answer.json["error"]["message"]


def test_a_range_is_undone_at_once_and_in_another_browser_after_a_new_login(web):
    one = web.client("annotator", "ada")
    images = names(one)[:6]
    give(one, images)
    give(one, images[:1], "reject")
    other = web.client("annotator", "ada")
    assert undo(other).json["undoable"] == 1
    assert states(other) == dict.fromkeys(images, "accept")
    assert len(undo(other).json["accepted"]) == 6
    assert states(one) == {}
    assert undo(one).status_code == 409
    assert undo(one, "redo").json["redoable"] == 1
    assert states(one) == dict.fromkeys(images, "accept")


def test_an_undo_of_what_somebody_else_judged_since_says_so(web):
    ada, bob = web.client("annotator", "ada"), web.client("annotator", "bob")
    (first, *_) = names(ada)
    number = give(ada, [first]).json["accepted"][0]["number"]
    give(bob, [first], "reject", number)
    answer = undo(ada)
    assert answer.status_code == 409
    assert answer.json["conflicts"][0]["theirs"]["who"] == "bob"
    assert states(ada) == {first: "reject"}


def test_racing_clients_have_in_the_log_exactly_what_was_accepted(web):
    images = names(web.client("viewer"))[:5]
    accepted = []

    def race(who):
        client = web.client("annotator", who)
        for number in range(40):
            answer = give(client, [images[number % 5]], ("accept", "reject")[number % 2])
            accepted.append(len(answer.json["accepted"]))
            assert len(answer.json["accepted"]) + len(answer.json["conflicts"]) == 1

    racing = [threading.Thread(target=race, args=(who,)) for who in ("ada", "bob")]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert len(accepted) == 80
    with web.library.database.read() as session:
        assert len(verdicts.history(session)) == sum(accepted)


def test_a_form_judges_one_image_and_comes_back_to_it(web):
    client = web.client("annotator")
    (first, *_) = names(client)
    answer = client.post(f"{WORD}/verdicts", data={"image": first, "judgement": "accept"})
    assert (answer.status_code, unquote(answer.location)) == (303, f"{WORD}/annotate?at={first}")
    assert states(client) == {first: "accept"}


def test_a_preview_moves_nothing_until_it_is_saved(web):
    client = web.client("curator")
    before = names(client)
    assert client.get(f"{WORD}/preview.json").json["moved"] == 0
    give(client, before[:3], "reject")
    preview = client.get(f"{WORD}/preview.json").json
    ranks = {each["image"]: each["rank"] for each in preview["order"]}
    assert preview["moved"] > 0
    assert all(ranks[image] > len(before) - 4 for image in before[:3])
    assert names(client) == before
    assert names(client, order="corrected") == [each["image"] for each in preview["order"]]
    saved = client.post(f"{WORD}/apply", json={}).json
    assert saved["ranking"] > preview["ranking"]
    assert names(client) == [each["image"] for each in preview["order"]]
    assert client.get(f"{WORD}/preview.json").json["moved"] == 0


def test_who_may_not_rank_may_not_save_and_who_only_looks_may_not_judge(web):
    assert web.client("annotator").post(f"{WORD}/apply", json={}).status_code == 403
    assert web.client("viewer").post(f"{WORD}/undo", json={"id": uid()}).status_code == 403
    assert web.client(None).post(f"{WORD}/verdicts", json={}).status_code == 401


def test_what_to_judge_next_is_open_and_changes_with_what_is_said(web):
    client = web.client("annotator")
    proposed = client.get(f"{WORD}/next.json?count=5").json["images"]
    assert len(proposed) == 5
    give(client, proposed[:2], "unsure")
    assert not set(client.get(f"{WORD}/next.json?count=5").json["images"]) & set(proposed[:2])


def test_the_page_to_judge_in_knows_what_can_be_undone_and_what_a_blind_sample_says(web):
    client = web.client("annotator", "ada")
    images = names(client)
    give(client, images[:2])
    page = client.get(f"{WORD}/annotate.json").json
    assert page["stop"] is None
    assert [change["after"] for change in page["log"]["done"][0]["changes"]] == ["accept", "accept"]
    audit = web.library.audit("もふもふ", k=10)
    with web.library.database.write() as session:
        sample = [(image, "accept") for image in audit.audit.images[:8]]
        word = web.library.word("もふもふ")
        record = verdicts.audits_of(session, word.id)[0]
        verdicts.append(
            session,
            [verdicts.VerdictRecord(word.id, i, said, "bob", now(), "audit", None, record.id) for i, said in sample],
        )
    stop = client.get(f"{WORD}/annotate.json?target=0.5").json["stop"]
    assert (stop["k"], stop["judged"], stop["precision"], stop["reaches"], stop["more"]) == (10, 8, 1.0, "yes", 0)


def test_the_first_of_each_order_stand_side_by_side(web):
    client = web.client("viewer")
    columns = client.get(f"{WORD}/orders.json").json["columns"]
    assert [column["name"] for column in columns] == ["search", "round-1", "round-2", "current", "corrected"]
    search, first = (names(client, order=order) for order in ("search", "round-1"))
    for mark in columns[1]["marks"]:
        assert (mark["image"], mark["before"]) == (first[mark["place"] - 1], search.index(mark["image"]) + 1)
    assert "What rose and what fell" in client.get(f"{WORD}/orders").get_data(as_text=True)


def test_a_word_whose_features_still_run_shows_what_was_found_and_how_far_it_is(web):
    client = web.client("viewer")
    word = web.library.word("もふもふ")
    with web.library.database.write() as session:
        number = jobs.start(session, "features", word.id)
        jobs.update_progress(session, number, 612, 1000, 0)
    assert shown(client)["progress"] == {"stage": "features", "done": 612, "total": 1000}
    assert "612 of 1,000" in client.get(f"{WORD}/progress").get_data(as_text=True)


def test_a_stage_of_which_nobody_knows_how_long_it_is_tells_how_far_it_came(web):
    word = web.library.word("もふもふ")
    with web.library.database.write() as session:
        jobs.update_progress(session, jobs.start(session, "segment", word.id), 145, None, 0)
    assert "finding regions: 145 so far" in web.client("viewer").get(f"{WORD}/progress").get_data(as_text=True)
