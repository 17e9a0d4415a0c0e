"""The fetcher against a real server: caps, deadlines, redirects, compression, politeness; nothing left behind."""

import asyncio
import gzip
import socket
import threading
import zlib

import pytest
from aiohttp import web
from loopback_web import jpeg, serve, serve_bytes

from mofu.crawler.apart import run_apart
from mofu.crawler.fetch import Fetcher
from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.addresses import AddressPolicy, CheckedResolver
from mofu.crawler.policies.bodies import unpacked
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
    ("encoding", "packed"), [("gzip", gzip.compress(PICTURE, mtime=0)), ("deflate", zlib.compress(PICTURE))]
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


def packed_robots(tmp_path, body, encoding):
    with serve_bytes(b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nConnection: close\r\n\r\n%s" % (encoding, body)) as (
        base, _,
    ):  # fmt: skip
        (result,) = fetch([f"{base}/x"], tmp_path)
    return result


@pytest.mark.parametrize(
    ("encoding", "pack"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress), (b"br", lambda text: b"?")]
)
def test_a_robots_txt_that_comes_packed_is_unpacked_and_means_no_where_it_cannot_be(tmp_path, encoding, pack):
    kind, _ = packed_robots(tmp_path, pack(b"User-agent: *\nDisallow: /\n"), encoding)
    assert kind is Outcome.ROBOTS


def test_of_a_packed_robots_txt_no_more_is_unpacked_than_is_read_of_a_plain_one():
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(unpacked(bomb, "gzip", 1000)) == 1000


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


def test_headers_without_end_are_no_answer(tmp_path):
    many = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 7000) for number in range(1000))
    with serve_bytes(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n") as (base, _):
        ((kind, reason),) = fetch([f"{base}/x"], tmp_path, "crawler.robots=false")
    assert kind is Outcome.HTTP
    assert "headers" in reason


def test_a_transfer_that_is_cut_says_why(tmp_path):
    async def interim(_request):
        await asyncio.sleep(5)

    with serve({"/x": interim}) as site:
        flags = ("crawler.robots=false", "crawler.deadline_s=0.2", "crawler.stall_s=5")
        assert fetch([f"{site.base}/x"], tmp_path, *flags) == [(Outcome.TIMEOUT, "not done in 0.2 s")]


def test_what_a_server_says_of_a_failure_is_text_that_can_be_kept(tmp_path):
    with serve_bytes(b"HTTP/1.1 404 gone \xff\xed\xa0\x80\r\nContent-Length: 0\r\n\r\n") as (base, _):
        ((kind, reason),) = fetch([f"{base}/x"], tmp_path, "crawler.robots=false")
    assert (kind, reason) == (Outcome.HTTP, "HTTP 404 gone")


def test_through_a_proxy_a_name_with_one_inner_address_is_refused(tmp_path, monkeypatch):
    known = socket.getaddrinfo

    def getaddrinfo(host, port, **options):
        if host != "both.example":
            return known(host, port, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with serve({"/x": answering()}) as proxy:
        flags = ("crawler.allow_networks=", f"crawler.proxy={proxy.base}")
        (refused,) = fetch(["http://both.example/x"], tmp_path, *flags)
        assert proxy.paths() == []
    assert refused[0] is Outcome.FORBIDDEN_ADDRESS
