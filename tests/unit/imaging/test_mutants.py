"""Damaged files of every format either decode or fail with a known kind; nothing hangs, nothing else breaks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handmade_pictures import encoded, one_of_each, scenery

from mofu.imaging.results import FAILURE_KINDS, DecodeFailure, Inspected
from mofu.imaging.sandbox import DecoderPool

COUNT = 3000
Mutation = Callable[[bytes, random.Random], bytes]


def flipped(data: bytes, chance: random.Random) -> bytes:
    mutant = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
    return bytes(mutant)


def flipped_in_header(data: bytes, chance: random.Random) -> bytes:
    return flipped(data[:200], chance) + data[200:]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def spliced(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    at = chance.randrange(len(data))
    return data[:at] + data[start:end] + data[at + chance.choice((0, end - start)) :]


def overwritten(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return (
        data[:at] + chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", chance.randbytes(16))) + data[at + 4 :]
    )


MUTATIONS: tuple[Mutation, ...] = (flipped, flipped_in_header, cut, spliced, overwritten)


def mutants(count: int) -> Iterator[bytes]:
    chance = random.Random(20161)
    image = scenery(48, 32)
    bodies = [
        *one_of_each(image).values(),
        encoded(image, "JPEG", progressive=True),
        encoded(image.convert("CMYK"), "JPEG"),
        encoded(image.quantize(16), "PNG", interlace=1),
        encoded(image, "TIFF", compression="tiff_lzw"),
        encoded(image, "WEBP", lossless=True),
        encoded(image, "GIF", save_all=True, append_images=[scenery(48, 32, 1)]),
    ]
    for number in range(count):
        yield chance.choice(MUTATIONS)(bodies[number % len(bodies)], chance)


@pytest.mark.slow
def test_3000_mutants_of_every_format_each_have_an_outcome(pool: DecoderPool, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for first in range(0, COUNT, 500):
        futures = []
        for number, body in enumerate(list(mutants(COUNT))[first : first + 500]):
            path = tmp_path / f"{number}"
            path.write_bytes(body)
            futures.append(pool.inspect(path, tmp_path / f"{number}.jpg"))
        for future in futures:
            error = future.exception(timeout=120)
            assert error is None or isinstance(error, DecodeFailure)
            outcomes["decoded" if error is None else error.kind] += 1
    assert outcomes.total() == COUNT
    assert set(outcomes) <= {"decoded", *FAILURE_KINDS}
    assert min(outcomes["decoded"], outcomes["truncated"], outcomes["undecodable"]) > COUNT // 50
    healthy = tmp_path / "healthy"
    healthy.write_bytes(encoded(scenery(), "PNG"))
    assert isinstance(pool.inspect(healthy, tmp_path / "healthy.jpg").result(), Inspected)
