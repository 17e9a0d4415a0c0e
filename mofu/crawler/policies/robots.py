"""robots.txt (RFC 9309): asked once a site, honoured for every hop; one that cannot be reached means no."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego
from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome

AGENT = "mofu"
MAX_BYTES = 500 * 1024
"""RFC 9309 §2.5 asks for at least 500 kibibytes to be read."""


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What a site's robots.txt answered: its HTTP status (0: no answer) and, for 200, its text."""

    status: int
    text: str = ""


class RobotsPolicy:
    """The rules of every site met; `get` fetches a site's robots.txt, `set_delay` is told its Crawl-delay."""

    def __init__(self, get: Callable[[URL], Awaitable[RobotsAnswer]], set_delay: Callable[[str, float], None]) -> None:
        self._get, self._set_delay = get, set_delay
        self._rules: dict[URL, asyncio.Task[Protego | str]] = {}

    async def check(self, url: URL) -> None:
        """Judge an address.

        Raises:
            HitFailure: (robots) the site's robots.txt disallows it, or cannot be had.
        """
        origin = url.origin()
        if origin not in self._rules:
            self._rules[origin] = asyncio.create_task(self._read(origin))
        rules = await asyncio.shield(self._rules[origin])
        if isinstance(rules, str):
            raise HitFailure(Outcome.ROBOTS, rules)
        if not rules.can_fetch(str(url), AGENT):
            raise HitFailure(Outcome.ROBOTS, f"robots.txt of {origin.host} disallows {url.path[:200]}")

    async def _read(self, origin: URL) -> Protego | str:
        """The site's rules, or why everything is disallowed."""
        answer = await self._get(origin / "robots.txt")
        if answer.status in (0, 429) or answer.status >= 500:
            return f"robots.txt of {origin.host} cannot be reached, which means no (RFC 9309)"
        # editors of Windows begin a text with a mark, which would make the first line one of no meaning
        rules = Protego.parse(answer.text.removeprefix("\ufeff") if answer.status < 300 else "")
        delay = rules.crawl_delay(AGENT)
        if delay:
            self._set_delay(origin.host or "", min(float(delay), 60.0))
        return rules
