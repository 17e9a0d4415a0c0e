"""Requests and answers ↔ bytes between a decoder process and the one that asks it.

Whoever owns a decoder through a hole in an image library owns what it sends: answers are fixed structures whose every
field is checked against its range, never pickles, and their length is known to be acceptable before memory is taken.
What an image is stored by is not among them: whoever asks takes the SHA-256 itself, or one image could be put in
another's place.

    request   operation u8, fit u8, side_px u32; the file to read comes along as an open descriptor
    answer    status u8, length u32; then as many bytes:
        facts     format u8, width u32, height u32, phash i64, then the thumbnail's JPEG file
        pixels    height u32, width u32, then RGB
        failure   kind u8, then the reason in UTF-8
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from mofu.imaging.results import FAILURE_KINDS, FITS, FORMATS, DecodeFailure, DecodeLimits, Facts, Fit, Pixels

_REQUEST = struct.Struct("<BBI")
_HEAD = struct.Struct("<BI")
_FACTS = struct.Struct("<BIIq")
_SHAPE = struct.Struct("<II")
REQUEST_BYTES = _REQUEST.size
HEAD_BYTES = _HEAD.size
_MAX_REASON = 300


class Operation(IntEnum):
    """What a decoder is asked for."""

    INSPECT = 1
    PIXELS = 2


class Status(IntEnum):
    """What an answer holds."""

    READY = 0
    FACTS = 1
    PIXELS = 2
    FAILURE = 3


class MalformedAnswerError(ValueError):
    """A decoder sent what it never should."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of a decoder; `side_px` and `fit` matter for pixels alone."""

    operation: Operation
    side_px: int = 0
    fit: Fit = "longer"

    def pack(self) -> bytes:
        """The request's bytes."""
        return _REQUEST.pack(self.operation, FITS.index(self.fit), self.side_px)

    @classmethod
    def unpack(cls, data: bytes) -> Request:
        """The request of `REQUEST_BYTES` bytes."""
        operation, fit, side_px = _REQUEST.unpack(data)
        return cls(Operation(operation), side_px, FITS[fit])


def pack_ready() -> bytes:
    """A decoder's first word: it is confined and can be asked."""
    return _HEAD.pack(Status.READY, 0)


def pack_facts(facts: Facts, thumbnail: bytes) -> list[bytes]:
    """What inspecting gave."""
    body = _FACTS.pack(FORMATS.index(facts.format), facts.width, facts.height, facts.phash)
    return [_HEAD.pack(Status.FACTS, len(body) + len(thumbnail)) + body, thumbnail]


def pack_pixels(pixels: Pixels) -> list[bytes | memoryview]:
    """Pixels, (h, w, 3) uint8 and contiguous."""
    height, width = pixels.shape[:2]
    return [_HEAD.pack(Status.PIXELS, _SHAPE.size + pixels.nbytes) + _SHAPE.pack(height, width), pixels.data.cast("B")]


def pack_failure(failure: DecodeFailure) -> list[bytes]:
    """Why there are no pixels."""
    body = bytes([FAILURE_KINDS.index(failure.kind)]) + failure.reason[:_MAX_REASON].encode("utf-8", "replace")
    return [_HEAD.pack(Status.FAILURE, len(body)) + body]


def unpack_head(head: bytes, request: Request, limits: DecodeLimits) -> tuple[Status, int]:
    """Status and length of an answer to a request.

    Raises:
        MalformedAnswerError: no such answer can follow the request, or it is longer than one can be.
    """
    code, length = _HEAD.unpack(head)
    if request.operation is Operation.INSPECT:
        # JPEG never needs more than a few bits a sample beyond the samples themselves
        longest = {Status.FACTS: _FACTS.size + 65_536 + 9 * limits.thumbnail_px**2}
    else:
        longest = {Status.PIXELS: _SHAPE.size + 3 * limits.max_pixels}
    longest[Status.FAILURE] = 1 + 4 * _MAX_REASON
    if length > longest.get(code, -1):
        raise MalformedAnswerError(f"answer of status {code} and {length} bytes")
    return Status(code), length


def unpack_facts(body: bytearray, limits: DecodeLimits) -> tuple[Facts, bytes]:
    """Facts and the thumbnail's JPEG file.

    Raises:
        MalformedAnswerError: a field is outside its range.
    """
    if len(body) < _FACTS.size:
        raise MalformedAnswerError(f"facts of {len(body)} bytes")
    code, width, height, phash = _FACTS.unpack_from(body)
    thumbnail = bytes(body[_FACTS.size :])
    if code >= len(FORMATS) or not (limits.min_side_px <= min(width, height) and width * height <= limits.max_pixels):
        raise MalformedAnswerError(f"facts of format {code} and {width}x{height} pixels")
    if not (thumbnail.startswith(b"\xff\xd8\xff") and thumbnail.endswith(b"\xff\xd9")):
        raise MalformedAnswerError("a thumbnail that is no JPEG file")
    return Facts(FORMATS[code], width, height, phash), thumbnail


def unpack_pixels(body: bytearray, request: Request) -> Pixels:
    """Pixels, (h, w, 3) uint8, writable, over the body's memory.

    Raises:
        MalformedAnswerError: another number of pixels than stated, or more than were asked for.
    """
    height, width = _SHAPE.unpack_from(body) if len(body) >= _SHAPE.size else (0, 0)
    side = max(height, width) if request.fit == "longer" else min(height, width)
    if len(body) != _SHAPE.size + 3 * height * width or not 1 <= side <= request.side_px:
        raise MalformedAnswerError(f"{width}x{height} pixels in {len(body)} bytes")
    return np.frombuffer(body, np.uint8, offset=_SHAPE.size).reshape(height, width, 3)


def unpack_failure(body: bytearray) -> DecodeFailure:
    """Why there are no pixels; the reason is printable text on one line.

    Raises:
        MalformedAnswerError: a kind that does not exist.
    """
    if not body or body[0] >= len(FAILURE_KINDS):
        raise MalformedAnswerError(f"failure of kind {body[:1].hex() or 'none'}")
    text = body[1:].decode("utf-8", "replace")
    reason = "".join(c if c.isprintable() else " " for c in text)
    return DecodeFailure(FAILURE_KINDS[body[0]], reason)
