"""The ledger: one job for the same request, one worker a job, a lease that runs out, an end that is told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mofu.db import jobs, ledger, words
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.ledger import LEASE_S, MOST_ATTEMPTS, MOST_LINES, NewJob, Sign
from mofu.errors import ConflictError, UnknownNameError

LATER = timedelta(seconds=LEASE_S + 1)


pytestmark = pytest.mark.both_databases


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def session(database):
    with database.write() as opened:
        yield opened


def new(word="もふもふ", verb="build", **changed):
    return NewJob(verb, word, {"word": word}, **changed)


def ask(session, *arguments, **changed):
    return ledger.ask(session, new(*arguments, **changed))[0]


def test_a_job_asked_for_waits_with_all_that_was_asked(session):
    job = ask(session, asked_by="花子", priority=3)
    assert (job.verb, job.subject, job.request, job.asked_by) == ("build", "もふもふ", {"word": "もふもふ"}, "花子")
    assert (job.state, job.priority, job.attempts, job.started_at) == ("queued", 3, 0, None)


def test_the_same_request_asked_twice_while_one_waits_is_the_same_job(session):
    first, is_new = ledger.ask(session, new())
    again, is_new_again = ledger.ask(session, new(asked_by="somebody else"))
    assert (is_new, is_new_again, again.id) == (True, False, first.id)
    assert ask(session, "ふわふわ").id != first.id


def test_a_running_one_counts_only_for_work_that_goes_on_until_it_has_all(session):
    first = ask(session)
    ledger.claim(session, "one", now())
    assert ledger.ask(session, new(), joins_running=True)[0].id == first.id
    assert ledger.ask(session, new())[0].id != first.id


def test_a_request_that_is_done_can_be_asked_again(session):
    first = ask(session)
    ledger.claim(session, "one", now())
    ledger.finish(session, first.id, "one", jobs.DONE, None)
    assert ledger.ask(session, new(), joins_running=True)[0].id != first.id


def test_of_many_that_ask_at_once_all_are_given_one_job(database):
    def asked(_):
        with database.write() as session:
            return ask(session).id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(asked, range(24)))) == 1


def test_of_many_claimers_one_has_the_job(database):
    with database.write() as session:
        ask(session)

    def claimed(name):
        with database.write() as session:
            return ledger.claim(session, str(name), now())

    with ThreadPoolExecutor(8) as threads:
        assert len([job for job in threads.map(claimed, range(16)) if job is not None]) == 1


def test_two_programs_at_one_library_share_its_jobs_out(database, database_url, tmp_path):
    with database.write() as session:
        waiting = {ask(session, word).id for word in "abcdefgh"}

    def taken(opened):
        mine = []
        while True:
            with opened.write() as session:
                job = ledger.claim(session, "one of two", now())
            if job is None:
                return mine
            mine.append(job.id)

    other = Database.open(database_url, tmp_path)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(taken, (database, other))
    other.close()
    assert sorted(first + second) == sorted(waiting)


def test_the_most_urgent_is_claimed_first_then_the_oldest(session):
    for word, priority in (("one", 0), ("two", 5), ("three", 5)):
        ask(session, word, priority=priority)
    assert [ledger.claim(session, "w", now()).subject for _ in range(3)] == ["two", "three", "one"]
    assert ledger.claim(session, "w", now()) is None


def test_an_abandoned_job_is_taken_over_and_the_dead_worker_s_word_counts_no_more(session):
    job = ask(session)
    ledger.claim(session, "dead", now())
    taken = ledger.claim(session, "other", now(), abandoned=jobs.holds(session))
    assert (taken.id, taken.worker, taken.attempts) == (job.id, "other", 2)
    assert not ledger.renew(session, job.id, "dead", Sign("crawl", 1, 2, 0, 0, None, None))
    assert not ledger.finish(session, job.id, "dead", jobs.DONE, None)
    assert ledger.is_unwanted(session, job.id, "dead")
    assert ledger.finish(session, job.id, "other", jobs.DONE, None)


def test_a_sign_of_life_renews_the_lease_and_tells_how_far_it_is(session):
    job, start = ask(session), now()
    ledger.claim(session, "one", start - timedelta(seconds=LEASE_S - 1))
    silent = jobs.holds(session)
    assert ledger.has_work(session, silent)
    assert ledger.renew(session, job.id, "one", Sign("crawl", 30, 100, 4, 10, start - timedelta(seconds=10), "hello"))
    assert not ledger.has_work(session, silent)
    assert ledger.claim(session, "other", now(), abandoned=silent) is None
    told = jobs.get(session, job.id)
    assert (told.stage, told.done, told.total, told.failed, told.message) == ("crawl", 30, 100, 4, "hello")
    seconds = (told.heartbeat_at - told.stage_started_at).total_seconds()
    assert told.rate(now()) == pytest.approx(20 / seconds)
    assert told.seconds_left(now()) == pytest.approx(70 / 20 * seconds)


def test_a_job_that_takes_its_workers_with_it_is_given_up(session):
    job = ask(session)
    for turn in range(MOST_ATTEMPTS):
        assert ledger.claim(session, str(turn), now(), abandoned=jobs.holds(session)).id == job.id
    assert ledger.claim(session, "last", now(), abandoned=jobs.holds(session)) is None
    assert jobs.get(session, job.id).state == "failed"
    assert ledger.resume(session, job.id).attempts == 0


def test_a_job_that_waits_is_cancelled_at_once_and_can_go_on(session):
    job = ask(session)
    assert ledger.cancel(session, job.id, now()).state == "cancelled"
    assert ledger.claim(session, "w", now()) is None
    assert ledger.resume(session, job.id).state == "queued"
    assert ledger.claim(session, "w", now()).id == job.id


def test_a_running_job_is_cancelled_by_its_worker_or_for_one_that_is_dead(session):
    job, at = ask(session), now()
    ledger.claim(session, "w", at)
    assert not ledger.is_unwanted(session, job.id, "w")
    assert ledger.cancel(session, job.id, at).state == "running"
    assert ledger.is_unwanted(session, job.id, "w")
    assert ledger.cancel(session, job.id, at + LATER).state == "cancelled"


def test_no_clock_alone_takes_a_job_from_its_worker(session):
    ask(session)
    ledger.claim(session, "w", now() - timedelta(days=1))
    assert ledger.claim(session, "other", now()) is None


@pytest.mark.parametrize(
    ("given", "seems_abandoned"),
    [(timedelta(0), False), (timedelta(seconds=LEASE_S - 1), False), (-LATER, True), (timedelta(hours=2), True)],
)
def test_a_lease_lapses_by_the_clock_when_it_ran_out_or_the_clock_was_set_back(session, given, seems_abandoned):
    job, at = ask(session), now()
    ledger.claim(session, "w", at + given)
    assert jobs.get(session, job.id).seems_abandoned(at) is seems_abandoned
    assert ledger.cancel(session, job.id, at).state == ("cancelled" if seems_abandoned else "running")


def test_a_job_to_be_cancelled_is_not_taken_over(session):
    job, at = ask(session), now()
    ledger.claim(session, "w", at)
    ledger.cancel(session, job.id, at)
    assert ledger.claim(session, "other", at, abandoned=jobs.holds(session)) is None
    assert jobs.get(session, job.id).state == "cancelled"


def test_a_worker_that_stops_gives_its_job_back_as_if_it_had_never_taken_it(session):
    job = ask(session)
    ledger.claim(session, "w", now())
    ledger.put_back(session, job.id, "w")
    again = ledger.claim(session, "other", now())
    assert (again.id, again.attempts) == (job.id, 1)


def test_what_ended_cannot_be_cancelled_and_what_is_done_cannot_go_on(session):
    job = ask(session)
    ledger.claim(session, "w", now())
    ledger.finish(session, job.id, "w", jobs.DONE, "all", result={"path": "x.zip"})
    assert jobs.get(session, job.id).result == {"path": "x.zip"}
    with pytest.raises(ConflictError, match="is done already"):
        ledger.cancel(session, job.id, now())
    with pytest.raises(ConflictError, match="is done: expected"):
        ledger.resume(session, job.id)
    with pytest.raises(UnknownNameError, match="job '99'"):
        ledger.cancel(session, 99, now())


def test_going_on_with_what_another_job_asks_for_is_that_job(session):
    first = ask(session)
    ledger.cancel(session, first.id, now())
    second = ask(session)
    assert ledger.resume(session, first.id).id == second.id


def test_a_stage_that_a_command_runs_is_listed_but_not_ours_to_stop(session):
    number = jobs.start(session, "rank", None)
    assert [job.id for job in jobs.newest(session, 9)] == [number]
    assert jobs.holds(session) == []
    with pytest.raises(ConflictError, match="a stage that a command runs"):
        ledger.cancel(session, number, now())


def test_stages_lie_below_the_job_that_they_run_for_and_say_which_word_it_is_about(session):
    word, job = words.ensure(session, "もふもふ"), ask(session)
    stage = jobs.start(session, "crawl", word.id, job.id)
    assert [each.id for each in jobs.newest(session, 9)] == [job.id]
    assert [each.id for each in jobs.stages_of(session, job.id)] == [stage]
    assert jobs.get(session, job.id).word_id == word.id
    assert {number: each.id for number, each in ledger.newest_of(session, [word.id]).items()} == {word.id: job.id}


def test_a_killed_command_s_stages_are_interrupted_and_jobs_left_to_their_leases(session):
    stage, job = jobs.start(session, "rank", None), ask(session)
    ledger.claim(session, "w", now())
    jobs.mark_interrupted(session)
    assert (jobs.get(session, stage).state, jobs.get(session, job.id).state) == ("interrupted", "running")


def test_the_list_pages_by_number_and_state(session):
    numbers = [ask(session, word).id for word in "abc"]
    ledger.cancel(session, numbers[0], now())
    assert [job.id for job in jobs.newest(session, 2)] == [numbers[2], numbers[1]]
    assert [job.id for job in jobs.newest(session, 2, before=numbers[1])] == [numbers[0]]
    assert [job.id for job in jobs.newest(session, 9, states=["queued"])] == [numbers[2], numbers[1]]
    assert ledger.counts(session) == {"queued": 2, "cancelled": 1}


def test_a_log_keeps_its_newest_lines(session):
    job = ask(session)
    for number in range(MOST_LINES + 3):
        ledger.log(session, job.id, "info", f"line {number}")
    kept = ledger.lines(session, job.id)
    assert (len(kept), kept[0].text, kept[-1].text) == (MOST_LINES, "line 3", f"line {MOST_LINES + 2}")
    assert [line.text for line in ledger.lines(session, job.id, after=kept[-2].id)] == [kept[-1].text]
    assert [line.text for line in ledger.lines(session, job.id, limit=1)] == [kept[-1].text]
