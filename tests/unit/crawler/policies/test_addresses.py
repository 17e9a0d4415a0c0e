"""Addresses: what may be connected to, in every spelling that the web knows."""

import ipaddress
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.addresses import AddressPolicy

POLICY = AddressPolicy()
LOOPBACK = AddressPolicy([ipaddress.ip_network("127.0.0.0/8")])

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
    "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:0:7f00:1::",
]  # fmt: skip


def refusal(url, policy=POLICY):
    with pytest.raises(HitFailure) as caught:
        policy.check_url(url)
    return caught.value.kind


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(address):
    assert not POLICY.is_allowed(address)
    host = f"[{address}]" if ":" in address else address
    assert refusal(f"http://{host}/x.jpg") is Outcome.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_let_through(address):
    assert POLICY.is_allowed(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.", "017700000001", "08.8.8.8"]
)
def test_odd_spellings_are_refused_even_where_loopback_is_allowed(host):
    assert refusal(f"http://{host}/", LOOPBACK) is Outcome.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com/x", "gopher://example.com", "javascript:alert(1)", "data:image/png,x",
     "//example.com/x", "/x.jpg", "", "http://", "http:///x", "http://[::1", "http://exa mple.com", "http://a:99999/",
     "http://a:0/", "http://.example.com/", "http://a..b/", f"http://{'a' * 64}.com/", "http://a\x00b/"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url):
    assert refusal(url) is Outcome.FORBIDDEN_ADDRESS


def test_users_passwords_and_fragments_are_left_out():
    assert str(POLICY.check_url("http://user:pass@example.com/x#y")) == "http://example.com/x"


def test_a_setting_lets_a_network_through_and_nothing_else():
    assert LOOPBACK.is_allowed("127.0.0.9")
    assert LOOPBACK.is_allowed("::ffff:127.0.0.9")
    assert not LOOPBACK.is_allowed("10.0.0.1")
    assert not LOOPBACK.is_allowed("::1")


@given(st.ip_addresses(v=4))
def test_an_address_inside_ipv6_is_judged_as_itself(address):
    assert POLICY.is_allowed(f"::ffff:{address}") == POLICY.is_allowed(str(address))
    assert not POLICY.is_allowed(str(ipaddress.IPv6Address(int(ipaddress.ip_address("64:ff9b::")) + int(address))))


def test_a_socket_is_made_only_for_an_address_that_may_be_connected_to():
    with pytest.raises(HitFailure):
        POLICY.make_socket((2, 1, 6, "", ("169.254.169.254", 80)))
    LOOPBACK.make_socket((2, 1, 6, "", ("127.0.0.1", 80))).close()


def hostile_urls(count):
    """Addresses of inner services in random spellings, ports, paths and disguises."""
    rng = random.Random(7)
    for _ in range(count):
        address = ipaddress.ip_address(rng.choice(PRIVATE))
        forms = [str(address) if address.version == 4 else f"[{address}]"]
        if address.version == 4:
            number = int(address)
            forms += [
                str(number),
                hex(number),
                f"[::ffff:{address}]",
                f"[64:ff9b::{number >> 16:x}:{number & 65535:x}]",
            ]
            forms += [".".join(f"0{part:o}" for part in address.packed), ".".join(hex(part) for part in address.packed)]
        scheme, user = rng.choice(["http", "https", "HTTP"]), rng.choice(["", "a@", "example.com@"])
        port, path = (
            rng.choice(["", ":80", ":8080", ":22"]),
            rng.choice(["", "latest/meta-data/", "..%2f", "?u=http://x"]),
        )
        yield f"{scheme}://{user}{rng.choice(forms)}{port}/{path}"


def test_no_hostile_spelling_of_two_thousand_passes():
    assert [url for url in hostile_urls(2000) if refusal(url) is not Outcome.FORBIDDEN_ADDRESS] == []
