"""The grid in a real browser: judged by keyboard alone, nothing lost while the server is away, whatever is closed."""

import signal

from mofu.db import verdicts
from mofu.db.people import Role
from mofu.library import Library
from mofu.workers import people

WORD = "/words/もふもふ"
ANNOTATE = f"{WORD}/annotate"
PASSWORD = "correct horse battery"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    """The place of the tile that has the focus."""
    return int(page.evaluate("document.activeElement.dataset.place ?? 0"))


def columns(page):
    return page.evaluate("getComputedStyle(document.getElementById('grid')).gridTemplateColumns.split(' ').length")


def state(page, place):
    return page.locator(f'#grid .tile[data-place="{place}"]').get_attribute("data-state")


def settle(page):
    """Until everything is stored."""
    page.locator('#unsent[data-state="sent"]').wait_for()


def stored(server):
    """What stands in the library: rank → judgement."""
    with Library.open(server.folder) as library:
        ranks = {image.sha256: image.rank for image in library.dataset("もふもふ")}
        return {ranks[name]: verdict.judgement for name, verdict in library.verdicts("もふもふ").items()}


def log(server):
    with Library.open(server.folder) as library, library.database.read() as session:
        return verdicts.history(session)


def test_thirty_images_are_corrected_by_keyboard_alone_and_ten_taken_back(visit, server, keep):
    page = visit(ANNOTATE)
    assert focused(page) == 1
    given = ["a", "x", "s"] * 10
    press(page, *given)
    assert focused(page) == 31
    assert [state(page, place) for place in (1, 2, 3, 30)] == ["accept", "reject", "unsure", "unsure"]
    settle(page)
    names = {"a": "accept", "x": "reject", "s": "unsure"}
    expected = {place: names[key] for place, key in enumerate(given, 1)}
    assert stored(server) == expected
    keep(page, "annotate")
    press(page, *["z"] * 10)
    settle(page)
    assert stored(server) == {place: said for place, said in expected.items() if place <= 20}
    assert state(page, 21) is None
    assert len(log(server)) == 40
    page.reload()
    press(page, "z", "Shift+Z", "Shift+Z")
    settle(page)
    assert stored(server) == {place: said for place, said in expected.items() if place <= 21}


def test_a_key_that_is_held_down_judges_each_image_once_the_last_too(visit, server):
    page = visit(ANNOTATE)
    total = page.locator("#grid .tile").count()
    press(page, "End", "ArrowLeft")
    for _ in range(6):
        page.keyboard.down("x")
    page.keyboard.up("x")
    settle(page)
    assert stored(server) == {total - 1: "reject", total: "reject"}
    assert len(log(server)) == 2


def test_a_range_is_chosen_judged_and_undone_at_once(visit, server):
    page = visit(ANNOTATE)
    press(page, "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert page.locator("#chosen").inner_text() == "3 chosen"
    press(page, "x")
    assert focused(page) == 5
    settle(page)
    assert stored(server) == {2: "reject", 3: "reject", 4: "reject"}
    press(page, "z")
    settle(page)
    assert stored(server) == {}
    press(page, " ", "ArrowDown", " ", "a")
    settle(page)
    assert sorted(stored(server).values()) == ["accept", "accept"]


def test_the_whole_page_is_one_step(visit, server):
    page = visit(ANNOTATE)
    total = page.locator("#grid .tile").count()
    press(page, "Control+a", "a")
    settle(page)
    assert stored(server) == dict.fromkeys(range(1, total + 1), "accept")
    press(page, "z")
    settle(page)
    assert stored(server) == {}


def test_keys_act_on_the_focused_tile_and_never_on_the_one_under_the_pointer(visit):
    page = visit(ANNOTATE)
    page.locator('#grid .tile[data-place="9"]').hover()
    press(page, "a")
    assert (state(page, 1), state(page, 9)) == ("accept", None)


def test_verdicts_wait_while_the_server_is_away_outlive_the_tab_and_are_stored_once(visit, server):
    page = visit(ANNOTATE)
    visit.watch.server_goes_away()
    server.stop(signal.SIGKILL)
    press(page, "a", "x", "a")
    page.locator('#unsent[data-state="away"]').wait_for()
    assert page.locator("#unsent").inner_text().startswith("3 unsent")
    assert state(page, 2) == "reject"
    context = page.context
    page.close()
    server.start()
    page = context.new_page()
    page.goto(server.link)
    page.goto(server.address + ANNOTATE)
    settle(page)
    assert stored(server) == {1: "accept", 2: "reject", 3: "accept"}
    assert len(log(server)) == 3


def test_that_no_server_answers_is_said_as_long_as_none_does(visit):
    page = visit(ANNOTATE)
    visit.watch.server_goes_away()
    page.context.set_offline(True)
    press(page, "r")
    page.locator("#note", has_text="does not answer").wait_for()
    page.context.set_offline(False)
    press(page, "r")
    page.locator("#live", has_text="Ranked again").wait_for(state="attached")
    assert page.locator("#note").is_hidden()


def test_an_answer_from_before_the_server_went_away_does_not_unsay_it(visit):
    page = visit("/words")
    held = []
    page.route("**/preview.json*", lambda route: held.append(route) if not held else route.abort())
    visit.watch.server_goes_away()
    with page.expect_request("**/preview.json*"):
        page.goto(visit.watch.address + ANNOTATE)
    press(page, "r")
    page.locator("#note", has_text="does not answer").wait_for()
    with page.expect_response("**/preview.json*"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert page.locator("#note").is_visible()


def test_the_answer_to_a_verdict_that_was_taken_back_meanwhile_does_not_show_it_again(visit, server):
    page = visit(ANNOTATE)
    held = []
    page.route("**/verdicts", lambda route: held.append(route) if not held else route.continue_())
    page.evaluate(
        """() => {
            const tile = document.querySelector('#grid .tile[data-place="1"]');
            window.shown = [];
            new MutationObserver(() => window.shown.push(tile.dataset.state ?? null))
                .observe(tile, { attributeFilter: ["data-state"] });
        }"""
    )
    with page.expect_request("**/verdicts"):
        press(page, "a")
    press(page, "z")
    held[0].continue_()
    settle(page)
    assert page.evaluate("window.shown") == ["accept", None]
    assert stored(server) == {}


def test_a_session_that_ends_keeps_what_waits_and_asks_for_a_login_in_place(visit, server):
    with Library.open(server.folder) as library:
        people.add(library.workshop, "mo", "ada", Role.ANNOTATOR, PASSWORD)
    page = visit("/help")
    visit.watch.expected.append("401")
    page.context.clear_cookies()
    page.goto(f"{server.address}/login?next={ANNOTATE}")
    page.locator('[name="name"]').fill("ada")
    page.locator('[name="password"]').fill(PASSWORD)
    press(page, "Enter")
    page.locator('#grid[role="listbox"] .tile:focus').wait_for()
    page.context.clear_cookies()
    press(page, "a")
    page.locator("#login[open]").wait_for()
    assert page.locator("#unsent").get_attribute("data-state") == "login"
    assert stored(server) == {}
    page.locator("#login-password").fill("not this one")
    press(page, "Enter")
    page.locator("#login-error:not([hidden])").wait_for()
    page.locator("#login-password").fill(PASSWORD)
    press(page, "Enter")
    settle(page)
    assert page.locator("#login[open]").count() == 0
    assert [(verdict.who, verdict.judgement) for verdict in log(server)] == [("ada", "accept")]


def test_somebody_else_s_verdict_is_not_overwritten_but_shown_beside_one_s_own(visit, server):
    page = visit(ANNOTATE)
    with Library.open(server.folder) as library:
        library.verdict("もふもふ", library.dataset("もふもふ").content.images[0].sha256, "reject", who="bob")
    visit.watch.expected += ["409"]
    press(page, "a")
    page.locator('#grid .tile[data-state="conflict"]').wait_for()
    assert page.locator('#grid .tile[data-place="1"]').get_attribute("data-opinions") == "bob ✕ · ✓"
    assert "Somebody else judged first" in page.locator("#note").inner_text()
    assert stored(server) == {1: "reject"}
    press(page, "Home", "a")
    settle(page)
    assert stored(server) == {1: "accept"}


def test_ranks_that_would_change_are_shown_and_move_the_tiles_on_r_alone(visit):
    page = visit(ANNOTATE)
    order = "Array.from(document.querySelectorAll('#grid .tile'), (tile) => tile.dataset.image)"
    before = page.evaluate(order)
    press(page, "x", "x", "a")
    moved = page.locator('#grid .tile[data-place="1"][data-move^="▼"]')
    moved.wait_for()
    assert page.evaluate(order) == before
    last = page.locator("#grid .tile").last.get_attribute("data-image")
    press(page, "r")
    page.locator("#live", has_text="Ranked again").wait_for(state="attached")
    after = page.evaluate(order)
    assert after != before
    assert sorted(after) == sorted(before)
    assert last != page.locator("#grid .tile").last.get_attribute("data-image")
    assert page.url.endswith("order=corrected")
    page.reload()
    assert page.evaluate(order) == after


def test_ranking_again_leaves_the_focus_where_the_annotator_was(visit):
    page = visit(ANNOTATE)
    images = page.locator("#grid .tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.image)")
    press(page, "x", "x", "x", "ArrowLeft")
    press(page, "r")
    page.locator("#live", has_text="Ranked again").wait_for(state="attached")
    assert page.locator(f'#grid .tile[data-image="{images[2]}"]').get_attribute("data-place") == str(len(images))
    assert focused(page) <= 3 + columns(page)


def test_ranking_a_part_again_leaves_the_focus_where_the_annotator_was(visit):
    page = visit(f"{ANNOTATE}?verdict=none")
    press(page, "ArrowRight", "ArrowRight", "x", "ArrowLeft")
    settle(page)
    press(page, "r")
    page.wait_for_url("**order=corrected**")
    page.locator("#grid .tile:focus").wait_for()
    assert 1 < focused(page) <= 4 + columns(page)


def test_n_leads_to_an_image_that_nobody_judged(visit):
    page = visit(ANNOTATE)
    press(page, "a", "n")
    page.locator('#grid .tile:focus:not([data-place="2"])').wait_for()
    assert state(page, focused(page)) is None


def test_the_loupe_shows_judges_and_comes_back_to_the_tile(visit, keep):
    page = visit(ANNOTATE)
    press(page, "ArrowRight", "Enter")
    page.locator("#loupe[open]").wait_for()
    press(page, "ArrowRight", "a")
    caption = page.locator("#loupe-caption")
    assert caption.inner_text().startswith("4 / ")
    keep(page, "loupe")
    page.locator('#loupe [data-do="undo"]').click()
    assert (caption.inner_text()[:4], state(page, 3)) == ("3 / ", None)
    press(page, "a")
    press(page, "Escape")
    assert page.locator("#loupe[open]").count() == 0
    assert (focused(page), state(page, 3)) == (4, "accept")


def test_the_key_after_the_loupe_is_closed_finds_the_focus_where_it_was_shown(visit):
    page = visit(ANNOTATE)
    press(page, "Enter")
    page.locator("#loupe[open]").wait_for()
    press(page, "ArrowRight", "ArrowRight")
    escape = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
    assert page.evaluate(f"() => {{ {escape}; return document.activeElement.dataset.place; }}") == "3"


def test_a_closing_that_the_browser_asks_for_leads_back_too(visit):
    page = visit(ANNOTATE)
    press(page, "Enter")
    page.locator("#loupe[open]").wait_for()
    press(page, "ArrowRight")
    page.evaluate("document.getElementById('loupe').requestClose()")
    assert page.locator("#loupe[open]").count() == 0
    assert focused(page) == 2


def test_the_keys_are_listed_in_a_dialog_and_nothing_is_judged_behind_it(visit):
    page = visit(ANNOTATE)
    press(page, "?")
    page.locator("#keys[open] kbd", has_text="PgUp").wait_for()
    press(page, "a")
    assert state(page, 1) is None
    press(page, "Escape", "a")
    assert state(page, 1) == "accept"


def test_letters_do_nothing_where_they_are_switched_off(visit, server):
    page = visit("/settings")
    page.check('input[name="keys"][value="off"]')
    page.locator('form[action="/settings/look"] button').click()
    page.goto(server.address + ANNOTATE)
    press(page, "a", "?", "ArrowRight")
    assert state(page, 1) is None
    assert focused(page) == 2
    page.locator('[data-do="accept"]').first.click()
    settle(page)
    assert stored(server) == {2: "accept"}
