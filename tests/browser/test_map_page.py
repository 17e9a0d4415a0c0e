"""The map in a real browser: circled by pointer, chosen by keyboard. Nothing is stored: one server serves all tests."""

import json

import pytest
from serving import copied, running

from mofu.library import Library

WORD = "もふもふ"
PAGE = f"/words/{WORD}"


@pytest.fixture(scope="module")
def server(demo_library, tmp_path_factory):
    """A server of one library for all tests here, without a worker."""
    with running(copied(demo_library, tmp_path_factory.mktemp("mapped") / "library"), "--no-worker") as server:
        yield server


@pytest.fixture(scope="module")
def mapped(server):
    """SHA-256 of the images of each cluster of the word's map."""
    with Library.open(server.folder) as library:
        images = [image for image in library.map(WORD).images if image.represented_by is None]
    return [
        {image.image_sha256 for image in images if image.cluster == number}
        for number in sorted({image.cluster for image in images})
    ]


def chosen(page):
    """What the tab remembers as chosen."""
    return set(json.loads(page.evaluate(f"sessionStorage.getItem('mofu.selection.{WORD}') ?? '[]'")))


def draw(page, points):
    """Drag the pointer along points of the screen."""
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def around(box, margin=-2):
    """The corners of a box, a little outside of it."""
    left, top = box["x"] + margin, box["y"] + margin
    right, bottom = box["x"] + box["width"] - margin, box["y"] + box["height"] - margin
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def test_what_is_circled_is_chosen_here_and_in_the_grid(visit, login, mapped, keep):
    page = visit(f"{PAGE}/map?show=points", state=login, width=1440, height=1000)
    spot = page.locator("[data-id]").first
    draw(page, around(spot.bounding_box()))
    within = chosen(page)
    assert spot.get_attribute("data-id") in within
    assert page.locator(".spot.chosen").count() == len(within)
    assert page.url.endswith("show=points")  # the drag followed no link
    draw(page, around(page.locator("[data-map]").bounding_box(), margin=1))
    assert chosen(page) == set.union(*mapped)
    keep(page, "map-chosen")
    page.goto(page.url.partition("/map")[0])
    assert chosen(page) == set.union(*mapped)


def test_shift_adds_to_what_is_chosen_and_alt_takes_away(visit, login, mapped):
    page = visit(f"{PAGE}/map?show=points", state=login, width=1440, height=1000)
    everything = set.union(*mapped)
    whole = around(page.locator("[data-map]").bounding_box(), margin=1)
    draw(page, whole)
    page.keyboard.down("Alt")
    draw(page, around(page.locator(".medoid").first.bounding_box()))
    page.keyboard.up("Alt")
    left = chosen(page)
    assert left < everything
    page.keyboard.down("Shift")
    draw(page, whole)
    page.keyboard.up("Shift")
    assert chosen(page) == everything


def test_the_list_of_clusters_chooses_the_same_by_keyboard_alone(visit, login, mapped):
    page = visit(f"{PAGE}/map", state=login)
    page.locator("#cluster-0").focus()
    page.keyboard.press("Space")
    assert chosen(page) == mapped[0]
    assert page.locator(".spot.chosen").count() == len(mapped[0])
    assert str(len(mapped[0])) in page.locator("[data-map-count]").inner_text()
    page.keyboard.press("Space")
    assert chosen(page) == set()


def test_one_picture_of_a_cluster_is_chosen_by_keyboard(visit, login, mapped):
    page = visit(f"{PAGE}/map?cluster=0", state=login)
    one = page.locator("[data-map-one]").first
    one.focus()
    page.keyboard.press("Enter")
    assert chosen(page) == {one.get_attribute("data-map-one")}
    assert one.get_attribute("aria-pressed") == "true"
    assert page.locator("#cluster-0").evaluate("box => box.indeterminate") == (len(mapped[0]) > 1)


def test_a_click_opens_the_picture(visit, login, mapped):
    page = visit(f"{PAGE}/map", state=login, width=1440, height=1000)
    spot = page.locator(".medoid").first
    name = spot.get_attribute("data-id")
    spot.click()
    page.wait_for_url(f"**/image/{name}")
