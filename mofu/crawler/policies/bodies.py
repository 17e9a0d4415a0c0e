"""A response's body, streamed to a file: bytes capped before and after decompression, slow transfers cut."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from mofu.crawler.hits import HitFailure, Outcome
from mofu.db.durable import disk_errors
from mofu.settings import CrawlerSettings

_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_PIECE = 1 << 18


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Decoded bytes, in bounded pieces."""


class _Identity:
    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Inflate:
    def __init__(self, window: int) -> None:
        self._engine = zlib.decompressobj(window)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            try:
                yield self._engine.decompress(data, _PIECE)
            except zlib.error as error:
                raise HitFailure(Outcome.UNDECODABLE, f"compressed body: {error}") from error
            data = self._engine.unconsumed_tail


@dataclass(frozen=True, slots=True)
class BodyPolicy:
    """The caps: bytes, and bytes a second once `stall_s` have passed."""

    max_bytes: int
    min_bytes_per_s: float
    stall_s: float

    @classmethod
    def of(cls, settings: CrawlerSettings) -> BodyPolicy:
        """The caps that the settings give."""
        return cls(settings.max_bytes, settings.min_bytes_per_s, settings.stall_s)

    async def save(self, response: aiohttp.ClientResponse, path: Path, clock: Clock) -> int:
        """Stream a body to a new file; the number of bytes written. The file may be half-made when this raises.

        Raises:
            HitFailure: too-large, timeout (below the minimum rate) or undecodable.
            DiskFullError: no room.
            aiohttp.ClientPayloadError: the body ended before its announced end.
        """
        if response.content_length is not None and response.content_length > self.max_bytes:
            raise HitFailure(Outcome.TOO_LARGE, f"{response.content_length} bytes announced, {self.max_bytes} allowed")
        decoder = _decoder(response.headers.get("Content-Encoding", ""))
        start, received, written = clock.time(), 0, 0
        with disk_errors(path), _new_file(path) as stream:
            async for data in response.content.iter_any():
                received += len(data)
                for piece in decoder.pieces(data):
                    written += len(piece)
                    if max(received, written) > self.max_bytes:
                        raise HitFailure(Outcome.TOO_LARGE, f"more than {self.max_bytes} bytes")
                    stream.write(piece)
                elapsed = clock.time() - start
                if elapsed > self.stall_s and received < self.min_bytes_per_s * elapsed:
                    raise HitFailure(Outcome.TIMEOUT, f"{received / elapsed:.0f} bytes a second after {elapsed:.0f} s")
        return written


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """At most so many bytes of what a body holds, by its Content-Encoding.

    Raises:
        HitFailure: (undecodable) it is damaged, or packed in a way that was not asked for and is not known.
    """
    found = bytearray()
    for piece in _decoder(encoding).pieces(body):
        found += piece
        if len(found) >= most:
            break
    return bytes(found[:most])


class Clock(Protocol):
    """Where the time comes from (an event loop)."""

    def time(self) -> float:
        """Monotonic seconds."""


def _new_file(path: Path) -> _File:
    return _File(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))


class _File:
    """An unbuffered file: bodies arrive in pieces that are worth a system call each."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]


def _decoder(encoding: str) -> _Decoder:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Identity()
    if name in _WINDOW:
        return _Inflate(_WINDOW[name])
    raise HitFailure(Outcome.UNDECODABLE, f"Content-Encoding {encoding[:40]!r}, which was not asked for")
