"""Accounts in a real browser: invited, come in by the keyboard, dark by choice, let out; at home on a phone."""

import re

import pytest

STRANGER = {"cookies": [], "origins": []}
GOOD = "correct horse battery"


def test_an_invitation_leads_by_the_keyboard_alone_to_the_words(visit, keep):
    page = visit("/settings/people")
    page.get_by_label("Name, if it is to be given").fill("花子")
    page.keyboard.press("Enter")
    address = page.locator(".people-made code").inner_text()
    keep(page, "people-invited")
    guest = visit(re.sub(r"https?://[^/]+", "", address), state=STRANGER)
    guest.get_by_label("Password", exact=True).focus()
    guest.keyboard.type(GOOD)
    guest.keyboard.press("Tab")
    guest.keyboard.type(GOOD)
    guest.keyboard.press("Enter")
    guest.wait_for_url("**/words")
    assert guest.locator(".who").inner_text() == "花子"


def test_a_theme_that_was_chosen_stands_against_the_systems(visit):
    page = visit("/settings", dark=False)
    page.get_by_label("dark").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_who_logged_out_is_asked_to_log_in_and_comes_back_to_where_they_were(visit):
    page = visit("/settings")
    page.get_by_label("New password", exact=True).fill(GOOD)
    page.get_by_label("New password again").fill(GOOD)
    page.get_by_role("button", name="Change the password").click()
    name = page.locator(".who").inner_text()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.goto(page.url.replace("/login", "/settings/log"))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/log")


@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_of_accounts_fit_a_phone_and_break_no_rule_of_access(visit, keep, dark):
    from axe_playwright_python.sync_playwright import Axe

    page = visit("/settings", width=320, dark=dark)
    for path in ("/settings", "/settings/people", "/settings/log"):
        page.goto(page.url.partition("/settings")[0] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        found = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in found] == [], path
        keep(page, f"people{path.replace('/', '-')}-{'dark' if dark else 'light'}")
