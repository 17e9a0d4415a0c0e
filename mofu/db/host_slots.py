"""Processes that crawl side by side → each one's share of what a host may be asked at once, leased and renewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mofu.db.base import UtcDateTime, now
from mofu.db.host_tables import CrawledHost, HostSlot

LEASE = timedelta(seconds=20)
"""A share that is not renewed for so long is another's: its process is dead.

One that ends more than two leases from now was given before the clock was set back, and is another's, too.
"""

PATIENCE = timedelta(seconds=2)
"""Whoever has waited for so long comes before those who have a share."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a process may ask of a host for now.

    Attributes:
        slots: requests at once.
        ready_at: no request before; None: at once.
        others_wait: whether other processes want a share, so that this one should soon ask again.
    """

    slots: int
    ready_at: datetime | None
    others_wait: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What a process needs of a host.

    Attributes:
        busy: requests under way, which are not taken away.
        wanted: requests that it would make at once, those under way included; 0 gives the share up.
        most: the host's limit for all processes together.
        ready_at: before when the host asked this process for no further request.
    """

    busy: int
    wanted: int
    most: int
    ready_at: datetime | None = None


def present(session: Session) -> datetime:
    """The time that all processes at a database agree upon: its server's, or that of the one machine of a file."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    return session.scalars(select(func.clock_timestamp(type_=UtcDateTime()))).one()


def settle(session: Session, host: str, holder: str, need: Need, at: datetime) -> Share:
    """Renew, change or give up a process's share of a host; the shares of all never exceed the limit.

    Args:
        session: one that writes.
        host: its name.
        holder: the process.
        need: what it needs now.
        at: the present time; see `present`.
    """
    row = _locked(session, host)
    row.ready_at = max((each for each in (row.ready_at, need.ready_at) if each is not None), default=None)
    over = (HostSlot.expires_at < at) | (HostSlot.expires_at > at + 2 * LEASE)
    session.execute(delete(HostSlot).where(HostSlot.host == host, over))
    all_rows = session.scalars(select(HostSlot).where(HostSlot.host == host).order_by(HostSlot.holder)).all()
    mine = next((each for each in all_rows if each.holder == holder), None)
    others = [each for each in all_rows if each is not mine]
    if not need.wanted and not need.busy:
        if mine is not None:
            session.delete(mine)
        return Share(0, row.ready_at, bool(others))
    if mine is None:
        mine = HostSlot(host=host, holder=holder, held=0, wanted=0, waits_since=at, expires_at=at)
        session.add(mine)
    mine.wanted, mine.expires_at = min(need.wanted, need.most), at + LEASE
    share = _fair([*others, mine], need.most, at)[holder]
    free = need.most - sum(each.held for each in others)
    mine.held = max(need.busy, min(share, free), 0)
    mine.waits_since = None if mine.held else mine.waits_since or at
    return Share(mine.held, row.ready_at, any(each.wanted > each.held for each in others))


def _locked(session: Session, host: str) -> CrawledHost:
    """The host's row, made where it is new; nobody else settles about it until the transaction ends."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(CrawledHost).values(name=host).on_conflict_do_nothing())
    return session.scalars(select(CrawledHost).filter_by(name=host).with_for_update()).one()


def _fair(rows: Sequence[HostSlot], most: int, at: datetime) -> dict[str, int]:
    """Slots by holder: one each as far as they go, then one more each in turn, none beyond what is wanted."""
    left, shares = most, {row.holder: 0 for row in rows}
    order = sorted(rows, key=lambda row: _turn(row, at))
    while left and (hungry := [row for row in order if shares[row.holder] < row.wanted]):
        for row in hungry[:left]:
            shares[row.holder] += 1
        left -= min(left, len(hungry))
    return shares


def _turn(row: HostSlot, at: datetime) -> tuple[int, float, str]:
    """Who has waited long comes first, the longest before others; then who has a share; then who waits."""
    since = row.waits_since
    if since is None:
        return 1, 0.0, row.holder
    return (0 if at - since >= PATIENCE else 2), since.timestamp(), row.holder
