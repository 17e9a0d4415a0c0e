"""A worker does what was asked: whole, after a kill, cancelled, stopped, waiting its turn; and tells how it went."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from mofu.db import jobs, ledger
from mofu.errors import LibraryError, PartialError, QuotaPausedError
from mofu.library import Library
from mofu.workers.lease_watch import LeaseWatch
from mofu.workers.place import writing_place
from mofu.workers.verbs import REGISTRY, Done, Verb, find
from mofu.workers.worker import Worker, child_command

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"
FLAGS = ("demo.hits=60", "background.size=30", "background.queries=photo,street")
BUILD = {"word": WORD, "n": 30, "sources": ["demo"]}
PATIENCE_S = 120
"""How long a test waits for what must come: no test expects it sooner."""


@pytest.fixture
def library(placed, tmp_path):
    with Library.open(placed(tmp_path / "library"), flags=FLAGS) as opened:
        yield opened


@dataclass(frozen=True)
class Nothing:
    """The request of the verbs below."""

    subject = "a test"

    def check(self, settings):
        """Anything goes."""


@pytest.fixture
def asked(library):
    """Ask for a function to be run as a job; its number."""
    find("build")

    def ask(run, *, writes=True):
        REGISTRY["test"] = Verb("test", Nothing, run, False, writes)
        return library.ask("test").id

    yield ask
    REGISTRY.pop("test", None)


def until(condition):
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return found


def work_on(library):
    until(lambda: library.progress.advance(1, None))


def order(library):
    return [(image.sha256, image.score) for image in library.dataset(WORD)]


def log_of(library, number):
    return "\n".join(line.text for line in library.job_log(number))


@pytest.fixture(scope="module")
def undisturbed(placed, tmp_path_factory):
    """The order of the word in a library that nobody disturbed."""
    with Library.open(placed(tmp_path_factory.mktemp("undisturbed") / "library"), flags=FLAGS) as library:
        job = library.ask("build", BUILD)
        assert Worker(library).run(once=True) == 1
        ended = library.job(job.id)
        said = f"{len(library.dataset(WORD))} images ranked"
        assert (ended.state, ended.message, ended.result) == ("done", said, {"slug": WORD})
        assert [stage.stage for stage in library.stages(job.id)] == ["crawl", "background", "features", "rank"]
        assert ended.word_id == library.word(WORD).id
        assert "crawl ends: 30 of 30 images" in log_of(library, job.id)
        assert [each.id for each in library.jobs()] == [job.id]
        return order(library)


def test_a_worker_killed_in_the_middle_costs_time_and_nothing_else(library, undisturbed):
    number = library.ask("build", BUILD).id
    worker = subprocess.Popen(child_command(library.root, FLAGS))
    until(lambda: any(stage.stage in ("crawl", "background") for stage in library.stages(number)))
    worker.kill()
    worker.wait()
    assert library.job(number).state == "running"
    with library.database.read() as session:
        assert not ledger.has_work(session)
    assert Worker(library, others=LeaseWatch(lease_s=0)).run(once=True) == 1  # as if it had watched for half a minute
    ended = library.job(number)
    assert (ended.state, ended.attempts) == ("done", 2)
    assert "interrupted" in [stage.state for stage in library.stages(number)]
    assert order(library) == undisturbed


def test_a_worker_told_to_stop_gives_its_job_back(library, asked):
    def stopped(at, _):
        os.kill(os.getpid(), signal.SIGTERM)
        work_on(at)

    number = asked(stopped)
    assert Worker(library).run() == 0
    back = library.job(number)
    assert (back.state, back.attempts, back.expires_at) == ("queued", 0, None)


def test_a_job_is_cancelled_where_it_tells_of_its_progress(library, asked):
    def cancelled(at, _):
        at.cancel_job(number)
        work_on(at)

    number = asked(cancelled)
    assert Worker(library).run(once=True) == 1
    assert library.job(number).state == "cancelled"
    assert library.resume_job(number).state == "queued"


def test_a_job_that_tells_nothing_is_cancelled_as_by_ctrl_c(library, asked):
    def silent(at, _):
        at.cancel_job(number)
        until(lambda: False)

    number = asked(silent)
    assert Worker(library).run(once=True) == 1
    assert library.job(number).state == "cancelled"


def test_a_job_that_fails_says_why_in_one_line_and_how_in_its_log(library, asked):
    def fails(_library, _request):
        raise LibraryError("the shelf is gone: put it back")

    number = asked(fails)
    Worker(library).run(once=True)
    ended = library.job(number)
    assert (ended.state, ended.message) == ("failed", "the shelf is gone: put it back")
    assert "Traceback" in log_of(library, number)


def test_what_nobody_foresaw_ends_the_job_and_not_the_worker(library, asked):
    numbers = [asked(lambda _library, _request: 1 / 0)]
    Worker(library).run(once=True)
    numbers.append(asked(lambda _library, _request: Done("fine", {"n": 1})))
    Worker(library).run(once=True)
    assert [library.job(number).state for number in numbers] == ["failed", "done"]
    assert library.job(numbers[0]).message == "unexpected ZeroDivisionError: division by zero"
    assert library.job(numbers[1]).result == {"n": 1}


def test_a_quota_that_is_used_up_is_partial_and_says_when_to_go_on(library, asked):
    until_when = 1_900_000_000.0

    def paused(_library, _request):
        raise QuotaPausedError("used up until noon", until_when)

    number = asked(paused)
    Worker(library).run(once=True)
    ended = library.job(number)
    assert (ended.state, ended.message, ended.resume_at.timestamp()) == ("partial", "used up until noon", until_when)
    assert library.resume_job(number).resume_at is None


def test_what_is_usable_and_not_whole_is_partial(library, asked):
    def half(_library, _request):
        raise PartialError("half of it")

    number = asked(half)
    Worker(library).run(once=True)
    assert library.job(number).state == "partial"
    other = asked(lambda _library, _request: Done("one file missing", is_partial=True))
    Worker(library).run(once=True)
    assert library.job(other).state == "partial"


def test_a_worker_waits_while_another_process_writes_and_says_so(library, asked):
    number = asked(lambda _library, _request: Done("had its turn"))
    with contextlib.ExitStack() as place:
        place.enter_context(writing_place(library.root))
        thread = threading.Thread(target=Worker(library).run, kwargs={"once": True})
        thread.start()
        waiting = until(lambda: library.job(number).message)
        assert waiting.startswith("waits: process")
        assert library.job(number).state == "running"
    thread.join()
    assert library.job(number).message == "had its turn"


def test_what_writes_nothing_waits_for_nobody(library, asked):
    number = asked(lambda _library, _request: Done("read"), writes=False)
    with writing_place(library.root):
        Worker(library).run(once=True)
    assert library.job(number).state == "done"


def test_a_child_ends_with_its_parent(library):
    command = child_command(library.root, FLAGS)
    place = command.index("--parent") + 1
    script = (
        "import os, subprocess, sys\n"
        f"command = sys.argv[1:]; command[{place}] = str(os.getpid())\n"
        "print(subprocess.Popen(command).pid, flush=True); sys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = int(server.stdout.readline())
    assert _lives(child)
    server.kill()
    server.communicate()
    until(lambda: not _lives(child))


def _lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_newest_first_states_and_pages(library):
    numbers = [library.ask("build", {"word": word, "sources": ["demo"]}).id for word in ("一", "二", "三")]
    library.cancel_job(numbers[1])
    assert [job.id for job in library.jobs(2)] == numbers[:0:-1]
    assert [job.id for job in library.jobs(before=numbers[1])] == numbers[:1]
    assert [job.id for job in library.jobs(states=[jobs.CANCELLED])] == [numbers[1]]
