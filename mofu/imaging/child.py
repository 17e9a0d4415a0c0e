"""A decoder process: requests with an open file in, facts, pixels or failures out, on the socket that is its stdin.

Started by `process` with five arguments: the parent's id, max_pixels, min_side_px, thumbnail_px, memory_mb.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import numpy as np
import PIL
import simplejpeg
from PIL import AvifImagePlugin, Image

from mofu.imaging import wire
from mofu.imaging.confine import confine, die_with
from mofu.imaging.decode import decode
from mofu.imaging.hashes import perceptual_hash
from mofu.imaging.results import DecodeFailure, DecodeLimits, Facts
from mofu.imaging.scaling import scaled
from mofu.imaging.thumbnails import encoded, reduced

Answer = list[bytes] | list[bytes | memoryview]


def main() -> None:
    """Serve until the other side closes the socket."""
    parent, max_pixels, min_side_px, thumbnail_px, memory_mb = (int(text) for text in sys.argv[1:6])
    die_with(parent)
    Image.init()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    silence = os.open(os.devnull, os.O_WRONLY)
    confine(memory_mb, [Path(module.__file__).parent for module in (np, PIL, simplejpeg) if module.__file__])
    channel = socket.socket(fileno=os.dup(0))
    try:
        channel.sendall(wire.pack_ready())
    except ConnectionError:
        return  # whoever started it is done already
    os.dup2(silence, 2)  # C libraries write about broken files there; what prevented a start was told before
    serve(channel, DecodeLimits(max_pixels, min_side_px, thumbnail_px))


def serve(channel: socket.socket, limits: DecodeLimits) -> None:
    """Answer requests one after the other."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, wire.REQUEST_BYTES, 1)
        if not message:
            return
        with os.fdopen(descriptors[0], "rb", buffering=0) as file:
            data = file.read()
        _send(channel, _answer(wire.Request.unpack(message), data, limits))


def _send(channel: socket.socket, parts: Answer) -> None:
    """Send an answer in as few pieces as the socket takes."""
    sent = channel.sendmsg(parts)
    for part in parts:
        channel.sendall(memoryview(part)[sent:])
        sent = max(0, sent - len(part))


def _answer(request: wire.Request, data: bytes, limits: DecodeLimits) -> Answer:
    try:
        if request.operation is wire.Operation.INSPECT:
            return _inspect(data, limits)
        return _pixels(data, limits, request)
    except DecodeFailure as failure:
        return wire.pack_failure(failure)
    except MemoryError:
        reason = "decoding needs more memory than crawler.decoder_memory_mb allows"
        return wire.pack_failure(DecodeFailure("undecodable", reason))
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever a decoder raises costs one image
        return wire.pack_failure(DecodeFailure("undecodable", f"{type(error).__name__}: {error}"))


def _inspect(data: bytes, limits: DecodeLimits) -> Answer:
    image = decode(data, limits, limits.thumbnail_px)
    original = (image.width, image.height)
    small = reduced(image.pixels, limits.thumbnail_px, original)
    return wire.pack_facts(Facts(image.format, *original, perceptual_hash(small)), encoded(small))


def _pixels(data: bytes, limits: DecodeLimits, request: wire.Request) -> Answer:
    image = decode(data, limits, request.side_px, request.fit)
    return wire.pack_pixels(scaled(image.pixels, request.side_px, request.fit, (image.width, image.height)))
