"""Search results and what became of them: streams read page by page, hits in the order of search, outcomes recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.base import now
from mofu.db.models import Hit, Image, ServiceRequest, Stream, Word

SOURCES_A_POSITION = 32
"""Hits of several sources interleave: position = rank · 32 + the source's place in the registry."""

STORED = "stored"


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """How far a source's answers to one query have been read."""

    id: int
    word_id: int
    source: str
    query: str
    licenses: str
    cursor: str | None
    exhausted: bool
    hits: int
    total: int | None


@dataclass(frozen=True, slots=True)
class HitRecord:
    """A hit as the crawl needs it; the rest of its row stays in the database."""

    id: int
    source: str
    rank: int
    position: int
    url: str
    fetch_url: str | None
    license: str
    outcome: str | None
    image_sha256: str | None


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image whose files are durable; width and height in pixels after orientation."""

    sha256: str
    format: str
    width: int
    height: int
    bytes: int
    perceptual_hash: int


@dataclass(frozen=True, slots=True)
class HitResult:
    """What became of a hit; `image` names the stored image, `reason` says why there is none."""

    hit_id: int
    outcome: str
    reason: str | None = None
    image_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """A stored hit with all that its service said of it."""

    image_sha256: str
    word_id: int
    source: str
    rank: int
    position: int
    url: str
    page_url: str | None
    title: str | None
    creator: str | None
    license: str
    license_version: str | None
    license_url: str | None
    attribution: str | None
    crawled_at: datetime


_COLUMNS = tuple(getattr(Hit, field.name) for field in dataclasses.fields(HitRecord))
_SAID = (
    "url", "fetch_url", "page_url", "title", "creator", "license", "license_version", "license_url", "attribution",
    "width", "height",
)  # fmt: skip
"""What a service may say of a hit, besides its tags."""

_HITS = bulk.table_of(Hit)
_RECORD = (
    update(_HITS)
    .where(_HITS.c.id == bindparam("hit"))
    .where(or_(bindparam("said") == STORED, func.coalesce(_HITS.c.outcome, "") != STORED))
    .values(
        outcome=bindparam("said"), reason=bindparam("why"), image_sha256=bindparam("image"), crawled_at=bindparam("at")
    )
)


def open_stream(session: Session, word_id: int, source: str, query: str, licenses: str) -> StreamRecord:
    """The stream of a source's answers to a query, made where it is new."""
    key = {"word_id": word_id, "source": source, "query": query, "licenses": licenses}
    wanted = select(Stream).filter_by(**key)
    row = session.scalar(wanted)
    if row is None:
        bulk.add_missing(session, Stream, [key])
        row = session.scalars(wanted).one()
    return _stream(row)


def add_page(
    session: Session,
    stream: StreamRecord,
    place: int,
    hits: Iterable[dict[str, Any]],
    cursor: str | None,
    total: int | None,
    *,
    since: int | None = None,
) -> tuple[StreamRecord, list[HitRecord]]:
    """Append one page of a stream's hits and remember where to go on, in one transaction.

    Where another process has read on in the stream meanwhile, nothing is appended: its hits are given back.

    Args:
        stream: as it was when the page was asked for.
        place: the source's place in the registry, which decides ties between sources of one rank.
        hits: column values of `Hit` (url, title, license, …), in the service's order.
        cursor: where to go on; None ends the stream.
        since: the rank from which the source's hits are given back; None: those of this page alone.
    """
    session.scalar(select(Word.id).filter_by(id=stream.word_id).with_for_update())  # ranks are one process's at a time
    row = session.get_one(Stream, stream.id, populate_existing=True)
    if (row.cursor, row.exhausted, row.hits) != (stream.cursor, stream.exhausted, stream.hits):
        return _stream(row), _of_source(session, stream, since or 0)
    last = session.scalar(select(func.max(Hit.rank)).filter_by(word_id=stream.word_id, source=stream.source))
    first = 0 if last is None else last + 1
    rows = [
        {"word_id": stream.word_id, "stream_id": stream.id, "source": stream.source, "rank": rank,
         "position": rank * SOURCES_A_POSITION + place} | {name: values.get(name) for name in _SAID}
        | {"tags": values.get("tags", [])}
        for rank, values in enumerate(hits, first)
    ]  # fmt: skip
    bulk.add(session, Hit, rows)
    row.cursor, row.exhausted, row.hits, row.updated_at = cursor, cursor is None, row.hits + len(rows), now()
    row.total = total if total is not None else row.total
    session.flush()
    return _stream(row), _of_source(session, stream, first if since is None else since)


def _of_source(session: Session, stream: StreamRecord, since: int) -> list[HitRecord]:
    query = select(*_COLUMNS).where(Hit.word_id == stream.word_id, Hit.source == stream.source, Hit.rank >= since)
    return [HitRecord(*hit) for hit in session.execute(query.order_by(Hit.rank))]


def of_word(session: Session, word_id: int) -> list[HitRecord]:
    """Every hit of a word, in the order of search."""
    rows = session.execute(select(*_COLUMNS).filter_by(word_id=word_id).order_by(Hit.position))
    return [HitRecord(*row) for row in rows]


def stored_images(session: Session, urls: Sequence[str]) -> dict[str, str]:
    """Which of these addresses are stored already, for any word: address → SHA-256 of the image."""
    found: dict[str, str] = {}
    for start in range(0, len(urls), 500):
        query = select(Hit.url, Hit.image_sha256).where(Hit.url.in_(urls[start : start + 500]), Hit.outcome == STORED)
        found |= {url: sha256 for url, sha256 in session.execute(query) if sha256}
    return found


def record(session: Session, results: Sequence[HitResult], images: Sequence[ImageRecord]) -> None:
    """Record outcomes, and the new images among them; an image that is there already is left as it is.

    A hit that another process has stored meanwhile stays stored, and one that was purged is passed over.
    """
    by_name = {image.sha256: image for image in images}
    known = set(session.scalars(select(Image.sha256).where(Image.sha256.in_(by_name))))
    at = now()
    new = [
        {"sha256": i.sha256, "format": i.format, "width": i.width, "height": i.height, "bytes": i.bytes,
         "perceptual_hash": i.perceptual_hash, "stored_at": at}
        for name, i in by_name.items() if name not in known
    ]  # fmt: skip
    bulk.add_missing(session, Image, new)
    if results:
        session.connection().execute(
            _RECORD,
            [{"hit": r.hit_id, "said": r.outcome, "why": r.reason, "image": r.image_sha256, "at": at} for r in results],
        )


def outcome_counts(session: Session, word_id: int) -> dict[str, int]:
    """How many hits of a word ended in each outcome; hits without one are under `pending`."""
    query = select(func.coalesce(Hit.outcome, ""), func.count()).filter_by(word_id=word_id).group_by(Hit.outcome)
    return {outcome or "pending": count for outcome, count in sorted((o, n) for o, n in session.execute(query))}


def provenance(session: Session, sha256s: Sequence[str]) -> dict[str, list[Provenance]]:
    """Every stored hit of these images, for whatever word, in the order of search, by image."""
    found: dict[str, list[Provenance]] = {}
    fields = [getattr(Hit, field.name) for field in dataclasses.fields(Provenance)]
    for start in range(0, len(sha256s), 500):
        some = sha256s[start : start + 500]
        query = select(*fields).where(Hit.image_sha256.in_(some), Hit.outcome == STORED).order_by(Hit.position, Hit.id)
        for row in session.execute(query):
            record = Provenance(*row)
            found.setdefault(record.image_sha256, []).append(record)
    return found


def note_request(session: Session, service: str) -> None:
    """Count one request to a service, and forget those older than a day."""
    session.execute(delete(ServiceRequest).where(ServiceRequest.at < now() - timedelta(days=1)))
    session.add(ServiceRequest(service=service))


def requests_since(session: Session, service: str, since: datetime) -> list[datetime]:
    """When a service was asked since a moment, oldest first; what a wrong clock has dated ahead is left out."""
    of_service = ServiceRequest.service == service
    query = select(ServiceRequest.at).where(of_service, ServiceRequest.at >= since, ServiceRequest.at <= now())
    return list(session.scalars(query.order_by(ServiceRequest.at)))


def _stream(row: Stream) -> StreamRecord:
    return StreamRecord(
        row.id, row.word_id, row.source, row.query, row.licenses, row.cursor, row.exhausted, row.hits, row.total
    )
