"""`mofu jobs` and `mofu worker`: what waits is listed, shown, cancelled, resumed, done; the statuses say how."""

import json

import pytest
from cli_calls import Mofu

from mofu.db import ledger
from mofu.db.base import now
from mofu.db.ledger import Sign
from mofu.library import Library


@pytest.fixture
def library():
    with Library.open("library") as opened:
        yield opened


@pytest.fixture
def waiting(library) -> str:
    """The number of a job that waits: a map of a word that does not exist."""
    return str(library.ask("map", {"word": "もふもふ"}).id)


def call(mofu: Mofu, *arguments: str):
    return mofu(*arguments, "--library", "library")


def test_what_waits_is_listed(mofu: Mofu, waiting: str) -> None:
    said = call(mofu, "jobs")
    assert said.code == 0
    assert "もふもふ" in said.out
    assert "queued" in said.out
    assert call(mofu, "jobs", "list").out == said.out


def test_how_far_a_running_job_is_stands_in_the_list(mofu: Mofu, library, waiting: str) -> None:
    with library.database.write() as session:
        ledger.claim(session, "one", now())
        ledger.renew(session, int(waiting), "one", Sign("crawl", 1200, 4000, 7, 1200, now(), None))
    assert "crawl  1,200/4,000  7 failed" in call(mofu, "jobs").out


def test_a_job_is_cancelled_and_resumed(mofu: Mofu, waiting: str) -> None:
    assert f"job {waiting}  cancelled" in call(mofu, "jobs", "cancel", waiting).out
    assert f"job {waiting}  queued" in call(mofu, "jobs", "resume", waiting).out
    said = call(mofu, "jobs", "resume", waiting)
    assert (said.code, "is queued: expected one that is partial" in said.err) == (1, True)


def test_a_number_that_is_no_job_s_names_those_there_are(mofu: Mofu, waiting: str) -> None:
    said = call(mofu, "jobs", "show", "99")
    assert (said.code, "unknown job '99'" in said.err) == (2, True)


def test_a_worker_does_what_waits_and_the_log_says_how_it_failed(mofu: Mofu, waiting: str) -> None:
    assert call(mofu, "worker", "--once").code == 0
    said = call(mofu, "jobs", "show", waiting)
    assert said.code == 0
    assert "Traceback" in said.out
    assert f"job {waiting}  failed" in said.out
    assert call(mofu, "jobs", "show", waiting, "--follow").code == 1


def test_data_is_one_object_a_line(mofu: Mofu, waiting: str) -> None:
    (job,) = call(mofu, "jobs", "--json").json
    assert (job["verb"], job["state"], job["request"]) == ("map", "queued", {"word": "もふもふ"})
    call(mofu, "worker", "--once")
    shown = json.loads(call(mofu, "jobs", "show", waiting, "--json").out)
    assert (shown["state"], shown["stages"], shown["log"][-1]["level"]) == ("failed", [], "error")
