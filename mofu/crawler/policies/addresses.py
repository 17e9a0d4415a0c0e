"""Which addresses may be connected to: public ones, and networks that the settings allow.

A name is judged by the addresses it resolves to, and again by the one that a socket is about to be connected to, so
that neither a redirect nor a name that changes its mind reaches an inner service. `ipaddress.is_global` alone calls
multicast and NAT64 global; SAFETY asks for more.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.typedefs import StrOrURL
from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome
from mofu.settings import Network

RESOLVER_THREADS = 32

_CARRIERS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # local-use NAT64, RFC 8215
        "2002::/16",  # 6to4, RFC 3056
        "2001::/32",  # Teredo, RFC 4380
        "fec0::/10",  # site-local, deprecated by RFC 3879
        "::/96",  # IPv4-compatible, deprecated by RFC 4291
        "192.88.99.0/24",  # 6to4 relays
    )
)
"""IPv6 networks that carry an IPv4 address inside, or are no longer routed: never a photograph's home."""

_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
"""What `inet_aton` reads as an address: decimal, octal and hexadecimal spellings included."""


_NO_HOST = re.compile(r"[\s/\\?#@<>^|{}\"`\x00-\x1f\x7f]")
"""What no host's name contains, whatever its script."""

_LABEL_CHARS = 63
"""The longest part of a name (RFC 1035 §2.3.4); resolvers raise UnicodeError for a longer or an empty one."""


class AddressPolicy:
    """Judge addresses; `allowed` are networks let through although they are not public."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self.allowed = tuple(allowed)

    def check_url(self, url: StrOrURL) -> URL:
        """The address, parsed, without user and fragment.

        Raises:
            HitFailure: (forbidden-address) not http(s), no host, an odd spelling, or an address that is not public.
        """
        try:
            parsed = URL(url) if isinstance(url, str) else url
            host, port = parsed.host, parsed.port
        except ValueError as error:
            raise _forbidden(f"not an address: {error}") from error
        if parsed.scheme not in ("http", "https") or not host or not port or _NO_HOST.search(host):
            raise _forbidden(f"{parsed.scheme or 'no scheme'}: expected http or https and a host")
        literal = _literal(host)
        if literal is not None:
            self.check_ip(literal)
        elif _NUMERIC.fullmatch(host):
            raise _forbidden(f"{host} is an odd spelling of an address")
        elif not all(0 < len(label) <= _LABEL_CHARS for label in (parsed.raw_host or "").removesuffix(".").split(".")):
            raise _forbidden(f"{host[:80]} is not the name of a host")
        return parsed.with_user(None).with_fragment(None)

    def check_ip(self, address: str) -> None:
        """Judge one IP address as it would be connected to.

        Raises:
            HitFailure: (forbidden-address) it is not public and no setting allows it.
        """
        if not self.is_allowed(address):
            raise _forbidden(f"{address} is not a public address (crawler.allow_networks lets others through)")

    def is_allowed(self, address: str) -> bool:
        """Whether an IP address may be connected to."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        if any(ip in network for network in self.allowed if network.version == ip.version):
            return True
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            return self.is_allowed(str(ip.ipv4_mapped))
        public = ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
        return public and not any(ip in network for network in _CARRIERS if network.version == ip.version)

    def make_socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """The socket for one resolved address, made only if that very address may be connected to."""
        family, kind, protocol, _, peer = info
        self.check_ip(str(peer[0]))
        return socket.socket(family, kind, protocol)


class CheckedResolver(AbstractResolver):
    """The system's resolver, with addresses that may not be connected to taken out of its answers.

    It has threads of its own: an event loop shares a handful (uvloop: four) between all that waits, and as many names
    whose servers do not answer would keep every other name, and the files, waiting with them.
    """

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a name.

        Raises:
            HitFailure: (forbidden-address) every address it has is one that may not be connected to.
            OSError: it has none.
        """
        found = await self._found(host, port, family)
        public = [each for each in found if self._policy.is_allowed(each[2])]
        if found and not public:
            raise _forbidden(f"{host} resolves to {found[0][2]}, which is not a public address")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=of_family, proto=protocol, flags=socket.AI_NUMERICHOST
            )
            for of_family, protocol, address in public
        ]

    async def check(self, host: str, port: int) -> None:
        """Judge every address of a name that somebody else is going to connect to.

        Raises:
            HitFailure: (forbidden-address) it has one that may not be connected to.
            OSError: it has none.
        """
        for _, _, address in await self._found(host, port, socket.AF_UNSPEC):
            if not self._policy.is_allowed(address):
                raise _forbidden(f"{host} resolves to {address}, which is not a public address")

    async def _found(self, host: str, port: int, family: socket.AddressFamily) -> list[tuple[int, int, str]]:
        """Family, protocol and address of all that a name resolves to."""
        ask = partial(
            socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [(of_family, protocol, str(peer[0])) for of_family, _, protocol, _, peer in infos]

    async def close(self) -> None:
        """Let the threads end when their names are resolved."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def _forbidden(reason: str) -> HitFailure:
    return HitFailure(Outcome.FORBIDDEN_ADDRESS, reason)
