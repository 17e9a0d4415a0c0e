"""Coming in, staying in, being let out: the pages of accounts, asked by a real client of a real library."""

import re
import stat
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from serving import SECRET

from mofu.db import audit_log
from mofu.db.people import Role
from mofu.library import Library
from mofu.webui.app import WebConfig, create_app
from mofu.webui.people.limiter import LoginLimiter
from mofu.workers import entering, people

pytestmark = pytest.mark.both_databases

GOOD, BETTER = "correct horse battery", "staple in the moonlight"


@pytest.fixture
def library(placed, tmp_path):
    with Library.open(placed(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def workshop(library):
    return library.workshop


@pytest.fixture
def app(library):
    app = create_app(library, WebConfig(SECRET))
    app.testing = True
    app.extensions["mofu-logins"] = LoginLimiter(lambda: 0.0)  # however long a hash takes here, no time passes
    return app


@pytest.fixture
def ada(workshop):
    return people.add(workshop, "command line: root", "ada", Role.ADMIN, GOOD)


class Browser(FlaskClient):
    """A browser that fills in forms: the hidden token is that of the newest page."""

    def post_form(self, path, **fields):
        token = re.search(r'name="csrf-token" content="([^"]*)"', self.get("/help").text)[1]
        return self.post(path, data=fields | {"csrf_token": token})

    def log_in(self, name, password, **more):
        return self.post_form("/login", name=name, password=password, **more)

    def account(self):
        return self.get("/settings.json").json["account"]


@pytest.fixture
def browser(app):
    return Browser(app, app.response_class)


@pytest.fixture
def another(app):
    return Browser(app, app.response_class)


def log(workshop):
    with workshop.database.read() as session:
        return [(deed.who, deed.action, deed.subject) for deed in reversed(audit_log.page(session, 99))]


def test_a_name_and_its_password_come_in_and_go_where_they_wanted(browser, ada):
    answer = browser.log_in("ada", GOOD, next="/visualness?sort=n")
    assert (answer.status_code, answer.location) == (303, "/visualness?sort=n")
    assert browser.account()["name"] == "ada"
    assert browser.get("/login").location == "/words"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "words"],
)
def test_the_login_leads_nowhere_else(browser, ada, elsewhere):
    assert browser.log_in("ada", GOOD, next=elsewhere).location == "/words"


def test_a_wrong_password_and_an_unknown_name_get_one_answer(browser, ada, workshop):
    people.disable(workshop, "x", people.add(workshop, "x", "bob", Role.VIEWER, GOOD).id)
    answers = [browser.log_in(*tried) for tried in (("ada", BETTER), ("eve", GOOD), ("bob", GOOD))]
    texts = {re.sub(r'(value|content)="[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {401}
    assert len(texts) == 1
    assert "Name and password do not go together" in texts.pop()
    assert browser.account() is None


def test_too_many_tries_are_told_how_long_to_wait(browser, ada):
    assert [browser.log_in("ada", BETTER).status_code for _ in range(5)] == [401] * 5
    answer = browser.log_in("ada", GOOD)
    assert (answer.status_code, "try again in 30 s" in answer.text) == (429, True)
    assert answer.headers["Retry-After"] == "30"


def test_a_new_session_begins_with_the_login_so_that_nobody_can_have_planted_one(browser, another, ada):
    browser.get("/login")
    planted = browser.get_cookie("mofu").value
    browser.log_in("ada", GOOD)
    assert browser.get_cookie("mofu").value != planted
    another.set_cookie("mofu", planted)
    assert another.account() is None


def test_the_cookie_is_for_no_script_and_no_other_site(app, ada):
    answer = Browser(app, app.response_class).log_in("ada", GOOD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_by_tls_the_cookie_is_for_tls_alone(library, ada):
    app = create_app(library, WebConfig(SECRET, https=True))
    client = app.test_client()
    assert "Secure;" in client.get("/login", base_url="https://mofu.example").headers["Set-Cookie"]


def test_by_tls_a_form_comes_in_with_the_referrer_that_our_pages_let_browsers_send(library, ada):
    app = create_app(library, WebConfig(SECRET, https=True))
    client, here = app.test_client(), "https://mofu.example"
    page = client.get("/login", base_url=here)
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = re.search(r'name="csrf-token" content="([^"]*)"', page.text)[1]
    form = {"name": "ada", "password": GOOD, "csrf_token": token}
    for referrer, status in ((f"{here}/login", 303), ("https://evil.example/", 400)):
        assert client.post("/login", base_url=here, data=form, headers={"Referer": referrer}).status_code == status


def test_logging_out_ends_the_session_even_for_who_kept_the_cookie(browser, another, ada):
    browser.log_in("ada", GOOD)
    kept = browser.get_cookie("mofu").value
    assert browser.post_form("/logout").location == "/login"
    another.set_cookie("mofu", kept)
    assert (browser.account(), another.account()) == (None, None)


def test_logging_out_everywhere_ends_the_other_browsers(browser, another, ada):
    for each in (browser, another):
        each.log_in("ada", GOOD)
    assert browser.get("/settings.json").json["sessions"] == 2
    browser.post_form("/settings/log-out-everywhere")
    assert (browser.account(), another.account()) == (None, None)


def test_a_script_whose_session_ended_is_told_where_to_log_in_and_goes_on(browser, ada, workshop):
    browser.log_in("ada", GOOD)
    entering.log_out_everywhere(workshop, "ada", ada.id)
    answer = browser.post("/settings/tokens", json={"label": "script"})
    assert (answer.status_code, answer.json["error"]["login"]) == (401, "/login")
    token = browser.get("/login.json").json["csrf_token"]
    said = browser.post("/login", json={"name": "ada", "password": GOOD}, headers={"X-CSRFToken": token}).json
    assert (said["name"], said["role"]) == ("ada", "admin")
    made = browser.post("/settings/tokens", json={"label": "script"}, headers={"X-CSRFToken": said["csrf_token"]})
    assert made.json["token"]["label"] == "script"


def test_a_page_whose_session_ended_leads_to_the_login_and_back(browser, ada, monkeypatch):
    monkeypatch.setattr(entering, "SESSION_LASTS", timedelta(0))
    browser.log_in("ada", GOOD)
    assert browser.get("/settings/log?action=login").location == "/login?next=/settings/log?action%3Dlogin"


def test_the_one_time_link_lets_one_person_in_once(browser, another, workshop):
    link = entering.entry_link(workshop, "command line: root")
    assert browser.get(f"/enter/{link.secret}").location == "/"
    assert browser.account()["role"] == "admin"
    assert another.get(f"/enter/{link.secret}").status_code == 404
    assert browser.get(f"/enter/{link.secret}").location == "/"
    assert another.account() is None


def test_looking_ahead_does_not_use_the_link_up(browser, workshop):
    link = entering.entry_link(workshop, "command line: root")
    assert browser.head(f"/enter/{link.secret}").status_code == 204
    assert browser.get(f"/enter/{link.secret}", headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    browser.get(f"/enter/{link.secret}")
    assert browser.account() is not None


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 302),
        ("::1", {}, 302),
        ("::ffff:127.0.0.1", {}, 302),
        ("192.0.2.7", {}, 403),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("", {}, 403),
    ],
)
@pytest.mark.parametrize("behind_proxy", [0, 1])
def test_the_one_time_link_works_on_this_machine_alone(library, peer, headers, status, behind_proxy):
    client = create_app(library, WebConfig(SECRET, behind_proxy=behind_proxy)).test_client()
    link = entering.entry_link(library.workshop, "command line: root")
    answer = client.get(f"/enter/{link.secret}", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == status


def test_an_invitation_leads_from_the_link_to_the_account(browser, another, ada, workshop):
    browser.log_in("ada", GOOD)
    shown = browser.post_form("/settings/people/invitations", role="annotator").text
    path = re.search(r"http://localhost(/invitations/[\w-]+)", shown)[1]
    assert "ada invites you" in another.get(path).text
    differ = another.post_form(path, name="花子", password=GOOD, again=BETTER)
    assert (differ.status_code, "The two passwords differ" in differ.text) == (400, True)
    taken = another.post_form(path, name="Ada", password=GOOD, again=GOOD)
    assert (taken.status_code, "is taken" in taken.text) == (400, True)
    assert another.post_form(path, name="花子", password=GOOD, again=GOOD).status_code == 303
    assert (another.account()["name"], another.account()["role"]) == ("花子", "annotator")
    assert another.get(path).status_code == 404
    assert ("花子", "invitation.accepted", "花子") in log(workshop)


def test_an_administrator_changes_roles_and_cannot_be_the_last_to_go(browser, ada, workshop):
    bob = people.add(workshop, "x", "bob", Role.VIEWER, GOOD)
    browser.log_in("ada", GOOD)
    browser.post_form(f"/settings/people/{bob.id}/role", role="curator")
    assert {user["name"]: user["role"] for user in browser.get("/settings/people.json").json["users"]} == {
        "ada": "admin",
        "bob": "curator",
    }
    assert browser.post_form(f"/settings/people/{ada.id}/disable").location == "/settings/people"
    assert "last administrator" in browser.get("/settings/people").text
    assert browser.account() is not None


def test_a_closed_account_is_out_at_its_next_request(browser, another, ada, workshop):
    bob = people.add(workshop, "x", "bob", Role.VIEWER, GOOD)
    browser.log_in("ada", GOOD)
    another.log_in("bob", GOOD)
    browser.post_form(f"/settings/people/{bob.id}/disable")
    assert another.account() is None
    assert another.log_in("bob", GOOD).status_code == 401


def test_a_forgotten_password_is_renewed_by_a_link(browser, another, ada, workshop):
    bob = people.add(workshop, "x", "bob", Role.VIEWER, GOOD)
    browser.log_in("ada", GOOD)
    shown = browser.post_form(f"/settings/people/{bob.id}/renew").text
    path = re.search(r"http://localhost(/invitations/[\w-]+)", shown)[1]
    assert another.post_form(path, password=BETTER, again=BETTER).status_code == 303
    assert another.account()["name"] == "bob"
    assert another.log_in("bob", GOOD).status_code == 401


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(browser, another, ada):
    for each in (browser, another):
        each.log_in("ada", GOOD)
    wrong = browser.post_form("/settings/password", current=BETTER, new=BETTER, again=BETTER)
    assert (wrong.status_code, "This is not your password" in wrong.text) == (400, True)
    short = browser.post_form("/settings/password", current=GOOD, new="short", again="short")
    assert (short.status_code, "5 characters" in short.text) == (400, True)
    assert browser.post_form("/settings/password", current=GOOD, new=BETTER, again=BETTER).status_code == 303
    assert browser.account() is not None
    assert another.account() is None


def test_a_token_is_shown_once_and_lets_a_script_in_until_it_is_revoked(browser, app, ada):
    browser.log_in("ada", GOOD)
    shown = browser.post_form("/settings/tokens", label="nightly", role="viewer").text
    secret = re.search(r"mofu_[\w-]{43}", shown)[0]
    assert secret not in browser.get("/settings").text
    script, headers = app.test_client(), {"Authorization": f"Bearer {secret}"}
    assert script.get("/words.json", headers=headers).status_code == 200
    assert script.get("/settings/people.json", headers=headers).status_code == 403
    (token,) = browser.get("/settings.json").json["tokens"]
    browser.post_form(f"/settings/tokens/{token['id']}/revoke")
    assert script.get("/words.json", headers=headers).status_code == 401


def test_the_tokens_of_others_are_not_ones_own_to_revoke(browser, ada, workshop):
    people.add(workshop, "x", "bob", Role.CURATOR, GOOD)
    theirs = entering.make_token(workshop, "ada", ada.id, "theirs")
    browser.log_in("bob", GOOD)
    assert browser.post_form(f"/settings/tokens/{theirs.token.id}/revoke").status_code == 403
    assert entering.shown_token(workshop, theirs.secret) is not None


def test_a_token_that_is_none_is_a_stranger_even_in_a_browser_that_is_logged_in(browser, ada):
    browser.log_in("ada", GOOD)
    assert browser.get("/words.json", headers={"Authorization": "Bearer mofu_none"}).status_code == 401
    assert browser.get("/words.json", headers={"Authorization": "Basic YWRhOng="}).status_code == 200


def test_language_and_theme_are_everyones_before_and_after_the_login(browser, another, ada):
    assert browser.post_form("/settings/look", language="ja", theme="dark").location == "/settings"
    assert '<html lang="ja" data-theme="dark" data-keys="on">' in browser.get("/login").text
    browser.log_in("ada", GOOD)
    browser.post_form("/settings/look", language="ja", theme="light")
    another.log_in("ada", GOOD)
    assert '<html lang="ja" data-theme="light" data-keys="on">' in another.get("/settings").text
    assert browser.post_form("/settings/look", language="tlh", theme="dark").status_code == 400


def test_single_letters_as_keys_are_switched_off_for_a_browser(browser, another):
    browser.post_form("/settings/look", language="en", theme="auto", keys="off")
    assert 'data-keys="off"' in browser.get("/login").text
    browser.post_form("/settings/look", language="en", theme="dark")
    assert 'data-keys="off"' in browser.get("/login").text
    assert 'data-keys="on"' in another.get("/login").text
    assert browser.post_form("/settings/look", language="en", theme="auto", keys="some").status_code == 400


def test_the_log_is_read_by_cursor_and_by_what_was_done(browser, ada, workshop):
    browser.log_in("ada", GOOD)
    with workshop.database.write() as session:
        for number in range(60):
            audit_log.note(session, "ada", "counted", str(number))
    first = browser.get("/settings/log.json?action=counted").json
    second = browser.get(f"/settings/log.json?action=counted&before={first['next']}").json
    subjects = [deed["subject"] for deed in (*first["deeds"], *second["deeds"])]
    assert subjects == [str(number) for number in reversed(range(60))]
    assert second["next"] is None
    assert "Next" in browser.get("/settings/log").text


def test_names_are_text_and_never_markup(browser, ada, workshop):
    with workshop.database.write() as session:
        audit_log.note(session, "<script>alert(1)</script>", "x", "<img src=x onerror=alert(1)>", a="<b>")
    browser.log_in("ada", GOOD)
    entering.make_token(workshop, "ada", ada.id, "<script>alert(2)</script>")
    for path in ("/settings/log", "/settings/people", "/settings"):
        assert not re.search(r"<script>alert|<img src=x|<b>", browser.get(path).text)


def test_fields_that_are_no_texts_are_as_if_they_were_empty(browser, ada):
    token = browser.get("/login.json").json["csrf_token"]
    for body in ({"name": 1, "password": ["x"]}, [], "text", None):
        answer = browser.post("/login", json=body, headers={"X-CSRFToken": token})
        assert answer.status_code in (400, 401, 429)


def test_the_key_of_a_served_library_is_for_its_owner_alone(tmp_path):
    from mofu.workers.secret_key import secret_key

    with Library.open(tmp_path / "fresh") as opened:
        app = create_app(opened, WebConfig(secret_key(opened.root)))
        assert app.test_client().get("/login").status_code == 200
        assert stat.S_IMODE((opened.root / "secret.key").stat().st_mode) == 0o600
    Library.open(tmp_path / "fresh").close()
