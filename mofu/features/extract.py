"""Image files → batches of activations, the next batch being decoded while one is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from mofu.features.backbone import Backbone, NotFiniteError, Vectors
from mofu.imaging.results import DecodeFailure, Pixels
from mofu.imaging.sandbox import DecoderPool


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
    backbone: Backbone, paths: Sequence[tuple[str, Path]], pool: DecoderPool, batch: int
) -> Iterator[ExtractedBatch]:
    """Activations of image files, batch by batch; an image that cannot be read costs itself only.

    Args:
        backbone: what computes them.
        paths: (id, file) of each image.
        pool: decodes the files, which are untrusted.
        batch: images at once; two batches' pixels are held at most.
    """
    batches = [paths[start : start + batch] for start in range(0, len(paths), batch)]
    ahead: list[Future[Pixels]] = []
    try:
        for number, current in enumerate(batches):
            decoding = ahead or _submitted(backbone, current, pool)
            ahead = _submitted(backbone, batches[number + 1], pool) if number + 1 < len(batches) else []
            yield _computed(backbone, [name for name, _ in current], decoding)
    finally:
        for future in ahead:
            future.cancel()


def _submitted(backbone: Backbone, batch: Sequence[tuple[str, Path]], pool: DecoderPool) -> list[Future[Pixels]]:
    return [pool.pixels(path, backbone.side_px, backbone.fit) for _, path in batch]


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
