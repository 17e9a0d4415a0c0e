"""Many rows at once: each database its own way, the same rows in the end."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mofu.db import bulk, words
from mofu.db.engine import Database
from mofu.db.models import Hit, Image, Stream

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ODD = "tab\t, backslash \\N, line\n, quote ' and もふもふ"


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


def image(number, **changed):
    facts = {"format": "jpeg", "width": 9, "height": 9, "bytes": 2**40, "perceptual_hash": -5, "stored_at": NOON}
    return {"sha256": f"{number:064x}"} | facts | changed


def test_rows_arrive_as_they_were_given_whatever_they_hold(database):
    with database.write() as session:
        word = words.ensure(session, "もふもふ")
        key = {"word_id": word.id, "source": "demo", "query": "q", "licenses": ""}
        bulk.add_missing(session, Stream, [key])
        stream = session.scalars(select(Stream)).one()
        shared = {"word_id": word.id, "stream_id": stream.id, "source": "demo", "license": "CC0-1.0"}
        rows = [
            shared | {"rank": n, "position": n, "url": ODD, "title": None, "tags": [ODD, n, 0.5, None]}
            for n in range(300)
        ]
        bulk.add(session, Hit, rows)
    with database.read() as session:
        found = list(session.scalars(select(Hit).order_by(Hit.rank)))
    assert [(hit.url, hit.title, hit.tags) for hit in found] == [(ODD, None, [ODD, n, 0.5, None]) for n in range(300)]
    assert (stream.exhausted, stream.hits) == (False, 0)  # what a row leaves out has its default


def test_what_is_there_already_is_left_as_it_is(database):
    with database.write() as session:
        bulk.add_missing(session, Image, [image(1), image(2)])
        bulk.add_missing(session, Image, [image(2, width=7), image(3)])
        bulk.add_missing(session, Image, [])
        bulk.add(session, Image, [])
    with database.read() as session:
        assert [(i.sha256, i.width, i.stored_at) for i in session.scalars(select(Image).order_by(Image.sha256))] == [
            (f"{number:064x}", 9, NOON) for number in (1, 2, 3)
        ]


def test_a_row_that_contradicts_another_keeps_all_of_them_out(database):
    def twice():
        with database.write() as session:
            bulk.add(session, Image, [image(1), image(2), image(1)])

    with pytest.raises(IntegrityError):
        twice()
    with database.read() as session:
        assert list(session.scalars(select(Image))) == []
