"""Every page in every state, light and dark, wide and narrow, in both languages: WCAG 2.2 AA by axe-core, and by hand.

axe-core is put into pages of a context that does not apply the content policy, and into no other. What a machine cannot
see of itself is tried: whether a page fits 320 pixels, whether the keyboard alone reaches every control, and whether
one sees where it is.
"""

from dataclasses import dataclass

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from serving import copied, running
from stocked import WORD
from test_web_access import PLACES, everything

from mofu.db.models import Word
from mofu.library import Library
from mofu.webui.app import WebConfig, create_app
from mofu.workers import entering

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
CONTRAST = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
NARROW, WIDE = 320, 1440

STATES = {
    "/": [""],
    "/words": ["", "?q=mofumofu", "?q=nosuchword"],
    "/words/*": ["", "?order=search", "?verdict=conflict", "?score=0..9", "?score=8..9"],
    "/words/*/annotate": ["", "?order=corrected"],
    "/words/*/confirm": ["", "?audit=1", "?audit=1&at=2"],
    "/words/*/delete": [""],
    "/words/*/export": [""],
    "/words/*/failures": ["", "?kind=http"],
    "/words/*/image/*": [""],
    "/words/*/map": ["", "?show=points", "?cluster=0"],
    "/words/*/orders": [""],
    "/words/*/regions": ["", "?compare=1", "?state=accept"],
    "/words/*/style": ["", "?job={made}", "?before=1"],
    "/visualness": [""],
    "/visualness/*": [""],
    "/compare": ["", "?word=もふもふ&word=ぶつぶつ&images=20", "?word=もふもふ&word=ぶつぶつ&images=20&row=0&column=1"],
    "/jobs": ["", "?state=failed"],
    "/jobs/*": [""],
    "/new": ["", "?words=もふもふ&n=0"],
    "/deleted": [""],
    "/settings": [""],
    "/settings/people": [""],
    "/settings/log": ["", "?action=login"],
    "/login": [""],
    "/invitations/*": [""],
    "/enter/*": [""],
    "/help": [""],
}
"""Every address that is a page → what may stand behind it."""

NO_PAGES = {
    "/health", "/metrics", "/static/*/*", "/pictures/*/thumbnail.jpg", "/pictures/*/large", "/words/*/exports/*",
    "/jobs/live", "/jobs/*/live", "/words/*/map/waiting", "/words/*/regions/waiting",
    "/region-maps/*/map.png", "/region-maps/*/overlay-*.png", "/words/*/style/waiting", "/words/*/style/made/*/live",
    "/style-packs/*/swatch-*.png", "/style-pictures/*/view.jpg", "/style-results/*/result.png",
    "/style-results/*/download", "/words/*/style/packs/*.mofustyle", "/visualness/waiting/now", "/words/*/progress",
}  # fmt: skip
"""Files, and parts that pages ask for."""


@dataclass(frozen=True)
class Stocked:
    """A server of a library with something on every page, and values for addresses."""

    server: object
    values: dict
    rules: tuple

    def paths(self, *, first_only=False):
        """Every page in every state, or in its first."""
        for rule in self.rules:
            for query in STATES.get(PLACES.sub("*", rule), ())[: 1 if first_only else None]:
                yield PLACES.sub(lambda place: self.values[place["name"]], rule) + query.format(**self.values)


@pytest.fixture(scope="module")
def stocked(stocked_library, tmp_path_factory):
    library, invitation = stocked_library
    folder = copied(library, tmp_path_factory.mktemp("accessible") / "library")
    with Library.open(folder) as library:
        app = create_app(library, WebConfig(b"only to read its addresses: nobody is served"))
        rules = tuple(a.rule for a in everything(app) if a.method == "GET" and not a.rule.endswith(".json"))
        image = next(iter(library.dataset(WORD))).sha256
        number = str(next(job.id for job in library.jobs() if job.state == "failed"))
        made = str(next(job.id for job in library.jobs() if job.verb == "style-apply"))
    values = {"slug": WORD, "sha256": image, "number": number, "made": made, "secret": invitation}
    with running(folder, "--no-worker") as server:
        yield Stocked(server, values, rules)


def entry(server):
    """The address that lets the administrator in, once."""
    with Library.open(server.folder) as library:
        return f"{server.address}/enter/{entering.entry_link(library.workshop, 'a test').secret}"


LOOKS = {"light, wide, English": (WIDE, "light", "en"), "dark, narrow, Japanese": (NARROW, "dark", "ja")}


@pytest.fixture
def look(chromium, request):
    """`look(server)`: a page in one of the looks, of a stranger until somebody enters."""
    contexts = []

    def open_page(server, name="light, wide, English"):
        width, scheme, language = LOOKS[name]
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, bypass_csp=True,
            reduced_motion="reduce", base_url=server.address,
        )  # fmt: skip
        contexts.append(context)
        context.add_init_script(AXE_SCRIPT)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def faults(page, options=AXE):
    """What axe-core finds: where, which rule, in what, why."""
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    path = "/" + page.url.split("/", 3)[3]
    return [(path, rule["id"], node["html"][:160], node["failureSummary"]) for rule in found for node in rule["nodes"]]


def wrong(page):
    """All that is wrong with a page as it stands: the rules, colours in the other scheme, too, and whether it fits."""
    found = faults(page)
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    found += faults(page, CONTRAST)
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    if page.evaluate("document.scrollingElement.scrollWidth > document.documentElement.clientWidth"):
        found.append((page.url, "scrolls sideways"))
    return found


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def test_every_address_is_a_page_with_states_or_known_to_be_none(stocked):
    lines = {PLACES.sub("*", rule) for rule in stocked.rules}
    assert lines - set(STATES) - NO_PAGES == set()
    assert set(STATES) - lines == set()


@pytest.mark.parametrize("name", LOOKS)
def test_no_page_breaks_a_rule_in_any_state(look, stocked, name):
    page, found = look(stocked.server, name), []
    page.goto(entry(stocked.server))
    for path in stocked.paths():
        page.goto(path)
        unfold(page)
        found += wrong(page)
    assert found == []


@pytest.mark.parametrize("name", LOOKS)
def test_no_dialog_breaks_a_rule(look, stocked, name):
    page, found = look(stocked.server, name), []
    page.goto(entry(stocked.server))
    for keys, dialog in ((["Enter"], "loupe"), (["?"], "keys"), (["Shift+ArrowRight", "x"], None)):
        page.goto(f"/words/{WORD}/annotate")
        for key in keys:
            page.keyboard.press(key)
        page.locator(f"#{dialog}[open]" if dialog else '#unsent[data-state="sent"]').wait_for()
        found += wrong(page)
    page.goto(f"/words/{WORD}/annotate")
    page.evaluate("document.getElementById('login').showModal()")
    assert found + wrong(page) == []


def fill(page, **fields):
    """Fill in and send the form that has these fields."""
    for name, text in fields.items():
        page.locator(f"main [name={name}]").last.fill(text)
    page.locator(f"main form:has([name={next(iter(fields))}])").last.locator("button").last.click()


@pytest.mark.parametrize("name", LOOKS)
def test_no_answer_to_a_form_breaks_a_rule(look, stocked, name):
    page, found = look(stocked.server, name), []
    page.goto(entry(stocked.server))
    for path, fields in (
        ("/settings", {"label": "a script"}),
        ("/settings", {"new": "short", "again": "shorter"}),
        ("/settings/people", {"name": f"somebody for {name.partition(',')[0]}"}),
        ("/settings/people", {"name": "dora:"}),
        ("/deleted", {"confirm": "something else"}),
    ):
        page.goto(path)
        unfold(page)
        fill(page, **fields)
        page.wait_for_load_state()
        found += wrong(page)
    assert found == []


@pytest.mark.parametrize("name", LOOKS)
def test_no_page_of_a_stranger_and_no_error_breaks_a_rule(look, stocked, name):
    page, found = look(stocked.server, name), []
    page.goto("/login")
    fill(page, name="nobody", password="not the one")
    for path in ("", f"/invitations/{stocked.values['secret']}", "/enter/none", "/settings", "/help", "/nowhere"):
        if path:
            page.goto(path)
        found += wrong(page)
    page.goto(entry(stocked.server))
    for path in ("/words/nosuchword", "/compare?images=1", f"/words/{WORD}/image/0"):
        page.goto(path)
        found += wrong(page)
    assert found == []


@pytest.mark.parametrize("name", LOOKS)
def test_no_empty_page_breaks_a_rule(look, tmp_path, name):
    with Library.open(tmp_path / "empty") as library, library.database.write() as session:
        session.add(Word(text="から", language="ja", slug="から"))
    with running(tmp_path / "empty", "--no-worker") as server:
        page, found = look(server, name), []
        page.goto(server.link)
        ends = ("", "/annotate", "/confirm", "/map", "/regions", "/style", "/failures", "/export", "/orders")
        paths = ["/words", "/visualness", "/compare", "/jobs", "/deleted", "/new", "/settings/people"]
        for path in paths + [f"/words/から{end}" for end in ends]:
            page.goto(path)
            found += wrong(page)
    assert found == []


CONTROLS = """() => {
  const all = "a[href], button:enabled, input:enabled:not([type=hidden]), select, textarea, summary, [tabindex]";
  const isSeen = (each) => each.getClientRects().length && each.checkVisibility({ visibilityProperty: true });
  const short = (each) => each.outerHTML.slice(0, 160);
  const group = (each) => (each.type === "radio" ? `${each.form?.action} ${each.name}` : null);
  const controls = Array.from(document.querySelectorAll(all)).filter((each) => each.tabIndex >= 0 && isSeen(each));
  window.reached = new Map();
  addEventListener("focusin", ({ target }) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    window.reached.set(target, outlineStyle !== "none" && parseFloat(outlineWidth) >= 1);
  });
  window.missed = () => {
    const groups = new Set(Array.from(window.reached.keys(), group).filter(Boolean));
    const isReached = (each) => window.reached.has(each) || groups.has(group(each));
    return controls.filter((each) => !isReached(each)).map(short);
  };
  window.unseen = () => Array.from(window.reached).filter(([, isMarked]) => !isMarked).map(([each]) => short(each));
  return controls.length;
}"""
"""Counts what the keyboard must reach, and watches what it does and whether one would see it."""


def test_tab_alone_reaches_every_control_and_shows_where_it_is(look, stocked):
    page, found = look(stocked.server), []
    page.goto(entry(stocked.server))
    for path in stocked.paths(first_only=True):
        page.goto(path)
        unfold(page)
        for _ in range(page.evaluate(CONTROLS) + 2):
            page.keyboard.press("Tab")
        missed, unseen = page.evaluate("[missed(), unseen()]")
        found += [(path, "not reached", each) for each in missed] + [(path, "not seen", each) for each in unseen]
    assert found == []


def test_the_first_tab_leads_past_what_every_page_has(look, stocked):
    page = look(stocked.server)
    page.goto(entry(stocked.server))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
