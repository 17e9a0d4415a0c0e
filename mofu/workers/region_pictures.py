"""Images of the library by name → their pixels, decoded ahead by confined processes, or why there are none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice

from mofu.db import images
from mofu.imaging.results import DecodeFailure, Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.workers.workshop import Workshop

AHEAD = 16
"""Images that are decoded before they are asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadPicture:
    """An image and its pixels, (h, w, 3) uint8, or why there are none."""

    sha256: str
    pixels: Pixels | None
    reason: str | None = None


def read_pictures(workshop: Workshop, names: Iterable[str], side_px: int) -> Iterator[ReadPicture]:
    """The pictures of these names, in their order, their longer side at most `side_px`."""
    coming = iter(names)
    with workshop.decoders() as pool:
        waiting: deque[tuple[str, Future[Pixels] | str]] = deque()
        try:
            while True:
                if len(waiting) <= AHEAD // 2:
                    waiting += _begun(workshop, pool, list(islice(coming, AHEAD // 2)), side_px)
                if not waiting:
                    return
                yield _read(*waiting.popleft())
        finally:
            for _, begun in waiting:
                if isinstance(begun, Future):
                    begun.cancel()


def _begun(
    workshop: Workshop, pool: DecoderPool, names: Sequence[str], side_px: int
) -> Iterator[tuple[str, Future[Pixels] | str]]:
    with workshop.database.read() as session:
        known = images.by_name(session, names)
    for name in names:
        if name in known:
            yield name, pool.pixels(workshop.blobs.original(name, known[name].format), side_px)
        else:
            yield name, "it is not in the library"


def _read(name: str, begun: Future[Pixels] | str) -> ReadPicture:
    if isinstance(begun, str):
        return ReadPicture(name, None, begun)
    try:
        return ReadPicture(name, begun.result())
    except (DecodeFailure, OSError) as error:
        return ReadPicture(name, None, str(error))
