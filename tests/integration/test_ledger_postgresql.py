"""The ledger on PostgreSQL, where transactions run side by side: rows that others hold are skipped."""

import pytest
from sqlalchemy import text

from mofu.db import host_slots, ledger
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.ledger import NewJob


@pytest.fixture
def database(all_databases, tmp_path):
    opened = Database.open(all_databases.postgresql(), tmp_path)
    yield opened
    opened.close()


def asked(database, word):
    with database.write() as session:
        return ledger.ask(session, NewJob("build", word, {"word": word}))[0].id


def claimed(database, worker):
    with database.write() as session:
        job = ledger.claim(session, worker, now())
        return job and job.id


def test_a_job_that_another_transaction_holds_is_skipped(database):
    first, second = asked(database, "a"), asked(database, "b")
    with database.write() as session:
        assert ledger.claim(session, "one", now()).id == first
        assert claimed(database, "two") == second


def test_processes_that_share_hosts_go_by_the_server_s_clock(database):
    with database.read() as session:
        before = host_slots.present(session)
        told = session.scalar(text("SELECT clock_timestamp()"))
        assert before <= told <= host_slots.present(session)
