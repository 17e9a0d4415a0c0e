"""From an address to a body on disk, or to the reason why not: every policy of `mofu.crawler.policies`, in this order.

1. address: http(s), public, spelled as it should be (`addresses`); judged again by resolver and socket
2. robots.txt of the site (`robots`)
3. a slot at the host, its pauses and delays (`hosts`)
4. status; Retry-After and transient faults (`retries`)
5. redirects, each hop from 1 on (`redirects`)
6. X-Robots-Tag (`opt_outs`)
7. the body under its caps (`bodies`), all within one deadline
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import aiohttp
from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.addresses import AddressPolicy, CheckedResolver
from mofu.crawler.policies.bodies import BodyPolicy, unpacked
from mofu.crawler.policies.hosts import Hosts, Slot
from mofu.crawler.policies.opt_outs import check_opt_out
from mofu.crawler.policies.redirects import STATUS as REDIRECT_STATUS
from mofu.crawler.policies.redirects import RedirectPolicy
from mofu.crawler.policies.retries import TRANSIENT_STATUS, RetryPolicy, Transient, retry_after
from mofu.crawler.policies.robots import MAX_BYTES, RobotsAnswer, RobotsPolicy
from mofu.crawler.sources.answers import text
from mofu.settings import CrawlerSettings

ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/*;q=0.8,*/*;q=0.1"


class Fetcher:
    """Fetches addresses found on the web. Made inside a running event loop; an async context manager."""

    def __init__(self, settings: CrawlerSettings, hosts: Hosts) -> None:
        self.settings = settings
        self.hosts = hosts
        self._addresses = AddressPolicy(settings.allow_networks)
        self._robots = RobotsPolicy(self._get_robots, hosts.set_delay)
        self._retries = RetryPolicy(settings.retries, settings.max_retry_after_s)
        self._bodies = BodyPolicy.of(settings)
        self._resolver = CheckedResolver(self._addresses)
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            headers={"User-Agent": settings.user_agent, "Accept": ACCEPT, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.stall_s, sock_read=settings.stall_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            proxy=settings.proxy,
        )

    def _connector(self) -> aiohttp.TCPConnector:
        if self.settings.proxy is not None:
            # Every connection is one to the proxy, which is the user's own and may be private; see `_judge`.
            return aiohttp.TCPConnector(limit=0, ttl_dns_cache=300)
        return aiohttp.TCPConnector(
            limit=0, ttl_dns_cache=300, resolver=self._resolver, socket_factory=self._addresses.make_socket
        )

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._resolver.close()

    async def fetch(self, url: str, path: Path) -> int:
        """Bring the body behind an address to a new file; the number of bytes.

        Raises:
            HitFailure: its kind and reason; nothing is left at `path`.
            DiskFullError: no room.
        """
        for attempt in range(self.settings.retries + 1):
            try:
                return await self._follow(url, path)
            except Transient as fault:
                path.unlink(missing_ok=True)
                wait = self._retries.wait(attempt, fault)
                if wait is None:
                    raise fault.failure from fault
                await asyncio.sleep(wait)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        raise AssertionError("the last attempt returns or raises")

    async def _judge(self, url: str | URL) -> URL:
        """The address, checked; where a proxy will connect in our place, the name is resolved here to be checked too.

        Of a name's addresses the proxy takes whichever it likes: each must be one that may be connected to. A name that
        only the proxy can resolve is left to the proxy.
        """
        target = self._addresses.check_url(url)
        if self.settings.proxy is not None:
            with suppress(OSError):
                await self._resolver.check(target.host or "", target.port or 0)
        return target

    async def _follow(self, url: str, path: Path) -> int:
        target = await self._judge(url)
        redirects = RedirectPolicy(self.settings.max_redirects, target)
        while True:
            if self.settings.robots:
                await self._robots.check(target)
            answer = await self._ask(target, path)
            if isinstance(answer, int):
                return answer
            target = await self._judge(redirects.next_hop(target, answer or None))

    async def _ask(self, target: URL, path: Path) -> int | str:
        """One request: the bytes of the body brought, or where a redirect leads (empty: nowhere)."""
        async with self.hosts.slot(target.host or "") as slot:
            slot.aborted = True
            with _faults_as_outcomes(self.settings.deadline_s):
                async with asyncio.timeout(self.settings.deadline_s), self._get(target) as response:
                    if response.status in REDIRECT_STATUS:
                        answer: int | str = response.headers.get("Location", "")
                    else:
                        answer = await self._take(response, path, slot)
            slot.aborted = False
            return answer

    def _get(self, target: URL) -> aiohttp.client._RequestContextManager:
        return self._session.get(target, allow_redirects=False)

    async def _take(self, response: aiohttp.ClientResponse, path: Path, slot: Slot) -> int:
        if response.status != 200:
            await self._drain(response, slot)
            raise self._refusal(response)
        if self.settings.opt_out:
            check_opt_out(response.headers.getall("X-Robots-Tag", ()))
        return await self._bodies.save(response, path, asyncio.get_running_loop())

    async def _drain(self, response: aiohttp.ClientResponse, slot: Slot) -> None:
        """Read a short error page, so that its connection can be used again."""
        with suppress(aiohttp.ClientError, TimeoutError):
            await _read(response.content, 1 << 16)
            slot.aborted = not response.content.at_eof()

    def _refusal(self, response: aiohttp.ClientResponse) -> Exception:
        wait_s = retry_after(response.headers.get("Retry-After"))
        if wait_s is not None and response.status in (429, 503):
            self.hosts.pause(response.url.host or "", min(wait_s, self.settings.max_retry_after_s))
        kind = Outcome.QUOTA if response.status == 429 else Outcome.HTTP
        failure = HitFailure(kind, f"HTTP {response.status} {text(response.reason, 80) or ''}".strip())
        return Transient(failure, wait_s) if response.status in TRANSIENT_STATUS else failure

    async def _get_robots(self, url: URL) -> RobotsAnswer:
        """A site's robots.txt, through redirects; tried again after a transient fault, status 0 where none comes."""
        for attempt in range(self.settings.retries + 1):
            try:
                return await self._robots_once(url)
            except HitFailure as failure:
                if failure.kind is Outcome.FORBIDDEN_ADDRESS:
                    raise
                return RobotsAnswer(0)
            except Transient as fault:
                wait = self._retries.wait(attempt, fault)
                if wait is None:
                    return RobotsAnswer(0)
                await asyncio.sleep(wait)
        return RobotsAnswer(0)

    async def _robots_once(self, url: URL) -> RobotsAnswer:
        target = await self._judge(url)
        redirects = RedirectPolicy(self.settings.max_redirects, target)
        while True:
            async with self.hosts.slot(target.host or "") as slot:
                slot.aborted = True
                with _faults_as_outcomes(self.settings.deadline_s):
                    async with asyncio.timeout(self.settings.deadline_s), self._get(target) as response:
                        location = response.headers.get("Location") if response.status in REDIRECT_STATUS else None
                        body = await self._robots_text(response) if response.status == 200 else b""
                slot.aborted = False
            if response.status not in REDIRECT_STATUS:
                return RobotsAnswer(response.status, body.decode("utf-8", "replace"))
            target = await self._judge(redirects.next_hop(target, location))

    async def _robots_text(self, response: aiohttp.ClientResponse) -> bytes:
        """The first bytes of a robots.txt, unpacked although no packing was asked for: else its rules would be lost."""
        packed = await _read(response.content, MAX_BYTES)
        return unpacked(packed, response.headers.get("Content-Encoding", ""), MAX_BYTES)


async def _read(stream: aiohttp.StreamReader, most: int) -> bytes:
    """A stream's bytes, up to so many."""
    body = bytearray()
    while len(body) < most and (data := await stream.read(most - len(body))):
        body += data
    return bytes(body)


class _faults_as_outcomes:  # noqa: N801 - a context manager that reads as a clause
    """Turn what aiohttp raises into a kind of failure."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, aiohttp.ClientPayloadError):
            raise Transient(HitFailure(Outcome.TRUNCATED, "the body ended before its end")) from error
        if isinstance(error, TimeoutError):
            raise HitFailure(Outcome.TIMEOUT, (str(error) or f"not done in {self._deadline_s:g} s")[:200]) from error
        if isinstance(error, aiohttp.InvalidURL | aiohttp.ClientResponseError):
            raise HitFailure(Outcome.HTTP, f"not an HTTP answer: {error}"[:200]) from error
        if isinstance(error, aiohttp.ClientError | ConnectionError):
            raise Transient(HitFailure(Outcome.NETWORK, (str(error) or type(error).__name__)[:200])) from error
