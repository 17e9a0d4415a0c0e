"""What is worth another try and after how long: Retry-After in seconds or as a date, else exponential with jitter."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mofu.crawler.hits import HitFailure

TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_WAIT_S = 0.5


class Transient(Exception):  # noqa: N818 - a fault that a later try may not meet
    """A failure that another try may not meet; `wait_s` is what the host asked for, if it did."""

    def __init__(self, failure: HitFailure, wait_s: float | None = None) -> None:
        super().__init__(str(failure))
        self.failure, self.wait_s = failure, wait_s


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after how long: `retries` further tries, none when a host asks for more than `longest_wait_s`."""

    retries: int
    longest_wait_s: float

    def wait(self, attempt: int, fault: Transient) -> float | None:
        """Seconds before the next try; None when there is none. `attempt` counts from 0."""
        if attempt >= self.retries:
            return None
        if fault.wait_s is not None:
            return fault.wait_s if fault.wait_s <= self.longest_wait_s else None
        return float(FIRST_WAIT_S * 2**attempt * random.uniform(0.5, 1.5))


def retry_after(value: str | None, at: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3); None where it says nothing that can be read."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (at or datetime.now(UTC))).total_seconds())
