"""Verdicts from clients on PostgreSQL, where writers run side by side: none overwrites what it did not see."""

import threading
import uuid

import pytest
from databases import POSTGRESQL

from mofu.db import hits, verdicts, words
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.verdict_log import Given
from mofu.library import Library
from mofu.workers import verdict_log
from mofu.workers.verdict_log import Sent

NAMES = tuple(f"{number:064x}" for number in range(1, 4))


@pytest.fixture
def library(all_databases, tmp_path):
    """A library with a word of three images, its rows in a PostgreSQL database of its own."""
    with Library.open(all_databases.place(POSTGRESQL, tmp_path / "library")) as opened:
        with opened.database.write() as session:
            word = words.ensure(session, "もふもふ")
            stream = hits.open_stream(session, word.id, "demo", "もふもふ", "")
            page = [{"url": f"http://demo/{name}", "license": "CC0-1.0"} for name in NAMES]
            _, found = hits.add_page(session, stream, 0, page, None, None)
            hits.record(session, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in NAMES])
            hits.record(
                session, [HitResult(h.id, hits.STORED, None, n) for h, n in zip(found, NAMES, strict=True)], []
            )  # fmt: skip
        yield opened


def uid():
    return str(uuid.uuid4())


def test_racing_writers_overwrite_nothing_and_undo_takes_back_a_range(library):
    word, counts = library.word("もふもふ"), []

    def race(who):
        for number in range(30):
            given = Given(uid(), NAMES[number % 3], ("accept", "reject")[number % 2], expects=0)
            receipt = verdict_log.submit(library.workshop, word, who, [Sent(uid(), (given,))])
            counts.append((len(receipt.accepted), len(receipt.conflicts)))

    racing = [threading.Thread(target=race, args=(who,)) for who in ("ada", "bob")]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    with library.database.read() as session:
        history = verdicts.history(session)
    assert len(history) == sum(accepted for accepted, _ in counts)
    assert len(counts) == 60
    assert all(len({verdict.who for verdict in history if verdict.image_sha256 == name}) == 1 for name in NAMES)
    range_given = tuple(Given(uid(), name, "unsure") for name in NAMES)
    verdict_log.submit(library.workshop, word, "eve", [Sent(uid(), range_given)])
    undone = verdict_log.undo(library.workshop, word, "eve", uid())
    assert len(undone.accepted) == 3
    assert all(verdict.judgement in ("accept", "reject") for verdict in library.verdicts(word).values())
