"""Jobs in a real browser: the list follows and keeps its last good state; a word is built from the form."""

import signal

import pytest
from serving import copied, running

from mofu.db import ledger
from mofu.db.base import now
from mofu.db.ledger import NewJob, Sign
from mofu.library import Library

PATIENCE_MS = 120_000


@pytest.fixture
def library(server):
    with Library.open(server.folder, create=False) as opened:
        yield opened


def tell(library, number, done):
    with library.database.write() as session:
        assert ledger.renew(session, number, "one", Sign("crawl", done, 100, 4, 0, now(), None))


@pytest.fixture
def under_way(library):
    with library.database.write() as session:
        number = ledger.ask(session, NewJob("build", "もふもふ", {"word": "もふもふ"}))[0].id
        ledger.claim(session, "one", now())
    tell(library, number, 30)
    return number


def test_the_list_follows_without_being_loaded_and_leaves_focus_alone(visit, library, under_way, keep):
    page = visit("/jobs", width=320, dark=True)
    page.get_by_text("30 of 100").wait_for()
    keep(page, "jobs-320-dark")
    page.locator(f"#change-{under_way}").focus()
    tell(library, under_way, 60)
    page.get_by_text("60 of 100").wait_for(timeout=PATIENCE_MS)
    assert page.evaluate("document.activeElement.id") == f"change-{under_way}"


def test_the_last_good_state_stays_when_the_server_is_away(visit, server, under_way):
    page = visit("/jobs")
    page.get_by_text("30 of 100").wait_for()
    visit.watch.expected += ["Failed to load resource", "htmx:"]
    server.stop(signal.SIGKILL)
    page.locator("#away").wait_for(state="visible", timeout=PATIENCE_MS)
    assert page.get_by_text("30 of 100").is_visible()
    server.start()
    page.locator("#away").wait_for(state="hidden", timeout=PATIENCE_MS)


def test_a_job_is_cancelled_by_keyboard(visit, under_way, keep):
    page = visit(f"/jobs/{under_way}")
    page.locator('#job input[name=csrf_token][value=""]').wait_for(state="attached", timeout=PATIENCE_MS)
    keep(page, "job")
    page.locator(f"#change-{under_way}").press("Enter")
    page.get_by_text("it stops as soon as it notices").wait_for(timeout=PATIENCE_MS)


def test_the_costs_are_shown_in_place_and_errors_beside_their_field(visit, keep):
    page = visit("/new?words=つやつや&n=12&sources=demo")
    page.get_by_role("button", name="What will it cost?").click()
    page.get_by_role("heading", name="What it will cost").wait_for()
    assert page.locator("#words").input_value() == "つやつや"
    keep(page, "new-with-costs")
    visit.watch.expected.append("400")
    page.fill("#n", "0")
    page.get_by_role("button", name="Build").click()
    assert "whole number" in page.locator("#n-error").inner_text()
    assert page.locator("#n").get_attribute("aria-invalid") == "true"
    keep(page, "new-with-an-error")


def test_a_word_is_built_end_to_end(chromium, demo_library, tmp_path):
    with running(copied(demo_library, tmp_path / "own")) as server:
        page = chromium.new_context().new_page()
        page.goto(server.link)
        page.goto(f"{server.address}/new?words=つやつや&n=12&sources=demo")
        page.get_by_role("button", name="Build").dblclick()
        page.locator('.job[data-state="done"]', has_text="Build").wait_for(timeout=PATIENCE_MS)
        assert page.locator(".job", has_text="Build").count() == 1
        page.get_by_role("link", name="Look つやつや").first.click()
        page.wait_for_url("**/words/*")
        page.context.close()
