"""Words that the workers of a cluster measure get the numbers that one process gives them."""

import gc
import shutil
import warnings

import pytest
import visual_library as made

from mofu.library import Library
from mofu.workers import visualness
from mofu.workers.visualness import look_up, measure
from mofu.workers.visualness_table import Request, facts

distributed = pytest.importorskip("distributed")

from mofu.workers.cluster import placement  # noqa: E402 - it needs Dask

REQUEST = Request(n=10, entropy=False)
WORDS = (made.CLEAR, made.FAINT, made.FEW, made.UNRANKED)


@pytest.fixture
def address():
    """A scheduler with two workers that are threads of the test."""
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
        dashboard_address=None, scheduler_kwargs={"allowed_failures": 0},
    )  # fmt: skip
    yield cluster.scheduler_address
    placement.close_all()
    cluster.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def table(root, *flags):
    with Library.open(root, flags=flags) as library:
        measured = measure(library.workshop, look_up(library.workshop, WORDS), REQUEST)
        return [facts(row, REQUEST) for row in measured.rows], [job.message for job in library.jobs()]


def test_a_cluster_gives_the_numbers_of_one_process(address, tmp_path, monkeypatch):
    monkeypatch.setattr(visualness, "TOGETHER", 1)
    made.build(tmp_path / "alone")
    shutil.copytree(tmp_path / "alone", tmp_path / "together")
    alone, _ = table(tmp_path / "alone")
    together, said = table(tmp_path / "together", f"cluster.where={address}")
    assert together == alone
    assert said[0] == "0 measured, 3 unchanged", "the workers had measured them all"
