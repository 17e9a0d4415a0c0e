"""Image files → batches of activations: one batch is kept, the next computed and the one after it decoded at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mofu.features.backbone import Backbone, NotFiniteError, Vectors
from mofu.imaging.results import DecodeFailure, Pixels
from mofu.imaging.sandbox import DecoderPool

_AHEAD = 3
"""Batches at once: one that the caller keeps or waits for, one that is computed, one that is decoded."""


@dataclass(frozen=True, slots=True)
class ExtractedBatch:
    """What became of a batch: every image of it is either a row or a failure.

    Attributes:
        ids: of the images that have activations, in the order they were given.
        vectors: (len(ids), d) float32, a row each.
        failures: id → why it has none.
    """

    ids: tuple[str, ...]
    vectors: Vectors
    failures: dict[str, str]


def extract(
    backbone: Backbone, paths: Iterable[tuple[str, Path]], pool: DecoderPool, batch: int
) -> Iterator[ExtractedBatch]:
    """Activations of image files, batch by batch; an image that cannot be read costs itself only.

    While the caller keeps a batch, the next one is computed by a thread and the one after it decoded by the pool.

    Args:
        backbone: what computes them.
        paths: (id, file) of each image, asked for a batch at a time.
        pool: decodes the files, which are untrusted.
        batch: images at once; three batches' pixels are held at most.
    """
    coming = iter(paths)
    computing: deque[Future[ExtractedBatch]] = deque()
    decoding: list[Future[Pixels]] = []
    with ThreadPoolExecutor(1, "activations") as thread:
        try:
            while current := list(islice(coming, batch)):
                decoding = [pool.pixels(path, backbone.side_px, backbone.fit) for _, path in current]
                computing.append(thread.submit(_computed, backbone, [name for name, _ in current], decoding))
                if len(computing) == _AHEAD:
                    yield computing.popleft().result()
            while computing:
                yield computing.popleft().result()
        finally:
            for begun in computing:
                begun.cancel()
            for future in decoding:
                future.cancel()


def _computed(backbone: Backbone, names: Sequence[str], decoding: Sequence[Future[Pixels]]) -> ExtractedBatch:
    pixels: dict[str, Pixels] = {}
    failures: dict[str, str] = {}
    for name, future in zip(names, decoding, strict=True):
        try:
            pixels[name] = future.result()
        except (DecodeFailure, OSError) as error:
            failures[name] = str(error)
    try:
        vectors = backbone.extract(list(pixels.values()))
    except NotFiniteError as error:
        spoiled = [list(pixels)[index] for index in error.indices]
        failures |= dict.fromkeys(spoiled, f"activations of {backbone.id} are not finite")
        vectors = backbone.extract([given for name, given in pixels.items() if name not in failures])
    return ExtractedBatch(tuple(name for name in pixels if name not in failures), vectors, failures)
