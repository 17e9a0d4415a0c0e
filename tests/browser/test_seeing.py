"""The blind second look in a real browser: judged by keyboard, nothing lost; and no page wider than its window."""

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
