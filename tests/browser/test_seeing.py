"""Map and blind second look in a real browser: circled by pointer, chosen and judged by keyboard, nothing lost."""

import json
import signal

import pytest
from sqlalchemy import update

from mofu.db import verdicts
from mofu.db.models import Hit
from mofu.library import Library

WORD = "もふもふ"
PAGE = f"/words/{WORD}"


@pytest.fixture
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


def test_what_is_circled_is_chosen_here_and_in_the_grid(visit, mapped, keep):
    page = visit(f"{PAGE}/map?show=points", width=1440, height=1000)
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


def test_shift_adds_to_what_is_chosen_and_alt_takes_away(visit, mapped):
    page = visit(f"{PAGE}/map?show=points", width=1440, height=1000)
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


def test_the_list_of_clusters_chooses_the_same_by_keyboard_alone(visit, mapped):
    page = visit(f"{PAGE}/map")
    page.locator("#cluster-0").focus()
    page.keyboard.press("Space")
    assert chosen(page) == mapped[0]
    assert page.locator(".spot.chosen").count() == len(mapped[0])
    assert str(len(mapped[0])) in page.locator("[data-map-count]").inner_text()
    page.keyboard.press("Space")
    assert chosen(page) == set()


def test_one_picture_of_a_cluster_is_chosen_by_keyboard(visit, mapped):
    page = visit(f"{PAGE}/map?cluster=0")
    one = page.locator("[data-map-one]").first
    one.focus()
    page.keyboard.press("Enter")
    assert chosen(page) == {one.get_attribute("data-map-one")}
    assert one.get_attribute("aria-pressed") == "true"
    assert page.locator("#cluster-0").evaluate("box => box.indeterminate") == (len(mapped[0]) > 1)


def test_a_click_opens_the_picture(visit, mapped):
    page = visit(f"{PAGE}/map", width=1440, height=1000)
    spot = page.locator(".medoid").first
    name = spot.get_attribute("data-id")
    spot.click()
    page.wait_for_url(f"**/image/{name}")


def begin(page, k=6):
    page.goto(page.url.partition("/words")[0] + f"{PAGE}/confirm")
    page.locator("#k").fill(str(k))
    page.locator(".confirm-begin .primary").click()
    page.wait_for_url("**/confirm?audit=*")


def judgements(server):
    """What was said in blind samples, in the order of saying."""
    with Library.open(server.folder) as library, library.database.read() as session:
        return [v.judgement for v in verdicts.history(session) if v.purpose == verdicts.AUDIT]


def settle(page):
    page.locator('[data-confirm-unsent][data-state="sent"]').wait_for(state="attached")


def test_a_sample_is_judged_by_keyboard_alone_and_resumed(visit, server, keep):
    page = visit()
    begin(page)
    order = page.locator("[data-confirm]").get_attribute("data-order").split()
    for key in "axsa":
        page.keyboard.press(key)
    settle(page)
    assert judgements(server) == ["accept", "reject", "unsure", "accept"]
    assert order[4] in page.locator("[data-confirm-picture]").get_attribute("src")
    keep(page, "confirm")
    page.reload()
    assert order[4] in page.locator("[data-confirm-picture]").get_attribute("src")
    page.keyboard.press("z")
    assert order[3] in page.locator("[data-confirm-picture]").get_attribute("src")
    assert page.locator("[data-confirm-said]").inner_text() == "accepted"
    page.keyboard.press("x")
    for key in "aa":
        page.keyboard.press(key)
    settle(page)
    assert judgements(server) == ["accept", "reject", "unsure", "accept", "reject", "accept", "accept"]
    assert page.locator("[data-confirm-done]").is_visible()


def test_what_was_said_while_the_server_was_away_is_stored_when_it_is_back(visit, server):
    visit.watch.server_goes_away()
    page = visit()
    begin(page)
    server.stop(signal.SIGKILL)
    page.keyboard.press("a")
    page.keyboard.press("x")
    page.locator("#away").wait_for()
    assert page.locator("[data-confirm-unsent]").inner_text().startswith("2 ")
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    settle(page)
    assert judgements(server) == ["accept", "reject"]


def test_without_scripts_each_answer_is_a_form(chromium, visit, server):
    page = visit()
    begin(page)
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(page.url)
    first = plain.locator("[data-confirm-picture]").get_attribute("src")
    plain.get_by_role("button", name="Yes").click()
    assert plain.locator("[data-confirm-picture]").get_attribute("src") != first
    assert judgements(server) == ["accept"]
    context.close()


def test_what_strangers_wrote_runs_nowhere(visit, server):
    with Library.open(server.folder) as library:
        name = next(iter(library.dataset(WORD))).sha256
        with library.database.write() as session:
            told = '"><script>window.ran = 1</script><img src=x onerror="window.ran = 1"><svg onload="window.ran = 1">'
            session.execute(update(Hit).values(title=told, creator=told, attribution=told))
    page = visit(f"{PAGE}/image/{name}")
    assert page.locator(".image-name").inner_text().startswith('"><script>')
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("width", [320, 1440])
def test_no_page_is_wider_than_its_window(visit, server, mapped, width):
    with Library.open(server.folder) as library:
        name = next(iter(library.dataset(WORD))).sha256
        library.audit(WORD, 10)
    page = visit(width=width)
    origin = page.url.partition("/words")[0]
    for path in (f"{PAGE}/image/{name}", f"{PAGE}/map", f"{PAGE}/confirm", "/visualness", "/compare"):
        page.goto(origin + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
