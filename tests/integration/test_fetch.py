"""The fetcher against a real server: caps, deadlines, redirects, compression, politeness; nothing left behind."""

import asyncio
import gzip
import socket
import threading
import zlib

import pytest
from aiohttp import web
from loopback_web import jpeg, serve

from mofu.crawler.apart import run_apart
from mofu.crawler.fetch import Fetcher
from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.addresses import AddressPolicy, CheckedResolver
from mofu.crawler.policies.hosts import Hosts
from mofu.errors import DiskFullError
from mofu.settings import load_settings

PICTURE = jpeg()


def settings(*flags):
    quick = ["crawler.stall_s=0.5", "crawler.deadline_s=2", "crawler.retries=1"]
    return load_settings(flags=["crawler.allow_networks=127.0.0.0/8", *quick, *flags]).crawler


def fetch(urls, folder, *flags):
    """The outcome of each address: bytes or (kind, reason)."""
    crawler = settings(*flags)

    async def one(fetcher, number, url):
        try:
            await fetcher.fetch(url, folder / f"{number}.body")
        except HitFailure as failure:
            return failure.kind, failure.reason
        return (folder / f"{number}.body").read_bytes()

    async def main():
        async with Fetcher(crawler, Hosts(crawler.per_host, crawler.concurrency)) as fetcher:
            return await asyncio.gather(*(one(fetcher, n, url) for n, url in enumerate(urls)))

    return run_apart(main())


def answering(body=PICTURE, status=200, **headers):
    async def handler(_request):
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


def outcome(handler, tmp_path, *flags, path="/x"):
    with serve({path: handler}) as site:
        (result,) = fetch([site.base + path], tmp_path, *flags)
    if isinstance(result, bytes):
        return result
    assert list(tmp_path.iterdir()) == [], "a failure leaves no file"
    return result[0]


def test_a_body_arrives_as_it_is(tmp_path):
    assert outcome(answering(), tmp_path) == PICTURE


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress(PICTURE)), ("deflate", zlib.compress(PICTURE))]
)
def test_a_compressed_body_is_unpacked_though_not_asked_for(tmp_path, encoding, packed):
    assert outcome(answering(packed, Content_Encoding=encoding), tmp_path) == PICTURE


def test_a_compression_bomb_is_cut_at_the_cap(tmp_path):
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert outcome(answering(bomb, Content_Encoding="gzip"), tmp_path, "crawler.max_bytes=1000000") is Outcome.TOO_LARGE


def test_a_body_that_announces_too_much_is_not_begun(tmp_path):
    assert outcome(answering(b"x" * 5000), tmp_path, "crawler.max_bytes=4000") is Outcome.TOO_LARGE


def test_an_endless_body_is_cut_at_the_cap(tmp_path):
    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10_000):
            await response.write(b"x" * 10_000)
        return response

    assert outcome(endless, tmp_path, "crawler.max_bytes=1000000") is Outcome.TOO_LARGE


def test_a_server_that_says_nothing_is_left(tmp_path):
    async def silent(_request):
        await asyncio.sleep(30)

    assert outcome(silent, tmp_path) is Outcome.TIMEOUT


def test_a_trickle_below_the_minimum_rate_is_cut_before_the_deadline(tmp_path):
    async def trickle(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(300):
            await response.write(b"x")
            await asyncio.sleep(0.1)
        return response

    with serve({"/x": trickle}) as site:
        ((kind, reason),) = fetch([f"{site.base}/x"], tmp_path, "crawler.deadline_s=30")
    assert kind is Outcome.TIMEOUT
    assert "bytes a second" in reason


def test_a_body_cut_short_is_tried_again_and_then_truncated(tmp_path):
    async def short(request):
        response = web.StreamResponse()
        response.content_length = 1000
        await response.prepare(request)
        await response.write(b"x" * 10)
        request.transport.close()
        return response

    with serve({"/x": short}) as site:
        ((kind, _),) = fetch([f"{site.base}/x"], tmp_path)
        assert len(site.paths("/x")) == 2
    assert kind is Outcome.TRUNCATED


def test_a_passing_fault_is_met_once(tmp_path):
    asked = []

    async def flaky(request):
        asked.append(request)
        if len(asked) == 1:
            return web.Response(status=503, headers={"Retry-After": "0"})
        return web.Response(body=PICTURE)

    assert outcome(flaky, tmp_path) == PICTURE


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 1), (410, 1), (500, 2), (204, 1)])
def test_what_is_final_is_asked_once(tmp_path, status, tries):
    with serve({"/x": answering(b"", status)}) as site:
        ((kind, reason),) = fetch([f"{site.base}/x"], tmp_path)
        assert len(site.paths("/x")) == tries
    assert kind is Outcome.HTTP
    assert str(status) in reason


def test_too_many_requests_that_outlast_the_retries_are_a_quota(tmp_path):
    assert outcome(answering(b"", 429, Retry_After="0"), tmp_path) is Outcome.QUOTA


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "file:///etc/passwd", "http://[::1]/", "http://0x7f.1/"]
)
def test_a_redirect_to_an_inner_address_is_refused(tmp_path, target):
    assert outcome(answering(b"", 302, Location=target), tmp_path) is Outcome.FORBIDDEN_ADDRESS


def test_without_the_setting_loopback_is_refused_and_never_connected_to(tmp_path):
    with serve({"/x": answering()}) as site:
        ((kind, _),) = fetch([f"{site.base}/x"], tmp_path, "crawler.allow_networks=")
        assert site.requests == []
    assert kind is Outcome.FORBIDDEN_ADDRESS


def test_a_name_that_resolves_to_an_inner_address_is_refused(tmp_path):
    with serve({"/x": answering()}) as site:
        url = f"{site.base}/x".replace("127.0.0.1", "localhost")
        ((kind, reason),) = fetch([url], tmp_path, "crawler.allow_networks=")
        assert site.requests == []
    assert kind is Outcome.FORBIDDEN_ADDRESS
    assert "localhost resolves to" in reason


def test_robots_txt_is_asked_first_and_its_no_is_kept(tmp_path):
    with serve({"/private/x": answering(), "/x": answering()}) as site:
        private, public = fetch([f"{site.base}/private/x", f"{site.base}/x"], tmp_path)
        assert site.paths("/private/") == []
        assert site.paths()[0] == "/robots.txt"
        assert len(site.paths("/robots.txt")) == 1
    assert private[0] is Outcome.ROBOTS
    assert public == PICTURE


def test_a_redirect_into_a_disallowed_path_is_not_followed(tmp_path):
    with serve({"/x": answering(b"", 302, Location="/private/x"), "/private/x": answering()}) as site:
        ((kind, _),) = fetch([f"{site.base}/x"], tmp_path)
        assert site.paths("/private/") == []
    assert kind is Outcome.ROBOTS


def test_every_request_says_who_asks(tmp_path):
    with serve({"/x": answering()}) as site:
        fetch([f"{site.base}/x"], tmp_path, "crawler.contact=https://example.org/complain")
        agents = {headers["User-Agent"] for _, headers in site.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("mofu/")


def test_a_host_is_never_asked_more_at_once_than_set(tmp_path):
    async def slow(_request):
        await asyncio.sleep(0.05)
        return web.Response(body=PICTURE)

    with serve({"/{name}": slow}) as site:
        fetch([f"{site.base}/{n}" for n in range(20)], tmp_path, "crawler.per_host=3")
        assert site.most_at_once == 3


def test_a_full_disk_is_an_error_of_the_run_not_of_the_hit(small_disk):
    with serve({"/x": answering(b"x" * 8_000_000)}) as site, pytest.raises(DiskFullError, match="free"):
        fetch([f"{site.base}/x"], small_disk)
    assert list(small_disk.iterdir()) == []


def test_through_a_proxy_names_of_inner_addresses_are_refused_all_the_same(tmp_path):
    with serve({"/x": answering(), "/inner": answering(b"", 302, Location="http://localhost/x")}) as proxy:
        flags = ("crawler.allow_networks=", f"crawler.proxy={proxy.base}")
        urls = ["http://localhost/x", "http://10.0.0.1/x", "http://name.invalid/inner", "http://name.invalid/x"]
        *refused, body = fetch(urls, tmp_path, *flags)
        assert proxy.paths() == ["/robots.txt", "/inner", "/x"] or proxy.paths() == ["/robots.txt", "/x", "/inner"]
    assert [kind for kind, _ in refused] == [Outcome.FORBIDDEN_ADDRESS] * 3
    assert body == PICTURE


def test_names_whose_servers_are_silent_keep_no_other_name_waiting(monkeypatch):
    answered = threading.Event()

    def getaddrinfo(host, port, **_):
        if host.startswith("silent"):
            answered.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

    async def main():
        resolver = CheckedResolver(AddressPolicy())
        silent = [asyncio.create_task(resolver.resolve(f"silent{n}.example", 80)) for n in range(20)]
        await asyncio.sleep(0)
        try:
            (found,) = await asyncio.wait_for(resolver.resolve("quick.example", 80), 10)
        finally:
            answered.set()
            await asyncio.gather(*silent)
            await resolver.close()
        return found["host"]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert asyncio.run(main()) == "8.8.8.8"
