"""The ledger → what is done now for the words of a page, and for words that are not there yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mofu.db import jobs, ledger, words
from mofu.db.base import now
from mofu.db.jobs import DONE, QUEUED, RUNNING, JobRecord
from mofu.db.words import WordRecord
from mofu.webui.jobs.reading import JobView, view

MOST = 200
"""Jobs under way that are looked at: more than anybody lets wait."""
MAKING = ("build", "crawl")


@dataclass(frozen=True, slots=True)
class Working:
    """Jobs that words wait for.

    Attributes:
        of: word's number → the job under way, or (of a word without a ranking) the last one where it did not get done.
        new: jobs under way that make words which are not there yet, the newest first.
    """

    of: Mapping[int, JobView]
    new: tuple[JobView, ...]


def working(session: Session, shown: Sequence[WordRecord], unranked: Sequence[WordRecord]) -> Working:
    """What is done for the words of a page."""
    under_way = jobs.newest(session, MOST, None, (QUEUED, RUNNING))
    known = _known(session, under_way)
    last = ledger.newest_of(session, [word.id for word in unranked])
    of = {number: job for number, job in last.items() if job.state != DONE}
    of |= {number: job for job in reversed(under_way) if (number := _about(job, known)) is not None}
    by_number, at = {word.id: word for word in shown}, now()
    return Working(
        {number: view(job, by_number, at) for number, job in of.items() if number in by_number},
        tuple(view(job, by_number, at) for job in under_way if job.verb in MAKING and _about(job, known) is None),
    )


def _known(session: Session, under_way: Sequence[JobRecord]) -> dict[tuple[str, str], int]:
    """(Text or slug, noun) → word's number: asked for only where a job does not know its word yet."""
    if all(job.word_id is not None for job in under_way):
        return {}
    listed = words.listing(session)
    return {(word.slug, ""): word.id for word in listed} | {(word.text, word.noun): word.id for word in listed}


def _about(job: JobRecord, known: Mapping[tuple[str, str], int]) -> int | None:
    asked = job.request or {}
    return job.word_id or known.get((str(asked.get("word", "")), str(asked.get("noun") or "")))
