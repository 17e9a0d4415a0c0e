"""How sources reach their services: trusted addresses of the user's own, asked one request at a time within quotas.

A service's documented quotas hold on its own host; elsewhere only what the settings say and what it answers (429). A
quota that is used up is waited for, up to `crawler.max_pause_s`; beyond that the build stops and can be resumed.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.hosts import Hosts
from mofu.crawler.policies.retries import TRANSIENT_STATUS, RetryPolicy, Transient, retry_after
from mofu.crawler.quotas import quotas, service_key, time_to_wait
from mofu.crawler.sources.base import ServiceRefusal, Source
from mofu.db import hits
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.errors import QuotaPausedError, ServiceUnreachableError
from mofu.progress import Progress
from mofu.settings import CrawlerSettings

MAX_ANSWER_BYTES = 16 * 2**20
DEFAULT_PAUSE_S = 60.0
ROUNDED_S = 1.0
"""Waited beyond what a service asks for: it states whole seconds, as often rounded down as up."""
FIRST_PAUSE_S = 1.0
"""The shortest wait after a 429, doubled with each that follows it, whatever Retry-After says."""


class SearchService:
    """One source's way to its service; implements `mofu.crawler.sources.base.Service`."""

    def __init__(
        self, source: Source, settings: CrawlerSettings, hosts: Hosts, database: Database, progress: Progress
    ) -> None:
        self.source, self.settings, self.hosts = source, settings, hosts
        self.database, self.progress = database, progress
        self.quotas = quotas(source)
        self._retries = RetryPolicy(3, settings.max_pause_s)
        self._one_at_a_time = asyncio.Lock()
        self._gone: ServiceUnreachableError | None = None
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": settings.user_agent, "Accept": "application/json"},
            timeout=aiohttp.ClientTimeout(total=settings.deadline_s, sock_connect=10),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=settings.proxy,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def get_json(
        self, url: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """See `mofu.crawler.sources.base.Service.get_json`."""
        return await self._ask("GET", url, params=params, headers=headers)

    async def post_form(self, url: str, form: Mapping[str, str]) -> Any:
        """See `mofu.crawler.sources.base.Service.post_form`."""
        return await self._ask("POST", url, data=form)

    async def _ask(self, method: str, url: str, **request: Any) -> Any:
        async with self._one_at_a_time:
            if self._gone is not None:
                # The words of a background are many: one of them waiting for a service that is away is enough.
                raise self._gone
            attempt, refusals, paused = 0, 0, 0.0
            while True:
                await self._wait_for_quota()
                try:
                    return await self._once(method, url, **request)
                except Transient as fault:
                    if fault.failure.kind is Outcome.QUOTA:
                        asked = DEFAULT_PAUSE_S if fault.wait_s is None else fault.wait_s + ROUNDED_S
                        pause = max(asked, FIRST_PAUSE_S * 2**refusals)
                        await self._pause(pause, paused)
                        refusals, paused = refusals + 1, paused + pause
                        continue
                    await self._back_off(attempt, fault)
                    attempt += 1

    async def _back_off(self, attempt: int, fault: Transient) -> None:
        wait = self._retries.wait(attempt, fault)
        if wait is None:
            error = self._unreachable(fault.failure.reason)
            if fault.failure.kind is Outcome.NETWORK:
                self._gone = error
            raise error from fault
        await asyncio.sleep(wait)

    async def _once(self, method: str, url: str, **request: Any) -> Any:
        try:
            async with (
                self.hosts.slot(URL(url).host or ""),
                self._session.request(method, url, allow_redirects=False, **request) as response,
            ):
                text = await self._text(response)
        except aiohttp.ClientResponseError as error:
            # Its own text has the whole address, which may have a key in it.
            raise Transient(HitFailure(Outcome.NETWORK, f"not an HTTP answer: {error.message}")) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError) as error:
            raise Transient(HitFailure(Outcome.NETWORK, str(error) or type(error).__name__)) from error
        if response.status in TRANSIENT_STATUS:
            kind = Outcome.QUOTA if response.status == 429 else Outcome.HTTP
            wait_s = retry_after(response.headers.get("Retry-After"))
            raise Transient(HitFailure(kind, f"HTTP {response.status}: {text[:100]}"), wait_s)
        if 400 <= response.status < 500:
            raise ServiceRefusal(response.status, self._without_secrets(text))
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._unreachable(f"HTTP {response.status} with an answer that is not JSON: {text[:60]!r}") from error

    async def _text(self, response: aiohttp.ClientResponse) -> str:
        body = bytearray()
        async for data in response.content.iter_any():
            body += data
            if len(body) > MAX_ANSWER_BYTES:
                raise self._unreachable(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        return body.decode("utf-8", "replace")

    def _unreachable(self, reason: str) -> ServiceUnreachableError:
        name, place = self.source.name, re.sub("//[^/@]*@", "//", self.source.base_url)
        said = self._without_secrets(reason).strip()[:200]
        return ServiceUnreachableError(
            f"{name} at {place} does not answer as it should ({said}): is it running, "
            f"and is sources.{name}.base_url right? What was found is kept; run the same command again to go on"
        )

    def _without_secrets(self, text: str) -> str:
        """A text for people to read, without the keys that a service may repeat in it."""
        for secret in (self.source.settings.key, self.source.settings.client_secret):
            if secret is not None and (value := secret.get_secret_value()):
                text = text.replace(value, "***")
        return text

    async def _wait_for_quota(self) -> None:
        if not self.quotas:
            return
        while (wait := await asyncio.to_thread(self._time_to_wait)) > 0:
            await self._pause(wait)
        await asyncio.to_thread(self._count)

    def _count(self) -> None:
        with self.database.write() as session:
            hits.note_request(session, service_key(self.source))

    def _time_to_wait(self) -> float:
        return time_to_wait(self.database, self.source, now())

    async def _pause(self, seconds: float, paused: float = 0.0) -> None:
        """Wait for a quota, within what is left of `crawler.max_pause_s` after a request has paused for so long."""
        until = time.time() + seconds
        clock = time.strftime("%H:%M:%S", time.localtime(until))
        if paused + seconds > self.settings.max_pause_s:
            raise QuotaPausedError(
                f"{self.source.name}'s quota is used up until {clock} (in {seconds / 60:.0f} min), longer than "
                f"crawler.max_pause_s={self.settings.max_pause_s:.0f}: run the same command again then",
                until,
            )
        self.progress.notice(f"{self.source.name}'s quota is used up: paused until {clock} ({seconds:.0f} s)")
        await asyncio.sleep(seconds)
