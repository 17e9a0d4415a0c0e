"""A word's current ranking → a random sample of its first images; judgements of it → precision with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mofu.db import images, rankings, verdicts
from mofu.db.verdicts import AuditRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.export.audit_sheet.sheet import AuditSheet, SheetImage, write_sheet
from mofu.ranking.audit import Audit, AuditResult, Judgement, draw_audit
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class WordAudit:
    """An audit of a word's ranking and what has been judged of it so far.

    Attributes:
        name: what files of verdicts call it.
        audit: its images in the order of showing.
        judgements: SHA-256 → accept, reject or unsure.
    """

    workshop: Workshop
    word: WordRecord
    name: str
    audit: Audit
    judgements: dict[str, Judgement]

    def result(self, k: int | None = None) -> AuditResult:
        """What the judgements say of precision@k; k: at most the audit's, which is the default."""
        return self.audit.result(self.judgements, k)

    def write(self, target: Path) -> None:
        """Write the sample to be judged: a page (.html) or a table (.csv). Raises as `write_sheet` says."""
        with self.workshop.database.read() as session:
            facts = images.by_name(session, self.audit.images)
        blobs = self.workshop.blobs
        shown = tuple(
            SheetImage(name, blobs.original(name, facts[name].format).absolute(), blobs.thumbnail(name))
            for name in self.audit.images
        )
        word = self.word
        write_sheet(AuditSheet(word.text, word.language, word.noun, word.slug, self.name, shown), target)


def audit_word(workshop: Workshop, word: WordRecord, k: int, seed: int) -> WordAudit:
    """The audit of the first k images of a word's current ranking, made where it is new; raises as `begin_audit`."""
    record = begin_audit(workshop, word, k, seed)
    with workshop.database.read() as session:
        fingerprint = rankings.find(session, record.ranking_id).fingerprint
        judged = cast(dict[str, Judgement], verdicts.of_audit(session, record.id))
    return WordAudit(workshop, word, audit_name(fingerprint, record), drawn(workshop, record), judged)


def begin_audit(workshop: Workshop, word: WordRecord, k: int, seed: int) -> AuditRecord:
    """The row of an audit of a word's current ranking, made where it is new.

    Raises:
        NothingFoundError: the word is not ranked.
        InvalidInputError: fewer than k images, or a k or seed that cannot be.
    """
    with workshop.database.read() as session:
        ranking = rankings.current(session, word.id)
    if ranking is None:
        raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
    if not 1 <= k <= ranking.count:
        raise InvalidInputError(f"k={k}: expected 1 to {ranking.count}, the ranked images of {word.text!r}")
    if not 0 <= seed < 2**63:
        raise InvalidInputError(f"seed={seed}: expected 0 to 2⁶³ - 1")
    with workshop.database.write() as session:
        return verdicts.ensure_audit(session, ranking.id, k, seed)


def audit_name(fingerprint: str, audit: AuditRecord) -> str:
    """What names an audit in any library: its ranking's fingerprint, k and seed."""
    return f"{fingerprint[:12]}-{audit.k}-{audit.seed}"


def drawn(workshop: Workshop, audit: AuditRecord) -> Audit:
    """The sample of a stored audit, as it was first drawn."""
    with workshop.database.read() as session:
        images_in_order = rankings.images(session, audit.ranking_id)
    ranked = [image.image_sha256 for image in images_in_order if image.rank is not None]
    return draw_audit(ranked, audit.k, audit.seed)
