"""What a service may still be asked: its quotas and the requests counted so far → seconds to wait, requests left."""

from __future__ import annotations

from datetime import datetime, timedelta

from mofu.crawler.sources.base import Source
from mofu.db import hits
from mofu.db.base import now
from mofu.db.engine import Database


def service_key(source: Source) -> str:
    """Under which name requests to a service are counted: its source and address."""
    return f"{source.name} {source.base_url}"


def quotas(source: Source) -> dict[timedelta, int]:
    """Requests allowed in each span: what the settings say, else what is documented for the service's own host."""
    documented = source.limits if source.is_own_host else None
    minute = source.settings.requests_per_minute
    day = source.settings.requests_per_day
    spans = {
        timedelta(minutes=1): minute if minute is not None else documented and documented.per_minute,
        timedelta(days=1): day if day is not None else documented and documented.per_day,
    }
    return {span: most for span, most in spans.items() if most}


def time_to_wait(database: Database, source: Source, at: datetime) -> float:
    """Seconds until one more request is within every quota (0: now)."""
    wait = 0.0
    with database.read() as session:
        for span, most in quotas(source).items():
            times = hits.requests_since(session, service_key(source), at - span)
            if len(times) >= most:
                wait = max(wait, (times[-most] + span - at).total_seconds())
    return wait


def requests_left_today(database: Database, source: Source) -> int | None:
    """How many requests the daily quota still allows; None where there is none."""
    most = quotas(source).get(timedelta(days=1))
    if most is None:
        return None
    with database.read() as session:
        used = len(hits.requests_since(session, service_key(source), now() - timedelta(days=1)))
    return max(0, most - used)
