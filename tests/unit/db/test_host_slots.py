from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.host_slots import LEASE, PATIENCE, Need, settle
from mofu.db.host_tables import CrawledHost

AT = now()
LATER = AT + PATIENCE
HOST = "photos.example"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("slots")
    opened = Database.open(f"sqlite:///{folder / 'library.sqlite'}", folder)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _nobody(database: Database) -> None:
    with database.write() as session:
        session.execute(delete(CrawledHost))


def slots(database: Database, holder: str, wanted: int, busy: int = 0, at=AT, most: int = 6) -> int:
    with database.write() as session:
        return settle(session, HOST, holder, Need(busy, wanted, most), at).slots


def test_one_alone_may_ask_as_much_as_the_host_allows(database: Database) -> None:
    assert slots(database, "one", wanted=20) == 6


def test_who_wants_less_leaves_the_rest_to_others(database: Database) -> None:
    assert slots(database, "one", wanted=2) == 2
    assert slots(database, "two", wanted=20) == 4


def test_two_who_want_all_have_half_each_once_the_first_has_renewed(database: Database) -> None:
    assert slots(database, "one", wanted=20, busy=0) == 6
    assert slots(database, "two", wanted=20) == 0
    assert slots(database, "one", wanted=20, busy=1) == 3
    assert slots(database, "two", wanted=20) == 3


def test_requests_under_way_are_never_taken_away(database: Database) -> None:
    slots(database, "one", wanted=20)
    slots(database, "two", wanted=20)
    assert slots(database, "one", wanted=20, busy=5) == 5
    assert slots(database, "two", wanted=20) == 1


def test_a_host_that_allows_one_request_is_asked_in_turns(database: Database) -> None:
    assert slots(database, "one", wanted=9, most=1) == 1
    assert slots(database, "two", wanted=9, most=1) == 0
    assert slots(database, "one", wanted=9, most=1) == 1, "who has just come does not come first"
    assert slots(database, "one", wanted=9, at=LATER, most=1) == 0
    assert slots(database, "two", wanted=9, at=LATER, most=1) == 1


def test_the_share_of_a_dead_process_is_free_again(database: Database) -> None:
    slots(database, "dead", wanted=20)
    assert slots(database, "two", wanted=20, at=AT + LEASE / 2) == 0
    assert slots(database, "two", wanted=20, at=AT + LEASE + timedelta(seconds=1)) == 6


def test_the_share_of_a_dead_process_is_free_though_the_clock_was_set_back(database: Database) -> None:
    assert slots(database, "one", wanted=20) == 6
    assert slots(database, "two", wanted=20, at=AT - LEASE / 2) == 0
    assert slots(database, "two", wanted=20, at=AT - timedelta(hours=1)) == 6


def test_who_wants_nothing_gives_the_share_back(database: Database) -> None:
    slots(database, "one", wanted=20)
    slots(database, "one", wanted=0)
    assert slots(database, "two", wanted=20) == 6


def test_a_pause_that_one_was_asked_for_holds_for_all(database: Database) -> None:
    until = AT + timedelta(seconds=30)
    with database.write() as session:
        settle(session, HOST, "one", Need(0, 1, 6, until), AT)
        settle(session, HOST, "three", Need(0, 1, 6, AT), AT)
        assert settle(session, HOST, "two", Need(0, 1, 6), AT).ready_at == until


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=40
    ),
    st.integers(1, 7),
)
def test_whatever_is_asked_the_shares_of_all_never_exceed_the_limit(
    database: Database, asked: list[tuple[str, int, int]], most: int
) -> None:
    held: dict[str, int] = {}
    with database.write() as session:
        session.execute(delete(CrawledHost))
        for second, (holder, wanted, finished) in enumerate(asked):
            busy = max(0, held.get(holder, 0) - finished)
            at = AT + timedelta(seconds=second)
            for each in held:  # all live and renew
                share = settle(session, HOST, each, Need(held[each] if each != holder else busy, 9, most), at)
                held[each] = share.slots
                assert sum(held.values()) <= most
            held[holder] = settle(session, HOST, holder, Need(min(busy, held.get(holder, 0)), wanted, most), at).slots
            assert sum(held.values()) <= most
