"""A blind sample and what one person says of its images → verdicts of that audit, each stored once.

Whoever judges sees neither ranks nor what others said, so that nothing is a conflict: everybody has an opinion of their
own, and each goes through the sample in the same order.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta

from mofu.db import steps, verdicts
from mofu.db.base import now
from mofu.db.verdict_log import Given
from mofu.db.verdicts import AUDIT, AuditRecord, StoredVerdict, VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.workers.auditing import drawn
from mofu.workers.judging import check_judgement, check_who
from mofu.workers.verdict_log import check_uid
from mofu.workers.workshop import Workshop


def audit_of(workshop: Workshop, word: WordRecord, audit_id: int) -> AuditRecord:
    """An audit of a word by its number; NothingFoundError where the word has no such audit."""
    with workshop.database.read() as session:
        audit = verdicts.find_audit(session, audit_id)
    if audit is None or audit.word_id != word.id:
        raise NothingFoundError(f"{word.text!r} has no blind sample {audit_id}: begin a new one")
    return audit


def confirm(workshop: Workshop, word: WordRecord, audit: AuditRecord, who: str, given: Sequence[Given]) -> int:
    """Store what a person says of images of an audit; when this returns it cannot be lost. How many were new.

    Args:
        who: gives them.
        given: each with an id of its giver's making: one that is stored already is passed over.

    Raises:
        InvalidInputError: one is no verdict or of no image of the audit, or an id is another verdict's.
    """
    who = check_who(who)
    sent = {check_uid(each.uid): each for each in given}
    _check(sent.values(), set(drawn(workshop, audit).images))
    with workshop.database.write() as session:
        steps.take_turn(session, word.id)
        known = verdicts.with_uids(session, list(sent))
        for uid, stored in known.items():
            if (stored.verdict.image_sha256, stored.verdict.who) != (sent[uid].image, who):
                raise InvalidInputError(f"verdict id {uid} is another verdict's: expected a new one for each verdict")
        last = verdicts.newest(session, word.id, [each.image for each in sent.values()])
        new = [
            VerdictRecord(
                word.id, each.image, each.judgement, who, _now_after(last.get(each.image)),
                AUDIT, audit.ranking_id, audit.id, uid,
            )
            for uid, each in sent.items() if uid not in known
        ]  # fmt: skip
        return len(verdicts.append_new(session, new))


def _check(given: Iterable[Given], own: Container[str]) -> None:
    for each in given:
        check_judgement(each.judgement)
        if each.image not in own:
            raise InvalidInputError(f"image {each.image[:12]!r}: expected one of this blind sample")


def _now_after(last: StoredVerdict | None) -> datetime:
    """Now, or just after the image's last verdict where a clock was set back."""
    at = now()
    return at if last is None or at > last.verdict.given_at else last.verdict.given_at + timedelta(microseconds=1)
