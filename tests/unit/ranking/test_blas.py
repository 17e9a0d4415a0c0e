"""One BLAS thread inside, and as many as before when all have left."""

import threading
from pathlib import Path

import numpy as np
import scipy.linalg
from threadpoolctl import threadpool_info

from mofu.ranking.blas import cores, single_threaded


def threads():
    """Of each BLAS that is loaded: NumPy's and SciPy's."""
    assert np.eye(2) @ np.eye(2) is not None
    assert scipy.linalg.cholesky(np.eye(2)) is not None
    # NumPy's and SciPy's own: what another test's libraries brought is not this module's to limit
    return [
        each["num_threads"]
        for each in threadpool_info()
        if each["user_api"] == "blas" and {"numpy.libs", "scipy.libs"} & set(Path(each["filepath"]).parts)
    ]


def test_inside_there_is_one_thread_and_outside_as_many_as_before():
    before = threads()
    with single_threaded():
        assert set(threads()) == {1}
        with single_threaded():
            assert set(threads()) == {1}
        assert set(threads()) == {1}
    assert threads() == before


def test_threads_that_overlap_leave_as_many_as_before():
    before, entered, may_leave = threads(), threading.Event(), threading.Event()

    def stay():
        with single_threaded():
            entered.set()
            may_leave.wait()

    other = threading.Thread(target=stay)
    with single_threaded():
        other.start()
        entered.wait()
        assert set(threads()) == {1}
    may_leave.set()
    other.join()
    assert threads() == before


def test_a_process_owns_at_least_one_core():
    assert cores() >= 1
