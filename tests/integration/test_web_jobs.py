"""The pages of jobs: states over all, each job's progress, its log; cancel and resume by those who may."""

import re
import shutil
from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from mofu.db import jobs, ledger
from mofu.db.base import now
from mofu.db.job_tables import Job
from mofu.db.ledger import NewJob, Sign

pytestmark = pytest.mark.both_databases


@pytest.fixture
def running(web):
    """A job that a worker is at: 30 of 100 images."""
    with web.library.database.write() as session:
        number = ledger.ask(session, NewJob("build", "もふもふ", {"word": "もふもふ"}, "花子"))[0].id
        ledger.claim(session, "one", now())
        ledger.renew(session, number, "one", Sign("crawl", 30, 100, 4, 0, now(), None))
        ledger.log(session, number, "warning", "the quota <b>is</b> used up")
    return number


def ask(web, word):
    with web.library.database.write() as session:
        return ledger.ask(session, NewJob("build", word, {"word": word}))[0].id


def test_the_list_says_what_runs_and_how_far_it_is(web, running):
    page = web.client("viewer").get("/jobs").get_data(as_text=True)
    assert "30 of 100" in page
    assert "4 did not arrive" in page
    shown = web.client("viewer").get("/jobs.json").json
    assert [view["job"]["id"] for view in shown["running"]] == [running]
    assert {each["state"]: each["count"] for each in shown["counts"]}["running"] == 1
    assert shown["free_bytes"] > 0
    assert shown["picture_bytes"] > 0


def test_commands_stages_are_in_the_list_too(web):
    shown = web.client("viewer").get("/jobs.json?state=done").json
    assert {view["job"]["stage"] for view in shown["jobs"]} >= {"crawl", "features", "rank"}


def test_what_a_command_did_is_not_told_as_if_it_still_ran(web):
    page = web.client("viewer").get("/jobs?state=done").get_data(as_text=True)
    names = re.findall(r'<span class="soft">([^<]+)</span></a>', page)
    assert {"Crawl", "Features", "Rank"} <= set(names)
    assert not {"fetching images", "computing features", "ranking"} & set(names)


def test_the_list_is_paged_by_cursor_and_narrowed_by_state(web):
    numbers = [ask(web, f"word {number}") for number in range(27)]
    client = web.client("viewer")
    first = client.get("/jobs.json?state=queued").json
    assert [view["job"]["id"] for view in first["jobs"]] == numbers[:-26:-1]
    rest = client.get(f"/jobs.json?state=queued&before={first['next']}").json
    assert [view["job"]["id"] for view in rest["jobs"]] == numbers[1::-1]
    assert rest["next"] is None
    assert client.get("/jobs.json?state=asleep").status_code == 404
    older = client.get(f"/jobs?state=queued&before={first['next']}").get_data(as_text=True)
    assert re.search(r'rel="prev" href="/jobs\?state=queued">← Newest<', older)


@pytest.mark.parametrize(
    ("verb", "subject", "place"),
    [
        ("export", "もふもふ", "/words/もふもふ/export#made"),
        ("segment", "もふもふ", "/words/もふもふ/regions"),
        ("build", "もふもふ", "/words/もふもふ"),
        ("visualness", "", "/visualness"),
        ("segment", "もふもふ ぶつぶつ", None),
        ("background", "", None),
    ],
)
def test_what_a_job_made_is_one_step_away(web, verb, subject, place):
    with web.library.database.write() as session:
        number = ledger.ask(session, NewJob(verb, subject, {}))[0].id
        ledger.claim(session, "one", now())
    assert looks(web, number) == []
    with web.library.database.write() as session:
        ledger.finish(session, number, "one", jobs.DONE, "done")
    assert looks(web, number) == ([place] if place else [])


def looks(web, number):
    """Where its page leads to look at what it made."""
    page = unquote(web.client("viewer").get(f"/jobs/{number}").get_data(as_text=True))
    return re.findall(r'<a href="([^"]+)">Look</a>', page)


def test_a_part_that_has_not_changed_is_not_sent_again(web, running, monkeypatch):
    space = shutil.disk_usage(web.library.root)  # others write to the same disk
    monkeypatch.setattr(shutil, "disk_usage", lambda _: space)
    client = web.client("viewer")
    for address in ("/jobs/live", f"/jobs/{running}/live"):
        known = {"If-None-Match": client.get(address).headers["ETag"]}
        assert client.get(address, headers=known).status_code == 304
        with web.library.database.write() as session:
            ledger.renew(session, running, "one", Sign("crawl", 40 + len(address), 100, 4, 0, now(), None))
        assert client.get(address, headers=known).status_code == 200


def test_a_part_holds_nothing_that_differs_each_time(web, running):
    part = web.client("curator").get("/jobs/live").get_data(as_text=True)
    assert 'name="csrf_token" value=""' in part
    assert 'name="csrf_token" value=""' not in web.client("curator").get("/jobs").get_data(as_text=True)


def test_a_job_shows_its_request_and_its_log_as_text(web, running):
    page = web.client("viewer").get(f"/jobs/{running}").get_data(as_text=True)
    assert "花子" in page
    assert "the quota &lt;b&gt;is&lt;/b&gt; used up" in page
    shown = web.client("viewer").get(f"/jobs/{running}.json").json
    assert [line["level"] for line in shown["log"]] == ["warning"]
    assert web.client("viewer").get("/jobs/999.json").status_code == 404


def test_a_curator_cancels_and_resumes(web):
    number, client = ask(web, "もふもふ"), web.client("curator")
    answer = client.post(f"/jobs/{number}/cancel", data={"next": "/jobs"})
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert "is cancelled" in client.get("/jobs").get_data(as_text=True)
    assert client.post(f"/jobs/{number}/resume", json={}).json["state"] == "queued"
    assert client.post(f"/jobs/{number}/resume", json={}).status_code == 409


def test_a_running_job_is_asked_to_stop(web, running):
    answer = web.client("curator").post(f"/jobs/{running}/cancel", json={})
    assert answer.json["cancel_requested"] is True
    assert "as soon as it notices" in web.client("viewer").get("/jobs").get_data(as_text=True)


@pytest.mark.parametrize("role", ["viewer", "annotator"])
def test_others_look_and_change_nothing(web, role):
    number, client = ask(web, "もふもふ"), web.client(role)
    assert "Cancel" not in client.get("/jobs").get_data(as_text=True)
    assert client.post(f"/jobs/{number}/cancel", json={}).status_code == 403
    assert web.library.job(number).state == jobs.QUEUED


def test_jobs_that_nobody_takes_say_what_to_do(web):
    number = ask(web, "もふもふ")
    assert web.client("viewer").get("/jobs.json").json["lacks_worker"] is False
    with web.library.database.write() as session:
        session.execute(update(Job).where(Job.id == number).values(asked_at=now() - timedelta(minutes=1)))
    assert "mofu worker" in web.client("viewer").get("/jobs").get_data(as_text=True)
