"""Batches of items that kill their workers are halved until the culprit is alone; everything else is done, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.workers.cluster.batches import Workload

FATAL = 3


def workload(items="abcdefgh", size=4, deaths=None):
    return Workload(list(items), size, deaths or {}, FATAL)


def taken(load):
    return "".join(load.take().items)


def work_off(load, poison, at_once=3):
    """Work all of it off, several batches at once, processes dying of poison; (what was done, what was given up)."""
    done, given_up, running = [], [], []
    while not load.is_over:
        while len(running) < at_once and (batch := load.take()) is not None:
            running.append(batch)
        batch = running.pop(0)
        if poison & set(batch.items):
            given_up += filter(None, [load.died(batch)])
        else:
            load.finished(batch)
            done += batch.items
    return done, given_up


def test_items_are_begun_in_their_order_in_batches_of_a_size():
    load = workload("abcdefg", size=3)
    assert [taken(load), taken(load), taken(load)] == ["abc", "def", "g"]
    assert load.take() is None


def test_a_batch_is_tried_again_whole_once_then_in_halves():
    load = workload("abcd")
    load.died(load.take())
    again = load.take()
    assert "".join(again.items) == "abcd"
    load.died(again)
    assert [taken(load), taken(load)] == ["ab", "cd"]


def test_an_item_that_kills_alone_waits_until_nothing_else_is_under_way():
    load = workload("ab", size=1)
    culprit, other = load.take(), load.take()
    load.died(culprit)
    assert load.take() is None
    load.finished(other)
    suspect = load.take()
    assert (suspect.items, suspect.deaths, suspect.is_alone) == (("a",), 0, True)


def test_nothing_else_begins_while_a_suspect_runs():
    load = workload("ab", size=1, deaths={"a": 1})
    load.finished(load.take())
    assert load.take().items == ("a",)
    assert load.take() is None


def test_the_third_death_alone_gives_an_item_up():
    load = workload("a", deaths={"a": 1})
    assert load.died(load.take()) is None
    assert load.died(load.take()) == "a"
    assert load.is_over


def test_several_deaths_told_at_once_count_as_so_many():
    load = workload("a", deaths={"a": 0})
    assert load.died(load.take(), 4) == "a"


def test_what_is_given_back_comes_again_with_the_deaths_that_it_had():
    load = workload("abcd", deaths={"d": 2})
    batch = load.take()
    load.given_back(batch)
    assert load.take() == batch
    load.finished(batch)
    suspect = load.take()
    load.given_back(suspect)
    assert load.take() == suspect
    assert suspect.deaths == 2


@pytest.mark.parametrize("at_once", [1, 3, 20])
def test_one_poisoned_item_of_many_is_found(at_once):
    items = [str(number) for number in range(100)]
    done, given_up = work_off(Workload(items, 64, {}, FATAL), {"77"}, at_once)
    assert given_up == ["77"]
    assert sorted(done) == sorted(set(items) - {"77"})


@given(
    count=st.integers(0, 60), size=st.integers(1, 64), at_once=st.integers(1, 5),
    poison=st.sets(st.integers(0, 59), max_size=6), known=st.dictionaries(st.integers(0, 59), st.integers(1, 2)),
)  # fmt: skip
def test_whatever_kills_is_given_up_and_all_else_is_done_once(count, size, at_once, poison, known):
    items = [str(number) for number in range(count)]
    bad = {str(number) for number in poison} & set(items)
    load = Workload(items, size, {str(n): deaths for n, deaths in known.items()}, FATAL)
    done, given_up = work_off(load, bad, at_once)
    assert sorted(given_up) == sorted(bad)
    assert sorted(done) == sorted(set(items) - bad)
