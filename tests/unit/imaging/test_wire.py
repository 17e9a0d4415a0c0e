"""What a decoder sends is believed only where it can be true."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from handmade_pictures import LIMITS
from hypothesis import given
from hypothesis import strategies as st

from mofu.imaging import wire
from mofu.imaging.results import FAILURE_KINDS, DecodeFailure, Facts
from mofu.imaging.wire import MalformedAnswerError, Operation, Request, Status

INSPECT = Request(Operation.INSPECT)
PIXELS = Request(Operation.PIXELS, 64, "shorter")
FACTS = Facts("webp", 640, 480, -(2**63))
JPEG = b"\xff\xd8\xff...\xff\xd9"


def parted(answer: list[bytes] | list[bytes | memoryview], request: Request) -> tuple[Status, bytearray]:
    """Head and body as the asking side reads them."""
    data = b"".join(answer)
    status, length = wire.unpack_head(data[: wire.HEAD_BYTES], request, LIMITS)
    body = bytearray(data[wire.HEAD_BYTES :])
    assert len(body) == length
    return status, body


def test_a_request_comes_through() -> None:
    assert Request.unpack(PIXELS.pack()) == PIXELS


def test_facts_come_through() -> None:
    status, body = parted(wire.pack_facts(FACTS, JPEG), INSPECT)
    assert status is Status.FACTS
    assert wire.unpack_facts(body, LIMITS) == (FACTS, JPEG)


def test_pixels_come_through_and_can_be_written_to() -> None:
    pixels = np.arange(80 * 64 * 3, dtype=np.uint8).reshape(80, 64, 3)
    status, body = parted(wire.pack_pixels(pixels), PIXELS)
    assert status is Status.PIXELS
    received = wire.unpack_pixels(body, PIXELS)
    np.testing.assert_array_equal(received, pixels)
    received[0, 0] = 7


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_failures_come_through(kind: str) -> None:
    status, body = parted(wire.pack_failure(DecodeFailure(kind, "壊れた画像")), INSPECT)
    failure = wire.unpack_failure(body)
    assert (status, failure.kind, failure.reason) == (Status.FAILURE, kind, "壊れた画像")


def test_a_reason_is_one_short_printable_line() -> None:
    _, body = parted(wire.pack_failure(DecodeFailure("undecodable", "a\nb\x1b[31m" + "é" * 5000)), INSPECT)
    reason = wire.unpack_failure(body).reason
    assert reason.startswith("a b [31m")
    assert len(reason) == 300


@pytest.mark.parametrize(
    ("request_", "status", "length"),
    [
        (INSPECT, Status.PIXELS, 100),
        (PIXELS, Status.FACTS, 100),
        (INSPECT, Status.FACTS, 2**32 - 1),
        (PIXELS, Status.PIXELS, 2**32 - 1),
        (PIXELS, Status.FAILURE, 100_000),
        (INSPECT, Status.READY, 0),
        (INSPECT, 99, 0),
    ],
)
def test_an_answer_that_cannot_follow_is_refused_before_memory_is_taken(
    request_: Request, status: int, length: int
) -> None:
    with pytest.raises(MalformedAnswerError):
        wire.unpack_head(struct.pack("<BI", status, length), request_, LIMITS)


@pytest.mark.parametrize(("name", "value"), [("width", 3), ("width", 2**31), ("height", 0)])
def test_facts_outside_their_ranges_are_refused(name: str, value: int) -> None:
    fields = {"width": 640, "height": 480} | {name: value}
    _, body = parted(wire.pack_facts(Facts("png", phash=0, **fields), JPEG), INSPECT)
    with pytest.raises(MalformedAnswerError):
        wire.unpack_facts(body, LIMITS)


def test_a_thumbnail_that_is_no_jpeg_is_refused() -> None:
    _, body = parted(wire.pack_facts(FACTS, b"<html><script>alert(1)</script>"), INSPECT)
    with pytest.raises(MalformedAnswerError):
        wire.unpack_facts(body, LIMITS)


def test_pixels_larger_than_asked_for_are_refused() -> None:
    _, body = parted(wire.pack_pixels(np.zeros((65, 65, 3), np.uint8)), PIXELS)
    with pytest.raises(MalformedAnswerError):
        wire.unpack_pixels(body, PIXELS)


@given(st.binary(max_size=200))
def test_any_bytes_are_either_an_answer_or_malformed(data: bytes) -> None:
    for unpack in (
        lambda: wire.unpack_facts(bytearray(data), LIMITS),
        lambda: wire.unpack_pixels(bytearray(data), PIXELS),
        lambda: wire.unpack_failure(bytearray(data)),
    ):
        try:
            unpack()
        except MalformedAnswerError:
            continue
