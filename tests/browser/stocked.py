"""A library of demo words → the same with something on every page: people, verdicts, jobs, a map, measures, styles."""

from dataclasses import replace

from segmented import segmented
from serving import entered
from sqlalchemy import select
from styled import made, styled

from mofu.db import jobs, ledger, visualness
from mofu.db.base import now
from mofu.db.ledger import NewJob, Sign
from mofu.db.models import Hit, Stream
from mofu.db.verdict_log import Given
from mofu.db.visualness import NewEntropy, RegionRecord
from mofu.library import Library
from mofu.workers import entering, people
from mofu.workers.auditing import begin_audit
from mofu.workers.confirming import confirm
from mofu.workers.visualness_table import Request
from mofu.workers.worker import Worker

WORD, OTHER, DELETED = "もふもふ", "ぶつぶつ", "しましま"
ADMIN = "ada"


def stock(folder):
    """Fill a library of demo words; gives the secret of an invitation that waits."""
    with Library.open(folder) as library:
        invitation = _people(library)
        library.map(WORD)
        library.measure_visualness(request=Request(n=20, folds=4, entropy=False))
        _regions(library)
        segmented(library, WORD, 6)
        styled(library, WORD)
        made(library, WORD)
        _verdicts(library)
        _failures(library)
        _jobs(library)
        library.delete(DELETED)
    return invitation


def _people(library):
    workshop = library.workshop
    admin = entered(workshop, "admin", ADMIN).user
    for role in ("viewer", "annotator", "curator"):
        entered(workshop, role, f"{role} bob")
    closed = entered(workshop, "viewer", "carol").user
    people.disable(workshop, ADMIN, closed.id)
    entering.make_token(workshop, ADMIN, admin.id, "nightly export")
    people.invite(workshop, ADMIN, admin.role, "dora")
    return people.invite(workshop, ADMIN, admin.role).secret


def _regions(library):
    word, image = library.word(WORD), next(iter(library.dataset(WORD)))
    box = RegionRecord(image.sha256, 0.25, 0.5, 0.5, 0.25, 0.1, 0.93)
    with library.database.write() as session:
        for each, bits in ((word, 3.5), (library.word(OTHER), 2.5)):
            of = visualness.recognizabilities(session, each.id)[0]
            entropy = NewEntropy(each.id, of.background_id, of.ranking_id, "0" * 64, visualness.RANKING, bits, 0.4,
                                 bits - 0.4, bits + 0.4, 300, 1, 1, 3, {}, [])  # fmt: skip
            visualness.save_entropy(session, replace(entropy, regions=[box]) if each == word else entropy)


def _verdicts(library):
    images = [image.sha256 for image in library.dataset(WORD)]
    for place, said in enumerate(("accept", "reject", "unsure", "accept", "clear")):
        library.verdict(WORD, images[place], said, who=ADMIN)
    library.verdict(WORD, images[0], "reject", who="annotator bob")
    word = library.word(WORD)
    audit = begin_audit(library.workshop, word, 10, 0)
    given = Given("00000000-0000-4000-8000-000000000001", images[0], "accept")
    confirm(library.workshop, word, audit, "annotator bob", [given])


def _failures(library):
    """Two hits of the word that did not arrive."""
    word = library.word(WORD)
    with library.database.write() as session:
        stream = session.scalars(select(Stream).where(Stream.word_id == word.id)).first()
        for place, kind in enumerate(("http", "timeout"), 1000):
            session.add(
                Hit(word_id=word.id, stream_id=stream.id, source=stream.source, rank=place, position=place,
                    url=f"http://127.0.0.1/{kind}.jpg", license="CC0-1.0", outcome=kind, reason="it was not to be")
            )  # fmt: skip


def _jobs(library):
    """An export that is done, and one job in each other state."""
    library.ask("export", {"word": WORD, "top": 5}, asked_by=ADMIN)
    library.ask("export", {"word": WORD, "top": 5, "format": "contact-sheet"}, asked_by=ADMIN)
    Worker(library).run(once=True)
    for state in (jobs.FAILED, jobs.PARTIAL, jobs.CANCELLED, jobs.RUNNING, jobs.QUEUED):
        with library.database.write() as session:
            number = ledger.ask(session, NewJob("build", f"{WORD} {state}", {"word": WORD, "n": 40}))[0].id
            if state == jobs.QUEUED:
                continue
            assert ledger.claim(session, "worker 1", now(), 3600.0).id == number
            ledger.renew(session, number, "worker 1", Sign("crawl", 12, 40, 3, 0, now(), "three did not come"), 3600.0)
            ledger.log(session, number, "warning", "the server asked to wait")
            if state != jobs.RUNNING:
                ledger.finish(session, number, "worker 1", state, f"{state}, as the log says")
