"""Two hundred texts of strangers in every field that a page shows: each is seen as text, and none does anything.

The rows are written straight into the database, past every check on the way in. Each page is visited twice: as it is
served, where any attempt would be a report of the content policy, and with the policy switched off, where the escaping
alone has to hold.
"""

import itertools
from urllib.parse import quote

import pytest
from hostile_texts import HOST, MARK, addresses, texts
from serving import copied, running
from sqlalchemy import select, update
from stocked import ADMIN, DELETED, WORD

from mofu.db import audit_log, jobs, ledger, people
from mofu.db.job_tables import Job, JobLine
from mofu.db.ledger import NewJob
from mofu.db.models import ActivationSet, Hit, Ranking, Stream, Verdict, Word
from mofu.db.people_tables import ApiToken, Invitation, User
from mofu.library import Library
from mofu.workers import entering

MORE = 30
"""Rows that are added where there are few."""

FOLLOWED = ("/words", "/settings/log")
"""Lists whose further pages are visited, too."""

REFUSED = ("400 (", "404 (")

LOOK = """(host) => {
  const wrong = [];
  for (const each of document.querySelectorAll("*")) {
    for (const { name, value } of each.attributes) {
      if (/^on/i.test(name) || name === "style" || /^hx-on/i.test(name)) wrong.push(`${each.tagName} ${name}`);
      if (/^(src|href|action|formaction|data|srcset|xlink:href)$/i.test(name)) {
        const to = new URL(value.trim(), location.href);
        if (!/^https?:$/.test(to.protocol)) wrong.push(`${name}=${value}`);
        if (to.hostname === host && each.tagName !== "A") wrong.push(`${each.tagName} ${name}=${value}`);
        if (/^hx-(get|post)$/i.test(name) && to.origin !== location.origin) wrong.push(`${name}=${value}`);
      }
    }
    const isOurs = each.type === "application/json" || each.src?.startsWith?.(`${location.origin}/static/`);
    if (each.tagName === "SCRIPT" && !isOurs) wrong.push(each.outerHTML);
    if (/^(IFRAME|OBJECT|EMBED|BASE|STYLE|MATH|ANIMATE|VIDEO)$/i.test(each.tagName)) wrong.push(each.outerHTML);
    if (each.tagName === "META" && each.httpEquiv) wrong.push(each.outerHTML);
  }
  return wrong;
}"""
"""What no page of ours has, whatever it shows."""

RENEW = """() => Promise.all(Array.from(document.querySelectorAll("[hx-get]"), (each) =>
  htmx.ajax("GET", each.getAttribute("hx-get"), { target: each, swap: each.getAttribute("hx-swap") })))"""
"""What pages ask for again and again, asked for now."""


@pytest.fixture(scope="module")
def poisoned(stocked_library, tmp_path_factory):
    """A server of a library whose every text is hostile, and the paths of its pages."""
    folder = copied(stocked_library[0], tmp_path_factory.mktemp("hostile") / "library")
    with Library.open(folder) as library:
        numbers = poison(library)
        paths = list(pages(library, numbers))
        library.dataset(library.word(WORD)).top(8).export(folder / "sheet.html", format="contact-sheet")
    with running(folder, "--no-worker") as server:
        yield server, paths


class Texts:
    """The texts in turn, as long as a column takes."""

    def __init__(self, listed):
        self._next = itertools.cycle(listed)

    def take(self, most=10_000):
        return next(text for text in self._next if len(text) <= most)


def poison(library):
    """Write the texts everywhere; the numbers of the jobs whose pages show many."""
    text, address = Texts(texts()), Texts(addresses())
    with library.database.write() as session:
        _poison_hits(session, text, address)
        _poison_words(session, text)
        _poison_people(session, text)
        return _poison_jobs(session, text)


def _poison_hits(session, text, address):
    for number in session.scalars(select(Hit.id)).all():
        session.execute(
            update(Hit).where(Hit.id == number).values(
                title=text.take(), creator=text.take(), license=text.take(), license_version=text.take(),
                license_url=address.take(), attribution=text.take() if number % 2 else None, page_url=address.take(),
                url=address.take(), tags=[text.take(), text.take()], reason=text.take(), source=text.take(),
            )
        )  # fmt: skip
    session.execute(update(Stream).values(query=text.take(), source=text.take(), licenses=text.take()))


def _poison_words(session, text):
    for word in session.scalars(select(Word).where(Word.kind == "word")).all():
        word.noun, word.language = text.take(), '" onfocus=a() x='
        word.text = text.take() if word.slug != DELETED else f"{DELETED} {text.take()}"
    for number in range(MORE):
        session.add(Word(text=text.take(), language="en", slug=f"hostile-{number}", noun=text.take()))
    session.execute(update(Ranking).values(strategy=text.take(60)))
    session.execute(update(ActivationSet).values(backbone=text.take(60), layer=text.take(60)))
    for number in session.scalars(select(Verdict.id)).all():
        session.execute(update(Verdict).where(Verdict.id == number).values(who=text.take(100)))


def _poison_people(session, text):
    owner = people.named(session, ADMIN)
    for number in range(MORE):
        people.add_token(session, owner.id, text.take(100), owner.role, f"{number:064x}")
    for user in session.scalars(select(User)).all():
        user.name = text.take(100)
        user.folded_name = people.folded(user.name)
    session.execute(update(ApiToken).where(ApiToken.label == "nightly export").values(label=text.take(100)))
    for waiting in session.scalars(select(Invitation)).all():
        waiting.name, waiting.made_by = text.take(100), text.take(100)
    for _ in range(MORE):
        audit_log.note(session, text.take(), text.take(), text.take(), note=text.take())


def _poison_jobs(session, text):
    for job in session.scalars(select(Job)).all():
        job.subject, job.message, job.worker, job.asked_by = text.take(), text.take(), text.take(), text.take()
        if job.state != jobs.DONE:
            job.stage = text.take()
    asked, _ = ledger.ask(session, NewJob("build", text.take(), {each: each for each in texts()[:50]}, asked_by="x"))
    for each in texts():
        ledger.log(session, asked.id, "info", each)
    session.execute(update(JobLine).values(level=text.take()))
    failed = select(Job.id).where(Job.state == jobs.FAILED).limit(1)
    return [asked.id, session.scalar(failed)]


def pages(library, numbers):
    """Every page that shows a text, and those that show what the address says."""
    images = [image.sha256 for image in library.dataset(library.word(WORD))][:12]
    hostile = quote(texts()[2], safe="")
    yield from (f"/words/{WORD}/image/{image}" for image in images)
    yield from (f"/jobs/{number}" for number in numbers)
    word = f"/words/{WORD}"
    for end in ("", "/annotate", "/orders", "/confirm", "/map", "/failures", "/export", "/delete"):
        yield word + end
    yield f"{word}/failures?kind=http"
    yield f"{word}/map?show=points&cluster=0"
    yield from ("/words", "/visualness", f"/visualness/{WORD}", "/compare", "/jobs", "/jobs?state=failed")
    yield from ("/settings", "/settings/people", "/settings/log", "/deleted", "/new")
    yield from (f"/words?q={hostile}", f"/new?words={hostile}&noun={hostile}&license={hostile}&backbone={hostile}")
    yield from (f"/words/{hostile}", f"{word}?order={hostile}", f"/compare?noun={hostile}&word={hostile}&word=x")
    yield from (f"/visualness?judge={hostile}", f"/jobs?state={hostile}", f"/settings/log?action={hostile}")
    yield from (f"/login?next={each}" for each in ("javascript:__xss(1)", "//xss.invalid/", "/%5Cxss.invalid"))


class Visitor:
    """A browser of an administrator that notes whatever a text did."""

    def __init__(self, chromium, server, *, bypass_csp):
        self.server, self.did, self.seen = server, [], set()
        self.context = chromium.new_context(bypass_csp=bypass_csp, reduced_motion="reduce")
        self.context.expose_binding("__xss", lambda _, *marks: self.did.append(("ran", *marks)))
        self.page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.did.append(("script", str(error))))
        self.page.on("popup", lambda popup: self.did.append(("popup", popup.url)))

    def _dialog(self, dialog):
        self.did.append(("dialog", dialog.message))
        dialog.dismiss()

    def _request(self, request):
        if not request.url.startswith((self.server.address, "data:", "file:")):
            self.did.append(("asked", request.url))

    def _console(self, message):
        if message.type == "error" and not any(each in message.text for each in REFUSED):
            self.did.append(("console", message.text))

    def look(self, path):
        """Open a page, and everything on it that opens; what is wrong with it."""
        answer = self.page.goto(self.server.address + path)
        assert answer.status == 200 or (answer.status in (400, 404) and MARK.search(path)), path
        self.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        self.page.evaluate(RENEW)
        if path.endswith("/annotate"):
            for key in ("Enter", "ArrowRight", "Escape", "a", "z", "?", "Escape"):
                self.page.keyboard.press(key)
        self.seen |= set(MARK.findall(self.page.content()))
        return [(path, fault) for fault in self.page.evaluate(LOOK, HOST)]

    def next(self):
        """The path of the list's next page; None on the last."""
        link = self.page.locator("a[rel=next]")
        return link.get_attribute("href") if link.count() else None


@pytest.fixture(params=[False, True], ids=["as it is served", "without a content policy"])
def visitor(request, chromium, poisoned):
    server, _ = poisoned
    with Library.open(server.folder) as library:
        secret = entering.entry_link(library.workshop, "a test").secret
    visitor = Visitor(chromium, server, bypass_csp=request.param)
    visitor.page.goto(f"{server.address}/enter/{secret}")
    yield visitor
    visitor.context.close()


def test_no_text_does_anything_on_any_page_and_each_is_seen(visitor, poisoned):
    wrong = []
    for path in poisoned[1]:
        wrong += visitor.look(path)
        while path in FOLLOWED and (further := visitor.next()):
            wrong += visitor.look(further)
    assert wrong == []
    assert visitor.did == []
    assert len(visitor.seen) == len(texts())


def test_no_text_does_anything_in_a_contact_sheet(visitor, poisoned):
    visitor.page.goto(poisoned[0].folder.joinpath("sheet.html").as_uri())
    assert set(MARK.findall(visitor.page.content()))
    assert visitor.did == []


def test_a_text_that_were_taken_for_markup_would_be_noticed(chromium, poisoned):
    visitor = Visitor(chromium, poisoned[0], bypass_csp=True)
    visitor.page.goto(f"{poisoned[0].address}/login")
    visitor.page.evaluate(
        """(text) => new Promise((done) => {
        addEventListener("error", () => setTimeout(done), { capture: true, once: true });
        document.body.innerHTML = text; })""",
        texts()[2],
    )
    assert ("ran", "x002x") in visitor.did
    assert visitor.page.evaluate(LOOK, HOST) == ["IMG onerror"]
    visitor.context.close()


def test_data_is_never_taken_for_a_page(visitor, poisoned):
    for path in ("/words", f"/words/{WORD}", "/jobs", "/settings/people", "/settings/log", "/no<script>where"):
        answer = visitor.context.request.get(f"{visitor.server.address}{path}.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
