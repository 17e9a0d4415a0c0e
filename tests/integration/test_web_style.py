"""The page of a word's styles: what it teaches and shows of a pack, what it takes and refuses, what it asks for."""

from __future__ import annotations

import io
import re
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from segmented import segmented
from styled import styled

from mofu.db import styles
from mofu.style.pack_file import from_bytes

WORD, OTHER = "もふもふ", "ぶつぶつ"
PAGE = f"/words/{WORD}/style"
PICTURE = cv2.imencode(".png", np.full((40, 60, 3), 128, np.uint8))[1].tobytes()
MASK = cv2.imencode(".png", np.full((20, 30), 255, np.uint8))[1].tobytes()


@pytest.fixture
def pack(web):
    """A pack of the word: two styles."""
    return styled(web.library, WORD)


def shown(client, query=""):
    return client.get(f"{PAGE}.json{query}").json


def text(client, query=""):
    return client.get(f"{PAGE}{query}").get_data(as_text=True)


def given(client, content=PICTURE, name="house.png"):
    """What is answered to an upload by a script."""
    sent = {"picture": (io.BytesIO(content), name)}
    return client.post(f"{PAGE}/pictures", data=sent, headers={"Accept": "application/json"})


def test_a_word_without_a_pack_is_told_how_to_get_one(web):
    page = text(web.client("curator"))
    assert f"mofu style learn {WORD}" in page
    assert f'action="{PAGE}/pack"' in page
    assert f'action="{PAGE}/pack"' not in text(web.client("viewer"))
    assert shown(web.client("viewer"))["pack"] is None


def test_a_curator_asks_for_the_styles_to_be_learned(web):
    answer = web.client("curator").post(f"{PAGE}/pack")
    assert answer.location.endswith("/style")
    (job,) = web.library.jobs(states=["queued"])
    assert job.request["words"] == [WORD]
    assert shown(web.client("viewer"))["learning"]["id"] == job.id
    assert "hx-get" in web.client("viewer").get(f"{PAGE}/waiting").get_data(as_text=True)


def test_a_pack_shows_its_styles_and_whose_photographs_they_are(web, pack):
    found = shown(web.client("viewer"))["pack"]
    assert [(style["name"], style["size"], len(style["examples"])) for style in found["styles"]] == [
        ("1", 8, 5),
        ("2", 5, 5),
    ]
    first = found["styles"][0]["examples"][0]
    assert first["is_here"]
    page = text(web.client("viewer"))
    assert f'href="/words/{WORD}/image/{first["sha256"]}"' in page
    assert first["licence"] in page


def test_the_card_of_a_word_counts_its_styles_and_leads_to_them(web, pack):
    client = web.client("viewer")
    cards = {card["word"]["slug"]: card["styles"] for card in client.get("/words.json").json["cards"]}
    assert (cards[WORD], cards[OTHER]) == (2, 0)
    page = client.get("/words").get_data(as_text=True)
    assert f'href="{PAGE}"' in page
    assert f'href="/words/{OTHER}/style"' not in page


def test_from_the_page_of_an_image_a_curator_comes_to_put_a_style_onto_it(web, pack):
    image = next(iter(web.library.dataset(WORD))).sha256
    address = f"/words/{WORD}/image/{image}"
    assert "/style?" not in web.client("viewer").get(address).get_data(as_text=True)
    client = web.client("curator")
    query = f"?content={image}"
    assert f'href="{PAGE}{query}#make"' in client.get(address).get_data(as_text=True)
    assert (shown(client, query)["content"]["sha256"], 'id="make"' in text(client, query)) == (image, True)


def test_a_swatch_is_kept_for_ever_and_runs_nothing(web, pack):
    client = web.client("viewer")
    address = shown(client)["pack"]["styles"][1]["swatch"]
    answer = client.get(address)
    assert (answer.content_type, answer.data[:4]) == ("image/png", b"\x89PNG")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    for wrong in (f"/style-packs/{pack.sha256}/swatch-9.png", f"/style-packs/{'0' * 64}/swatch-1.png"):
        assert client.get(wrong).status_code == 404


def test_a_pack_is_downloaded_under_the_name_of_its_word(web, pack):
    client = web.client("viewer")
    address = shown(client)["pack"]["file"]
    assert f'href="{address}"' in text(client)
    answer = client.get(address)
    assert from_bytes(answer.data).word == WORD
    assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(WORD)}.mofustyle")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": f'"{pack.sha256}"'}).status_code == 304


def test_a_pack_is_one_of_its_word_alone_and_goes_with_it(web, pack):
    client = web.client("viewer")
    address = shown(client)["pack"]["file"]
    for wrong in (address.replace(WORD, OTHER), address.replace(pack.sha256, "0" * 64)):
        assert client.get(wrong).status_code == 404
    web.library.delete(WORD)
    assert client.get(address).status_code == 404


def test_a_viewer_looks_and_makes_nothing(web, pack):
    client = web.client("viewer")
    assert 'id="style-form"' not in text(client)
    assert client.post(PAGE, data={"do": "make"}).status_code == 403
    assert given(client).status_code == 403


def test_a_picture_that_is_given_is_stored_once_and_served_as_our_own_jpeg(web):
    client = web.client("curator")
    first, second = given(client), given(client, name="again.png")
    assert (first.status_code, first.json["width"], first.json["height"], first.json["format"]) == (201, 60, 40, "png")
    assert second.json == first.json
    answer = web.client("viewer").get(f"/style-pictures/{first.json['sha256']}/view.jpg")
    assert (answer.content_type, answer.data[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert web.client("viewer").get(f"/style-pictures/{'0' * 64}/view.jpg").status_code == 404


@pytest.mark.parametrize("wrong", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PICTURE[:60]])
def test_what_is_no_picture_is_refused_and_leaves_nothing(web, wrong):
    answer = given(web.client("curator"), wrong)
    assert (answer.status_code, answer.json["error"]["kind"]) == (400, "InvalidInputError")
    with web.library.database.read() as session:
        assert styles.pictures(session) == []


def test_what_is_too_large_is_refused_before_it_is_read(web):
    web.app.config["MAX_CONTENT_LENGTH"] = 1000
    assert given(web.client("curator"), PICTURE + bytes(1000)).status_code == 413


def test_a_picture_of_too_many_pixels_is_refused(web):
    with web.library.setting(["style.max_pixels=4096"]):
        large = cv2.imencode(".png", np.zeros((100, 100, 3), np.uint8))[1].tobytes()
        answer = given(web.client("curator"), large)
    assert answer.status_code == 400
    assert "style.max_pixels" in answer.json["error"]["message"]


def test_the_address_carries_what_is_to_be_made(web, pack):
    styled(web.library, OTHER)
    segmented(web.library, OTHER, 2)
    client = web.client("curator")
    content = given(client).json["sha256"]
    query = (
        f"?content={content}&style={WORD}/2&weight=30&style={OTHER}/1&weight=70&region=word&of={OTHER}"
        "&colours=luminance&method=gatys&seed=7&strength=0.5&strength=1"
    )
    draft = shown(client, query)["draft"]
    assert [(part["word"], part["style"], part["weight"]) for part in draft["parts"]] == [
        (WORD, "2", 0.3),
        (OTHER, "1", 0.7),
    ]
    assert (draft["region"], draft["of"], draft["colours"], draft["method"]) == ("word", OTHER, "luminance", "gatys")
    assert (draft["seed"], draft["strengths"], draft["content"]) == (7, [0.5, 1.0], content)
    page = text(client, query)
    assert f'src="/style-pictures/{content}/view.jpg"' in page
    assert re.search(r'value="luminance" checked', page)


def test_an_address_that_makes_no_sense_is_as_if_left_out(web, pack):
    draft = shown(web.client("viewer"), "?content=x&style=a&weight=nan&seed=-3&size=1e99&region=moon&strength=7")[
        "draft"
    ]
    assert [(part["word"], part["style"]) for part in draft["parts"]] == [(WORD, "1")]
    assert (draft["content"], draft["seed"], draft["size"], draft["region"]) == (None, 0, 512, "whole")
    assert draft["strengths"] == [0.25, 0.5, 0.75, 1.0]
