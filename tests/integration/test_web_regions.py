"""The regions' page: which regions it shows, what people say of them, thresholds, and what exports take of them."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import get_args, get_type_hints

import numpy as np
import pytest
from PIL import Image
from segmented import segmented

from mofu.db import regions
from mofu.db.regions import NewRegion
from mofu.webui.regions.views import SegmentationAsked
from mofu.workers.region_maps import RegionMaps
from mofu.workers.segmenting import METHODS, REFINEMENTS
from mofu.workers.worker import Worker

PAGE = "/words/もふもふ/regions"


@pytest.fixture
def found(web):
    """The numbers of three segmentations of the word's first six pictures, the current one last."""
    return segmented(web.library, "もふもふ", 6)


def shown(client, query=""):
    return client.get(f"{PAGE}.json{query}").json


def say(client, region, verdict, **more):
    sent = {"id": str(uuid.uuid4()), "region": region, "verdict": verdict} | more
    return client.post(f"{PAGE}/verdicts", json={"verdicts": [sent]})


def turn(client, action):
    return client.post(f"{PAGE}/{action}", json={})


def test_a_word_without_regions_is_told_how_to_get_them(web):
    page = web.client("curator").get(PAGE).get_data(as_text=True)
    assert "mofu segment もふもふ" in page
    assert f'action="{PAGE}"' in page
    assert f'action="{PAGE}"' not in web.client("viewer").get(PAGE).get_data(as_text=True)


def test_a_curator_asks_for_regions_by_a_method(web):
    answer = web.client("curator").post(PAGE, data={"method": "layercam", "refine": "none"})
    assert answer.location.endswith("/regions")
    (job,) = web.library.jobs(states=["queued"])
    assert (job.verb, job.request) == ("segment", {"words": ["もふもふ"], "method": "layercam", "refine": "none"})
    assert shown(web.client("viewer"))["job"]["id"] == job.id
    assert web.client("viewer").get(f"{PAGE}/waiting").status_code == 200
    assert web.client("curator").post(PAGE, json={"method": "by hand"}).status_code in (400, 404)


def test_every_method_and_refinement_can_be_asked_for():
    hints = get_type_hints(SegmentationAsked)
    named = {name: get_args(next(part for part in get_args(hints[name]) if get_args(part))) for name in hints}
    assert {name: set(names) for name, names in named.items()} == {"method": set(METHODS), "refine": set(REFINEMENTS)}


def test_the_current_segmentation_is_shown_in_the_order_of_the_ranking(web, found):
    page = shown(web.client("viewer"))
    assert page["chosen"]["id"] == found[-1]
    assert [each["id"] for each in page["segmentations"]] == found[::-1]
    assert [tile["rank"] for tile in page["tiles"]] == [1, 2, 3, 4, 5, 6]
    assert [tile["place"] for tile in page["tiles"]] == [1, 2, 3, 4, 5, 6]
    assert page["tally"]["with_regions"] == page["total"] == page["counts"]["none"] == 6


def test_the_card_of_a_word_counts_the_pictures_with_regions(web, found):
    cards = {card["word"]["slug"]: card["regions"] for card in web.client("viewer").get("/words.json").json["cards"]}
    assert cards["もふもふ"] == 6
    assert set(cards.values()) == {6, 0}
    assert 'href="/words/もふもふ/regions"' in web.client("viewer").get("/words").get_data(as_text=True)


def test_another_segmentation_is_shown_by_its_number(web, found):
    page = shown(web.client("viewer"), f"?segmentation={found[0]}")
    assert (page["chosen"]["method"], page["chosen"]["refine"]) == ("dcsm", "crf")
    assert web.client("viewer").get(f"{PAGE}.json?segmentation=987654").status_code == 404


def test_methods_are_compared_image_by_image(web, found):
    page = shown(web.client("viewer"), "?compare=1")
    assert [each["id"] for each in page["columns"]] == [found[2], found[1], found[0]]
    assert page["tiles"] == []
    assert len(page["rows"]) == 6
    assert all({cell["image"] for cell in row["cells"]} == {row["image"]} for row in page["rows"])


def test_a_list_goes_by_cursor_and_finds_the_page_of_a_region(web, found):
    client = web.client("viewer")
    first = shown(client, "?limit=4")
    second = client.get(first["next"].replace("regions?", "regions.json?")).json
    assert [len(first["tiles"]), len(second["tiles"]), second["next"]] == [4, 2, None]
    last = second["tiles"][-1]["region"]
    assert shown(client, f"?limit=4&at={last}")["first"] == 4


def test_verdicts_are_counted_and_filtered_by(web, found):
    client = web.client("annotator")
    tiles = shown(client)["tiles"]
    assert say(client, tiles[0]["region"], "accept").status_code == 200
    assert say(client, tiles[1]["region"], "reject").status_code == 200
    assert shown(client)["counts"] == {"accept": 1, "reject": 1, "none": 4}
    assert [tile["region"] for tile in shown(client, "?state=reject")["tiles"]] == [tiles[1]["region"]]
    assert client.get(f"{PAGE}.json?state=unsure").status_code == 404


def test_undo_and_redo_take_back_and_give_again_one_at_a_time(web, found):
    client = web.client("annotator")
    region = shown(client)["tiles"][0]["region"]
    for said in ("accept", "reject"):
        say(client, region, said)
    said = []
    for action in ("undo", "undo", "redo"):
        receipt = turn(client, action).json
        said.append((receipt["accepted"][0]["verdict"], receipt["undoable"], receipt["redoable"]))
    assert said == [("accept", 1, 1), ("clear", 0, 2), ("accept", 1, 1)]
    assert shown(client)["undoable"] == 1
    turn(client, "undo")
    assert turn(client, "undo").status_code == 409


def test_whoever_judges_what_somebody_else_judged_meanwhile_is_told(web, found):
    ann, bob = web.client("annotator", "ann"), web.client("annotator", "bob")
    region = shown(ann)["tiles"][0]["region"]
    say(ann, region, "accept", expects=0)
    answer = say(bob, region, "reject", expects=0)
    assert answer.status_code == 409
    assert answer.json["conflicts"][0]["theirs"]["author"] == "ann"
    assert shown(bob)["tiles"][0]["state"] == "accept"


def test_a_curator_sets_a_threshold_which_makes_the_region_smaller(web, found):
    client = web.client("curator")
    before = shown(client)["tiles"][0]
    assert say(client, before["region"], "clear", threshold=0.8).status_code == 200
    after = shown(client)["tiles"][0]
    assert (after["threshold"], after["found_at"]) == (0.8, 0.5)
    soft = RegionMaps(web.library.root).read(after["map"])
    assert after["area"] == pytest.approx(float((soft >= 0.8).mean()))
    assert after["area"] < before["area"]
    turn(client, "undo")
    assert shown(client)["tiles"][0]["threshold"] == 0.5


def test_an_annotator_judges_but_sets_no_threshold(web, found):
    client = web.client("annotator")
    region = shown(client)["tiles"][0]["region"]
    assert say(client, region, "accept", threshold=0.8).status_code == 403
    assert shown(client)["tiles"][0]["state"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "unsure"}, {"region": "x"}, {"region": 2**40}, {"id": "x"}, {"threshold": 0}, {"threshold": 1.5},
        {"threshold": [1]}, {"expects": -1}, {"region": 4711},
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_refused(web, found, wrong):
    right = {"id": str(uuid.UUID(int=1)), "region": shown(web.client("viewer"))["tiles"][0]["region"]}
    sent = {"verdicts": [right | {"verdict": "accept"} | wrong]}
    assert web.client("curator").post(f"{PAGE}/verdicts", json=sent).status_code == 400


@pytest.mark.parametrize("wrong", [{}, {"verdicts": []}, {"verdicts": [1]}, {"verdicts": {}}])
def test_a_body_without_verdicts_is_refused(web, wrong):
    assert web.client("annotator").post(f"{PAGE}/verdicts", json=wrong).status_code == 400


def test_a_form_judges_without_scripts_and_comes_back_to_the_image(web, found):
    client = web.client("annotator")
    tile = shown(client)["tiles"][0]
    page = client.get(f"/words/もふもふ/image/{tile['image']}").get_data(as_text=True)
    assert f'name="region" value="{tile["region"]}"' in page
    answer = client.post(
        f"{PAGE}/verdicts", data={"region": tile["region"], "image": tile["image"], "verdict": "reject"}
    )
    assert answer.location.endswith(f"/image/{tile['image']}#regions")
    assert client.get(f"/words/もふもふ/image/{tile['image']}.json").json["regions"][0]["state"] == "reject"


def test_maps_and_overlays_are_kept_for_ever_and_run_nothing(web, found):
    client = web.client("viewer")
    tile = shown(client)["tiles"][0]
    for address in (f"/region-maps/{tile['map']}/map.png", f"/region-maps/{tile['map']}/overlay-128.png"):
        answer = client.get(address)
        assert answer.content_type == "image/png"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert Image.open(io.BytesIO(client.get(f"/region-maps/{tile['map']}/map.png").data)).size == (
        tile["width"],
        tile["height"],
    )
    for wrong in ("../map.png", f"{'0' * 64}/map.png", f"{'0' * 64}/overlay-9.png", f"{tile['map']}/overlay-0.png"):
        assert client.get(f"/region-maps/{wrong}").status_code == 404


def test_a_segmentation_that_stopped_half_way_shows_what_it_found(web, found):
    with web.library.database.write() as session:
        from mofu.db.region_tables import Segmentation

        session.get(Segmentation, found[0]).finished_at = None
    page = shown(web.client("viewer"), f"?segmentation={found[0]}")
    assert page["chosen"]["is_whole"] is False
    told = web.client("viewer").get(f"{PAGE}?segmentation={found[0]}").get_data(as_text=True)
    assert "stopped half-way" in told


def test_objects_have_their_own_segmentation_and_their_labels(web, found):
    word, image = web.library.word("もふもふ"), next(iter(web.library.dataset("もふもふ")))
    from segmented import new_segmentation

    maps = RegionMaps(web.library.root)
    box = NewRegion(regions.OBJECT, "dog", 0.9, 0.5, 0.5, maps.put(np.ones((4, 6), np.float32)), 6, 4)
    with web.library.database.write() as session:
        of = regions.begin(session, new_segmentation(word.id, "deeplabv3", "none", regions.OBJECT))
        regions.add(session, of.id, image.sha256, [box], seconds=0.1)
        regions.finish(session, of.id)
    client = web.client("viewer")
    assert shown(client)["chosen"]["kind"] == "word"
    assert [tile["label"] for tile in shown(client, f"?segmentation={of.id}")["tiles"]] == ["dog"]
    assert [tile["label"] for tile in client.get(f"/words/もふもふ/image/{image.sha256}.json").json["regions"]] == [
        "もふもふ",
        "dog",
    ]


def test_an_export_holds_what_people_left_at_the_threshold_they_set(web, found):
    client = web.client("curator")
    tiles = shown(client)["tiles"]
    say(client, tiles[0]["region"], "reject")
    say(client, tiles[1]["region"], "accept", threshold=0.8)
    client.post("/words/もふもふ/export", data={"top": "all", "format": "coco"})
    Worker(web.library).run(once=True)
    made = client.get("/words/もふもふ/export.json").json["made"][0]
    assert (made["format"], made["masks"]) == ("coco", "none")
    with zipfile.ZipFile(io.BytesIO(client.get(f"/words/もふもふ/exports/{made['file']}").data)) as archive:
        told = json.loads(archive.read("annotations/instances.json"))
    names = {each["id"]: each["sha256"] for each in told["images"]}
    by_image = {names[each["image_id"]]: each for each in told["annotations"]}
    assert set(by_image) == {tile["image"] for tile in tiles[1:]}
    accepted = by_image[tiles[1]["image"]]
    size = next(each for each in told["images"] if each["id"] == accepted["image_id"])
    assert accepted["verdict"] == "accept"
    share = accepted["area"] / (size["width"] * size["height"])
    assert share == pytest.approx(shown(client)["tiles"][1]["area"], abs=0.02)
