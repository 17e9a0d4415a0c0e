"""Tries to log in: some are free, then one every half minute; what is counted stays small."""

import pytest

from mofu.webui.people.limiter import LoginLimiter


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return LoginLimiter(clock)


def test_five_tries_for_a_name_are_free_then_one_every_thirty_seconds(limiter, clock):
    assert [limiter.admit(f"192.0.2.{n}", "ada") for n in range(6)] == [0, 0, 0, 0, 0, 30]
    clock.now_s += 12.5
    assert limiter.admit("192.0.2.9", "ADA") == 18
    clock.now_s += 17.5
    assert limiter.admit("192.0.2.9", "ada") == 0
    assert limiter.admit("192.0.2.9", "ada") == 30


def test_twenty_tries_from_an_address_are_free_whatever_the_names(limiter):
    assert [limiter.admit("192.0.2.1", f"name {n}") for n in range(21)] == [0] * 20 + [30]
    assert limiter.admit("192.0.2.2", "another") == 0


def test_a_subscriber_has_many_ipv6_addresses_and_counts_as_one(limiter):
    assert [limiter.admit(f"2001:db8::{n:x}", f"name {n}") for n in range(21)] == [0] * 20 + [30]
    assert limiter.admit("2001:db8:0:1::1", "another") == 0
    assert [limiter.admit(f"::ffff:192.0.2.{n}", f"mapped {n}") for n in range(21)] == [0] * 21


def test_a_try_that_is_refused_does_not_lengthen_the_wait(limiter, clock):
    for _ in range(5):
        limiter.admit("192.0.2.1", "ada")
    for _ in range(30):
        limiter.admit("192.0.2.1", "ada")
        clock.now_s += 1
    assert limiter.admit("192.0.2.1", "ada") == 0


def test_a_quarter_of_an_hour_without_a_try_forgets(limiter, clock):
    for _ in range(5):
        limiter.admit("192.0.2.1", "ada")
    clock.now_s += 900
    assert [limiter.admit("192.0.2.1", "ada") for _ in range(5)] == [0] * 5


def test_a_password_that_was_given_forgives_the_name_and_not_the_address(limiter):
    for n in range(20):
        assert limiter.admit("192.0.2.1", "ada") == 0, n
        limiter.forgive("ada")
    assert limiter.admit("192.0.2.1", "ada") == 30
    assert limiter.admit("192.0.2.2", "ada") == 0


def test_what_is_no_address_is_counted_too(limiter):
    assert [limiter.admit("", f"name {n}") for n in range(21)][-1] == 30


def test_a_crowd_of_names_does_not_fill_the_memory(limiter, monkeypatch):
    monkeypatch.setattr("mofu.webui.people.limiter.MOST_KEYS", 100)
    for n in range(200):
        limiter.admit(f"192.0.2.{n}", f"name {n}")
    assert len(limiter._tries) <= 102
