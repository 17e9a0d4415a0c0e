"""Every page in every state: light and dark, on a telephone, a tablet and a desk; nothing asked of elsewhere."""

import re
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import unquote

import pytest
from serving import copied, running
from stocked import DELETED, OTHER, WORD

from mofu.db import words
from mofu.library import Library

WIDTHS = (320, 768, 1440)
EMPTY = "まんまる"
"""A word of which nothing has come yet."""

PAGES = {
    "words": "/words",
    "words-found": "/words?q=mofu",
    "words-not-found": "/words?q=zzz",
    "words-past-the-end": "/words?before=1",
    "new": f"/new?words={WORD}&n=40&sources=demo",
    "grid": f"/words/{WORD}",
    "grid-search": f"/words/{WORD}?order=search",
    "grid-rejected": f"/words/{WORD}?verdict=reject",
    "grid-nothing-left": f"/words/{WORD}?score=8..9",
    "grid-past-the-end": f"/words/{WORD}?after=99999",
    "grid-without-verdicts": f"/words/{OTHER}",
    "grid-empty": f"/words/{EMPTY}",
    "annotate": f"/words/{WORD}/annotate",
    "annotate-conflict": f"/words/{WORD}/annotate?verdict=conflict",
    "annotate-empty": f"/words/{EMPTY}/annotate",
    "orders": f"/words/{WORD}/orders",
    "confirm": f"/words/{WORD}/confirm",
    "confirm-sample": f"/words/{WORD}/confirm?audit=1",
    "confirm-empty": f"/words/{EMPTY}/confirm",
    "map": f"/words/{WORD}/map",
    "map-points": f"/words/{WORD}/map?show=points",
    "map-not-made": f"/words/{OTHER}/map",
    "map-empty": f"/words/{EMPTY}/map",
    "regions": f"/words/{WORD}/regions",
    "regions-compared": f"/words/{WORD}/regions?compare=1",
    "regions-not-made": f"/words/{OTHER}/regions",
    "regions-empty": f"/words/{EMPTY}/regions",
    "failures": f"/words/{WORD}/failures",
    "failures-of-a-kind": f"/words/{WORD}/failures?kind=http",
    "failures-empty": f"/words/{EMPTY}/failures",
    "export": f"/words/{WORD}/export",
    "export-empty": f"/words/{EMPTY}/export",
    "delete": f"/words/{WORD}/delete",
    "deleted": "/deleted",
    "visualness": "/visualness",
    "visualness-evidence": f"/visualness/{WORD}",
    "compare": "/compare",
    "jobs": "/jobs",
    "jobs-failed": "/jobs?state=failed",
    "jobs-past-the-end": "/jobs?before=1",
    "job": "/jobs/1",
    "settings": "/settings",
    "people": "/settings/people",
    "log": "/settings/log",
    "help": "/help",
}
REFUSED = {
    "unknown-address": ("/nothing/here", 404),
    "deleted-word": (f"/words/{DELETED}", 404),
    "unknown-word": ("/words/もふも", 404),
    "unknown-order": (f"/words/{WORD}?order=none", 404),
    "unknown-job": ("/jobs/999999", 404),
}


@pytest.fixture(scope="module")
def server(stocked_library, tmp_path_factory):
    """A library with something to see on every page, without a worker."""
    folder = copied(stocked_library[0], tmp_path_factory.mktemp("every-page") / "library")
    with Library.open(folder) as library, library.database.write() as session:
        words.ensure(session, EMPTY)
    with running(folder, "--no-worker") as server:
        yield server


@pytest.fixture(scope="module")
def state(chromium, server):
    """What a browser keeps of somebody who came by the one-time link."""
    context = chromium.new_context()
    context.new_page().goto(server.link)
    kept = context.storage_state()
    context.close()
    return kept


def look(page, name, keep):
    """Light and dark at each width: nothing stands beyond the window."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            keep(page, f"{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_window_and_breaks_nothing(visit, state, keep, name):
    page = visit(PAGES[name], state=state)
    assert page.locator("main h1, main h2, .word-header h1").count() > 0
    look(page, name, keep)


@pytest.mark.parametrize("name", ["words", "new", "annotate", "confirm-sample", "export", "jobs", "settings"])
def test_a_page_in_japanese_fits_every_window(visit, state, keep, name):
    page = visit(PAGES[name], state=state, language="ja")
    assert page.locator("html").get_attribute("lang") == "ja"
    look(page, f"{name}-ja", keep)


def test_a_telephone_shows_every_point_of_the_plot(visit, state):
    page = visit("/visualness", state=state, width=390)
    ends = "all => all.map((each) => each.getBoundingClientRect().right)"
    points = page.locator(".visualness-plot circle").evaluate_all(ends)
    assert points
    assert max(points) <= 390


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_that_is_not_there_says_so_and_leads_back(visit, state, keep, name):
    path, status = REFUSED[name]
    visit.watch.expected.append(str(status))
    page = visit(path, state=state)
    assert page.locator("main h1").inner_text() == str(status)
    page.locator('main a[href="/words"]').click()
    page.locator(".cards").wait_for()
    page.goto(unquote(page.url).rpartition("/words")[0] + path)
    look(page, name, keep)


def test_strangers_see_the_login_and_come_back_to_where_they_wanted(visit, server, keep):
    page = visit("/visualness", state={})
    assert re.search(r"/login\?next=/visualness$", unquote(page.url))
    look(page, "login", keep)


def test_what_is_too_large_is_refused_and_said(visit, server, state):
    page = visit(state=state)
    token = page.locator('meta[name="csrf-token"]').get_attribute("content")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    asked = HTTPConnection(server.address.removeprefix("http://"), timeout=60)
    # its length is told and nothing sent: who sends it all may find the line closed before the answer was read
    asked.putrequest("POST", "/new")
    for name, value in {"Content-Length": 17 * 2**20, "Cookie": cookies, "X-CSRFToken": token}.items():
        asked.putheader(name, str(value))
    asked.putheader("Content-Type", "application/x-www-form-urlencoded")
    asked.endheaders()
    with closing(asked):
        answer = asked.getresponse()
        assert answer.status == 413
        assert b"too large" in answer.read()
