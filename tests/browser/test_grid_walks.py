"""The grid in a real browser, looked at and walked through: nothing is stored, so that one server serves all tests."""

import re

import pytest
from serving import copied, running

WORD = "/words/もふもふ"
ANNOTATE = f"{WORD}/annotate"


@pytest.fixture(scope="module")
def server(demo_library, tmp_path_factory):
    """A server of one library for all tests here, without a worker."""
    with running(copied(demo_library, tmp_path_factory.mktemp("looked-at") / "library"), "--no-worker") as server:
        yield server


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    """The place of the tile that has the focus."""
    return int(page.evaluate("document.activeElement.dataset.place ?? 0"))


def state(page, place):
    return page.locator(f'#grid .tile[data-place="{place}"]').get_attribute("data-state")


def test_keys_move_the_focus_and_there_is_one_tab_stop(visit, login):
    page = visit(ANNOTATE, state=login)
    total = page.locator("#grid .tile").count()
    columns = page.evaluate("getComputedStyle(document.getElementById('grid')).gridTemplateColumns.split(' ').length")
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "End", "Home", "5", "ArrowLeft"):
        press(page, key)
        seen.append(focused(page))
    half = total * 5 // 10 + 1
    assert seen == [2, 2 + columns, 2, total, 1, half, half - 1]
    assert page.locator('#grid .tile[tabindex="0"]').count() == 1
    press(page, "Tab")
    assert page.evaluate("document.activeElement.closest('#grid')") is None


def test_while_an_input_method_composes_keys_are_text(visit, login):
    page = visit(ANNOTATE, state=login)
    page.evaluate(
        """() => { for (const held of [{ isComposing: true }, { keyCode: 229 }])
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, ...held })); }"""
    )
    assert state(page, 1) is None


def test_the_page_to_look_at_shares_keys_and_what_is_chosen(visit, login, keep):
    page = visit(WORD, state=login)
    press(page, "Shift+ArrowRight", "a")
    assert state(page, 1) is None
    keep(page, "grid")
    page.goto(page.url + "/annotate")
    assert page.locator("#chosen").inner_text() == "2 chosen"


def test_the_scores_beside_the_grid_can_be_read(visit, login):
    page = visit(ANNOTATE, state=login)
    page.locator(".grid-scores summary").click()
    heights = page.locator(".bench-side .plot text").evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect().height)"
    )
    assert min(heights) >= 10


@pytest.mark.parametrize("path", [WORD, ANNOTATE, f"{WORD}/orders", f"{WORD}?score=0..9"])
def test_pages_fit_320_pixels_in_light_and_dark(visit, login, keep, path):
    page = visit(path, state=login, width=320, height=640)
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        keep(page, f"narrow-{re.sub(r'[^a-z]+', '-', path)}-{'dark' if dark else 'light'}")


def test_without_scripts_tiles_are_links_and_filters_are_addresses(chromium, server, login):
    context = chromium.new_context(java_script_enabled=False, storage_state=login)
    page = context.new_page()
    page.goto(server.address + WORD)
    page.get_by_role("link", name="Round 1").click()
    assert page.url.endswith("order=round-1")
    page.locator("#grid .tile").first.click()
    assert "/image/" in page.url
    context.close()
