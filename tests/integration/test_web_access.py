"""Every address of the pages, asked for as everyone: nobody gets further than the table says that stands here.

The table is written by hand, from the roles' promises and not from the code. An address that it does not know fails the
test: whoever adds one adds its line, and with it says who may.
"""

import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from serving import entered

from mofu.db.people import Role
from mofu.webui.identity import LOGIN
from mofu.workers import entering

ANYONE, SEE, JUDGE, CURATE, ADMINISTER = "anyone", "see", "judge", "curate", "administer"
OWN = "own"
"""One's own password, tokens and sessions: of whoever sees, in a browser, never by a token."""

MAY = {
    None: {ANYONE},
    "viewer": {ANYONE, SEE, OWN},
    "annotator": {ANYONE, SEE, OWN, JUDGE},
    "curator": {ANYONE, SEE, OWN, JUDGE, CURATE},
    "admin": {ANYONE, SEE, OWN, JUDGE, CURATE, ADMINISTER},
}

TABLE = {
    # the login, the ways in, what everyone chooses, files
    "GET /login": ANYONE,
    "POST /login": ANYONE,
    "POST /logout": ANYONE,
    "GET /enter/*": ANYONE,
    "GET /invitations/*": ANYONE,
    "POST /invitations/*": ANYONE,
    "GET /settings": ANYONE,
    "POST /settings/look": ANYONE,
    "POST /language": ANYONE,
    "GET /help": ANYONE,
    "GET /health": ANYONE,
    "GET /static/*/*": ANYONE,
    "GET /openapi": ANYONE,
    # one's own
    "POST /settings/password": OWN,
    "POST /settings/tokens": OWN,
    "POST /settings/tokens/*/revoke": OWN,
    "POST /settings/log-out-everywhere": OWN,
    # words, images, rankings, plots, jobs, exports that were made
    "GET /": SEE,
    "GET /words": SEE,
    "GET /words/*": SEE,
    "GET /words/*/orders": SEE,
    "GET /words/*/progress": SEE,
    "GET /words/*/image/*": SEE,
    "GET /words/*/failures": SEE,
    "GET /words/*/map": SEE,
    "GET /words/*/map/waiting": SEE,
    "GET /words/*/regions": SEE,
    "GET /words/*/regions/waiting": SEE,
    "GET /region-maps/*/map.png": SEE,
    "GET /region-maps/*/overlay-*.png": SEE,
    "GET /words/*/style": SEE,
    "GET /words/*/style/waiting": SEE,
    "GET /words/*/style/made/*/live": SEE,
    "GET /words/*/style/packs/*.mofustyle": SEE,
    "GET /style-packs/*/swatch-*.png": SEE,
    "GET /style-pictures/*/view.jpg": SEE,
    "GET /style-results/*/result.png": SEE,
    "GET /style-results/*/download": SEE,
    "GET /words/*/dataset": SEE,
    "GET /words/*/export": SEE,
    "GET /words/*/exports/*": SEE,
    "GET /pictures/*/thumbnail.jpg": SEE,
    "GET /pictures/*/large": SEE,
    "GET /metrics": SEE,
    "GET /visualness": SEE,
    "GET /visualness/*": SEE,
    "GET /visualness/waiting/now": SEE,
    "GET /compare": SEE,
    "GET /jobs": SEE,
    "GET /jobs/*": SEE,
    "GET /jobs/live": SEE,
    "GET /jobs/*/live": SEE,
    # own verdicts, audit samples
    "GET /words/*/annotate": JUDGE,
    "GET /words/*/verdicts": JUDGE,
    "GET /words/*/preview": JUDGE,
    "GET /words/*/next": JUDGE,
    "POST /words/*/verdicts": JUDGE,
    "POST /words/*/regions/verdicts": JUDGE,
    "POST /words/*/regions/undo": JUDGE,
    "POST /words/*/regions/redo": JUDGE,
    "POST /words/*/undo": JUDGE,
    "POST /words/*/redo": JUDGE,
    "GET /words/*/confirm": JUDGE,
    "POST /words/*/confirm": JUDGE,
    "POST /words/*/confirm/*": JUDGE,
    # build, rank, export, import, delete, restore
    "GET /new": CURATE,
    "POST /new": CURATE,
    "POST /words/*/failures": CURATE,
    "POST /words/*/apply": CURATE,
    "POST /words/*/map": CURATE,
    "POST /words/*/regions": CURATE,
    "POST /words/*/style": CURATE,
    "POST /words/*/style/pack": CURATE,
    "POST /words/*/style/pictures": CURATE,
    "POST /words/*/export": CURATE,
    "POST /visualness": CURATE,
    "POST /jobs/*/cancel": CURATE,
    "POST /jobs/*/resume": CURATE,
    "GET /words/*/delete": CURATE,
    "POST /words/*/delete": CURATE,
    "GET /deleted": CURATE,
    "POST /deleted/*/restore": CURATE,
    # purge, people, tokens of others, the log
    "POST /deleted/*/purge": ADMINISTER,
    "GET /settings/people": ADMINISTER,
    "POST /settings/people/invitations": ADMINISTER,
    "POST /settings/people/invitations/*/withdraw": ADMINISTER,
    "POST /settings/people/*/role": ADMINISTER,
    "POST /settings/people/*/disable": ADMINISTER,
    "POST /settings/people/*/enable": ADMINISTER,
    "POST /settings/people/*/renew": ADMINISTER,
    "POST /settings/people/*/log-out": ADMINISTER,
    "POST /settings/people/tokens/*/revoke": ADMINISTER,
    "GET /settings/log": ADMINISTER,
}
"""What is asked, with * for each variable part and without the .json of its twin → what that needs."""

PLACES = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
NOWHERE = {"int": "987654321", "path": "no/where", "default": "0" * 64}
"""Values that name nothing: who may ask is answered, and nothing changes."""


@dataclass(frozen=True)
class Asked:
    """One way to ask: a method at an address."""

    method: str
    rule: str

    @property
    def line(self):
        """As the table has it."""
        return f"{self.method} {PLACES.sub('*', self.rule).removesuffix('.json').replace('/index', '/')}"

    @property
    def needs(self):
        return TABLE[self.line]

    def path(self, values):
        """The address with values put in, by the name or else by the kind of each place."""
        return PLACES.sub(lambda p: values.get(p["name"]) or values.get(p["kind"]) or values["default"], self.rule)


def everything(app):
    """All that can be asked."""
    return [
        Asked(method, rule.rule)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def there(library):
    """Values that name something."""
    with library.database.read() as session:
        from mofu.db import images, words

        word = words.find(session, "もふもふ")
        image = images.of_word(session, word.id)[0].sha256
    return {"slug": word.slug, "sha256": image, "sha": image, "int": "1", "default": image}


def browser(app, role):
    """A browser of somebody of a role, and the token that its changes carry."""
    client = FlaskClient(app, app.response_class)
    if role is not None:
        with client.session_transaction() as session:
            session[LOGIN] = entered(app.extensions["mofu"].workshop, role, f"the {role}").secret
    return client, client.get("/login.json").json["csrf_token"]


def verdict(client, asked, values, **headers):
    """How the gate answered: `in`, `stranger` or `forbidden`."""
    answer = client.open(asked.path(values), method=asked.method, headers={"Accept": "application/json"} | headers)
    try:
        kind = answer.json["error"]["kind"] if answer.status_code in (401, 403) and answer.is_json else "in"
        assert answer.status_code != 500, f"{asked.line} failed"
        return {"Unauthorized": "stranger", "Forbidden": "forbidden"}.get(kind, "in")
    finally:
        answer.close()


def expected(role, asked, *, by_token=False):
    if asked.needs in MAY[role] and not (by_token and asked.needs == OWN):
        return "in"
    return "stranger" if role is None else "forbidden"


def values_for(answer, known):
    # Whoever is refused asks for what is there; whoever may asks for what is not, so that nothing changes meanwhile.
    return NOWHERE if answer == "in" else known


def test_the_table_knows_every_address(web):
    assert [asked.line for asked in everything(web.app) if asked.line not in TABLE] == []


@pytest.mark.parametrize("role", MAY)
def test_no_browser_gets_further_than_its_role_and_each_gets_that_far(web, role):
    known, wrong = there(web.library), []
    for asked in everything(web.app):
        should = expected(role, asked)
        client, token = browser(web.app, role)
        got = verdict(client, asked, values_for(should, known), **{"X-CSRFToken": token})
        if got != should:
            wrong.append((asked.line, should, got))
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in MAY if role])
def test_no_token_gets_further_than_its_role_whoever_made_it(web, role):
    workshop, known, wrong = web.library.workshop, there(web.library), []
    owner = entered(workshop, "admin", "owner").user
    token = entering.make_token(workshop, owner.name, owner.id, "script", Role(role)).secret
    for asked in everything(web.app):
        should = expected(role, asked, by_token=True)
        client = FlaskClient(web.app, web.app.response_class, use_cookies=False)
        got = verdict(client, asked, values_for(should, known), Authorization=f"Bearer {token}")
        if got != should:
            wrong.append((asked.line, should, got))
    assert wrong == []


def test_no_change_is_taken_without_the_token_of_a_form(web):
    wrong = []
    for asked in everything(web.app):
        if asked.method == "GET":
            continue
        for headers in ({}, {"X-CSRFToken": "made up"}):
            client, _ = browser(web.app, "admin")
            answer = client.open(
                asked.path(NOWHERE), method=asked.method, headers={"Accept": "application/json"} | headers
            )
            if (answer.status_code, (answer.json or {}).get("error", {}).get("kind")) != (400, "CSRFError"):
                wrong.append((asked.line, answer.status_code))
    assert wrong == []


def test_strangers_are_led_from_every_page_to_the_login_and_back(web):
    client, _ = browser(web.app, None)
    known = there(web.library)
    wrong = []
    for asked in everything(web.app):
        if asked.method != "GET" or asked.needs == ANYONE or asked.rule.endswith(".json"):
            continue
        answer = client.get(asked.path(known))
        if answer.status_code != 302 or not answer.location.startswith("/login?next=/"):
            wrong.append((asked.line, answer.status_code))
    assert wrong == []
