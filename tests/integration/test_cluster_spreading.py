"""Work spread over a cluster is done once, whatever a worker lacks; where nobody can do it, it ends resumable."""

import gc
import threading
import time
import warnings
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from mofu.errors import (
    DiskFullError,
    InterruptedWork,
    LibraryError,
    MissingError,
    MissingWeightsError,
    NothingFoundError,
    PartialError,
    QuotaPausedError,
)
from mofu.library import Library

distributed = pytest.importorskip("distributed")

from mofu.workers.cluster import placement, spreading, tasks  # noqa: E402 - they need Dask
from mofu.workers.cluster.batches import Workload  # noqa: E402
from mofu.workers.cluster.spreading import Asked, spread  # noqa: E402
from mofu.workers.cluster.tasks import Report  # noqa: E402

ITEMS = tuple("abcdefghij")


class Heard:
    """Progress that remembers what was said."""

    def __init__(self):
        self.notices = []

    def start(self, *_):
        """Nothing."""

    advance = finish = start

    def notice(self, text):
        self.notices.append(text)


@dataclass
class Node:
    """A scheduler with workers that are threads of the test: real connections, nothing to start."""

    cluster: object
    port: int

    @property
    def address(self):
        return f"tcp://127.0.0.1:{self.port}"


def start_node(port=0, workers=2):
    cluster = distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
        scheduler_port=port, dashboard_address="127.0.0.1:0", scheduler_kwargs={"allowed_failures": 0},
    )  # fmt: skip
    return Node(cluster, int(cluster.scheduler_address.rsplit(":", 1)[1]))


@pytest.fixture
def node():
    started = start_node()
    yield started
    placement.close_all()
    started.cluster.close()


@pytest.fixture(autouse=True)
def collected():
    """Sockets that Dask left to the garbage collector go here, and not in the midst of another test."""
    yield
    placement.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def open_library(tmp_path):
    """A library that the scheduler at an address works for."""
    opened = []

    def at(address, *flags):
        library = Library.open(tmp_path / "library", flags=[f"cluster.where={address}", *flags], progress=Heard())
        opened.append(library)
        return library

    yield at
    placement.close_all()
    for library in opened:
        library.close()


@pytest.fixture
def library(node, open_library):
    return open_library(node.address)


@pytest.fixture
def task():
    """Register a task that is a function of the test, which the workers share."""
    tasks.load_tasks()
    before = dict(tasks.REGISTRY)

    def register(function):
        tasks.REGISTRY["tested"] = lambda workshop, items, given: function(items)
        return function

    yield register
    tasks.REGISTRY.clear()
    tasks.REGISTRY.update(before)


def work(library, items=ITEMS, size=2, **asked):
    return list(spread(library.workshop, Asked("tested", items, None, size, **asked)))


def this_worker():
    return distributed.get_worker().address


def test_every_item_is_done_once(library, task):
    done = []
    task(lambda items: done.extend(items) or Report(len(items)))
    ended = work(library, size=3)
    assert sorted(done) == list(ITEMS)
    assert sorted(each.report.done for each in ended) == [1, 3, 3, 3]


def test_two_workers_share_the_work(library, task):
    together = threading.Barrier(2, timeout=60)
    workers = set()

    @task
    def meet(items):
        workers.add(this_worker())
        together.wait()
        return Report(1)

    work(library, items=("a", "b"), size=1)
    assert len(workers) == 2


@pytest.mark.parametrize(
    "lacking",
    [MissingWeightsError("no weights"), MissingError("no files"), DiskFullError("no room"), LibraryError("no rows")],
)
def test_what_one_worker_cannot_do_others_do(library, task, lacking):
    unfit, done = set(), []

    @task
    def choosy(items):
        unfit.update([this_worker()] if not unfit else [])
        if this_worker() in unfit:
            raise lacking
        done.extend(items)
        return Report(len(items))

    work(library)
    assert sorted(done) == list(ITEMS)
    assert [f"worker {one} is left out: {lacking}" for one in unfit] == library.progress.notices


def test_where_no_worker_can_do_it_each_reason_is_named(library, task):
    @task
    def unable(items):
        raise MissingWeightsError("vgg16 is not cached here")

    with pytest.raises(PartialError, match=r"no worker of tcp.* can do it .*vgg16 is not cached here.*kept"):
        work(library)


def test_an_error_that_no_worker_would_do_better_comes_as_it_was(library, task):
    @task
    def hopeless(items):
        raise NothingFoundError("no image has activations")

    with pytest.raises(NothingFoundError, match="no image has activations"):
        work(library)


def test_a_quota_keeps_its_end(library, task):
    @task
    def used_up(items):
        raise QuotaPausedError("come back later", 1234.5)

    with pytest.raises(QuotaPausedError) as caught:
        work(library)
    assert caught.value.until == 1234.5


def test_a_mistake_in_a_task_is_not_hidden(library, task):
    @task
    def wrong(items):
        raise ZeroDivisionError("a mistake")

    with pytest.raises(ZeroDivisionError, match="a mistake"):
        work(library)


def test_a_stop_is_heeded_while_tasks_run(library, task):
    begun, over = threading.Event(), threading.Event()

    @task
    def long(items):
        begun.set()
        over.wait(60)
        return Report(1)

    def look():
        if begun.is_set():
            raise InterruptedWork("stop")

    with pytest.raises(InterruptedWork):
        work(library, look=look)
    over.set()


def test_no_scheduler_at_the_start_is_said_at_once_with_what_to_do(open_library, monkeypatch):
    monkeypatch.setattr(placement, "CONNECT_S", 1.0)
    library = open_library("tcp://127.0.0.1:9")  # the port of `discard`: nobody listens there
    with pytest.raises(MissingError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*mofu cluster start") as caught:
        work(library)
    assert caught.value.exit_code == 4


def test_without_a_worker_it_waits_and_ends_resumable(open_library, task):
    started = start_node(workers=0)
    library = open_library(started.address, "cluster.patience_s=2")
    task(lambda items: Report(1))
    with pytest.raises(PartialError, match=r"no worker has come to tcp.* for 2 s: start some with `mofu worker"):
        work(library)
    assert any("waits for one" in said for said in library.progress.notices)
    placement.close_all()
    started.cluster.close()


def test_a_scheduler_that_comes_back_gets_what_was_under_way_again(open_library, task, monkeypatch):
    monkeypatch.setattr(placement, "CONNECT_S", 1.0)
    first, done, went = start_node(), [], threading.Event()
    second = []
    library = open_library(first.address, "cluster.patience_s=120")

    @task
    def half_way(items):
        if "e" in items and not went.is_set():
            went.set()
            time.sleep(1)
        done.extend(items)
        return Report(len(items))

    def replace_the_scheduler():
        went.wait(60)
        first.cluster.close()
        second.append(start_node(first.port))

    replacing = threading.Thread(target=replace_the_scheduler)
    replacing.start()
    ended = work(library, size=1)
    replacing.join()
    assert sum(each.report.done for each in ended) == len(ITEMS)
    assert set(done) == set(ITEMS)
    assert any("went away: waits for it" in said for said in library.progress.notices)
    placement.close_all()
    second[0].cluster.close()


@dataclass
class Came:
    """A batch's future as it looks when the scheduler goes: finished, or lost."""

    status: str

    def result(self, _):
        return Report(1)

    def release(self):
        """Nothing."""


def test_what_came_before_the_scheduler_went_is_told(library):
    workload = Workload(("a", "b"), 1, {}, 3)
    connection = SimpleNamespace(is_private=True, is_up=False)
    under_way = spreading._Spread(library.workshop, Asked("tested", ("a", "b"), None, 1), workload, connection)
    for status in ("finished", "cancelled"):
        under_way._running[status] = spreading._Begun(workload.take(), Came(status), frozenset())
    ended = under_way._ended()
    assert next(ended).report.done == 1
    with pytest.raises(spreading._LostError):
        next(ended)
    assert list(under_way._running) == ["cancelled"]


def test_a_scheduler_that_stays_away_ends_the_job_resumable(open_library, task, monkeypatch):
    monkeypatch.setattr(placement, "CONNECT_S", 1.0)
    monkeypatch.setattr(spreading, "TICK_S", 0.1)
    started, begun = start_node(), threading.Event()
    library = open_library(started.address, "cluster.patience_s=1")

    @task
    def long(items):
        begun.set()
        time.sleep(0.2)
        return Report(1)

    closing = threading.Thread(target=lambda: begun.wait(60) and started.cluster.close())
    closing.start()
    with pytest.raises(PartialError, match=r"went away 1 s ago .*the same command goes on"):
        work(library, items=tuple(map(str, range(1000))), size=1)
    closing.join()


def test_what_only_some_workers_have_is_asked_of_them_and_of_all_where_none_has(node, library, task):
    task(lambda items: Report(len(items)))
    assert sum(each.report.done for each in work(library, needs="GPU")) == len(ITEMS)
