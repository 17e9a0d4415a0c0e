"""Leases judged by what was seen: a worker silent for a lease is dead, whatever clocks say; no other is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mofu.db.jobs import Hold
from mofu.db.ledger import LEASE_S
from mofu.workers.lease_watch import MOST_BETWEEN_S, LeaseWatch

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


def hold(at=NOON, job=1, attempts=1):
    return Hold(job, "one", attempts, at, at + timedelta(seconds=LEASE_S))


class Hand:
    """A clock's hand that a test moves."""

    seconds = 100.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def watch(hand):
    return LeaseWatch(clock=hand)


def watch_for(watch, hand, seconds, holds, every=1.0):
    """Look once, and then once a second for so long."""
    watch.look(holds)
    for _ in range(int(seconds / every)):
        hand.seconds += every
        watch.look(holds)


def test_a_worker_that_was_silent_for_a_lease_is_dead(watch, hand):
    watch_for(watch, hand, LEASE_S - 1, [hold()])
    assert watch.abandoned() == []
    hand.seconds += 1
    watch.look([hold()])
    assert watch.abandoned() == [hold()]


@pytest.mark.parametrize("told", [NOON, NOON + YEAR, NOON - YEAR])
def test_a_silent_worker_is_dead_whatever_time_its_last_sign_tells(watch, hand, told):
    watch_for(watch, hand, LEASE_S, [hold(told)])
    assert watch.abandoned() == [hold(told)]


def test_a_worker_whose_clock_is_set_to_and_fro_keeps_its_job(watch, hand):
    for turn in range(100):
        watch_for(watch, hand, 2, [hold(NOON + turn * timedelta(seconds=2) + (-1) ** turn * HOUR)])
    assert watch.abandoned() == []


def test_a_job_that_was_taken_over_is_another_worker_s_from_then_on(watch, hand):
    watch_for(watch, hand, LEASE_S - 1, [hold()])
    watch_for(watch, hand, LEASE_S - 1, [replace(hold(), attempts=2)])
    assert watch.abandoned() == []


def test_each_job_is_watched_by_itself(watch, hand):
    watch_for(watch, hand, LEASE_S / 2, [hold(job=1)])
    watch_for(watch, hand, LEASE_S / 2, [hold(job=1), hold(job=2)])
    assert watch.abandoned() == [hold(job=1)]


def test_time_in_which_nobody_could_look_counts_for_nothing(watch, hand):
    watch.look([hold()])
    hand.seconds += 3600  # asleep, with the worker beside it
    watch.look([hold()])
    assert watch.abandoned() == []
    watch_for(watch, hand, LEASE_S - MOST_BETWEEN_S, [hold()])
    assert watch.abandoned() == [hold()]


def test_a_lease_that_is_over_by_the_clock_is_in_doubt_until_a_sign_of_life(watch):
    watch.look([hold(NOON - HOUR), hold(NOON + HOUR, job=2)])
    assert watch.in_doubt(NOON)
    watch.look([hold(NOON - HOUR + timedelta(seconds=2)), hold(NOON + HOUR, job=2)])
    assert watch.in_doubt(NOON)
    watch.look([hold(NOON - HOUR + timedelta(seconds=2)), hold(NOON + HOUR + timedelta(seconds=2), job=2)])
    assert not watch.in_doubt(NOON)


def test_a_lease_that_holds_by_the_clock_is_in_no_doubt(watch):
    watch.look([hold(NOON - timedelta(seconds=LEASE_S / 2))])
    assert not watch.in_doubt(NOON)
