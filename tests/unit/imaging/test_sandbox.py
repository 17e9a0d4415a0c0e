"""A pool of decoders gives facts, thumbnails and pixels; a crash, a hang or too much memory costs one image."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path

import numpy as np
import psutil
import pytest
from handmade_pictures import LIMITS, encoded, png_file, scenery
from PIL import Image

from mofu.errors import MofuError
from mofu.imaging.hashes import hamming, perceptual_hash
from mofu.imaging.results import DecodeFailure, DecodeLimits
from mofu.imaging.sandbox import DecoderPool
from mofu.settings import CrawlerSettings

Store = Callable[[bytes], Path]


@pytest.fixture
def single() -> Iterator[DecoderPool]:
    """One process, so that what happens to it happens to every image."""
    with DecoderPool(1, LIMITS, memory_mb=256, deadline_s=20) as running:
        yield running


def kinds(futures: list[Future[object]]) -> list[str]:
    """What became of each image: "ok" or the failure's kind."""
    errors = [future.exception(timeout=60) for future in futures]
    assert all(error is None or isinstance(error, DecodeFailure) for error in errors)
    return ["ok" if error is None else error.kind for error in errors]


def running_pid(pool: DecoderPool) -> int:
    while not pool.pids:
        time.sleep(0.01)
    return pool.pids[0]


def test_inspecting_gives_facts_and_writes_a_thumbnail(pool: DecoderPool, stored: Store, tmp_path: Path) -> None:
    picture = scenery(200, 100)
    data = encoded(picture, "PNG")
    facts = pool.inspect(stored(data), tmp_path / "thumbnail.jpg").result()
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    assert (facts.format, facts.width, facts.height, facts.bytes) == ("png", 200, 100, len(data))
    assert hamming(facts.phash, perceptual_hash(np.asarray(picture))) <= 2
    with Image.open(tmp_path / "thumbnail.jpg") as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (64, 32))


def test_sizes_and_thumbnails_are_upright(pool: DecoderPool, stored: Store, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = stored(encoded(scenery(200, 100), "JPEG", exif=exif))
    facts = pool.inspect(path, tmp_path / "thumbnail.jpg").result()
    assert (facts.width, facts.height) == (100, 200)
    with Image.open(tmp_path / "thumbnail.jpg") as thumbnail:
        assert thumbnail.size == (32, 64)


@pytest.mark.parametrize(("fit", "shape"), [("longer", (48, 96, 3)), ("shorter", (96, 192, 3))])
def test_pixels_have_the_side_asked_for(pool: DecoderPool, stored: Store, fit: str, shape: tuple[int, ...]) -> None:
    pixels = pool.pixels(stored(encoded(scenery(200, 100), "JPEG")), 96, fit).result()
    assert (pixels.shape, pixels.dtype) == (shape, np.uint8)
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable


def test_pixels_are_those_of_the_file_where_nothing_is_scaled(pool: DecoderPool, stored: Store) -> None:
    for picture in (scenery(), scenery(1000, 700)):
        pixels = pool.pixels(stored(encoded(picture, "PNG")), 4096).result()
        np.testing.assert_array_equal(pixels, np.asarray(picture))


def test_failures_keep_their_kind_and_leave_no_thumbnail(pool: DecoderPool, stored: Store, tmp_path: Path) -> None:
    thumbnail = tmp_path / "thumbnail.jpg"
    bodies = [
        b"<html>",
        encoded(scenery(), "JPEG")[:-300],
        png_file(60_000, 60_000, 8, 2, b""),
        png_file(9, 9, 8, 0, b""),
    ]
    futures = [pool.inspect(stored(body), thumbnail) for body in bodies]
    assert kinds(futures) == ["not-an-image", "truncated", "too-large", "too-small"]
    assert not thumbnail.exists()


def test_a_file_that_does_not_exist_is_the_callers_error(pool: DecoderPool, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        pool.pixels(tmp_path / "nowhere", 64).result()


def test_a_thumbnail_that_cannot_be_written_is_an_os_error(pool: DecoderPool, stored: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pool.inspect(stored(encoded(scenery(), "PNG")), tmp_path / "no folder" / "thumbnail.jpg").result()


def test_futures_can_be_awaited(pool: DecoderPool, stored: Store) -> None:
    path = stored(encoded(scenery(), "PNG"))

    async def all_at_once() -> list[np.ndarray]:
        return await asyncio.gather(*(asyncio.wrap_future(pool.pixels(path, 32)) for _ in range(20)))

    assert [pixels.shape for pixels in asyncio.run(all_at_once())] == [(21, 32, 3)] * 20


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_costs_exactly_one_image(single: DecoderPool, stored: Store, death: signal.Signals) -> None:
    path = stored(encoded(scenery(800, 600), "PNG"))
    futures = [single.pixels(path, 512) for _ in range(40)]
    futures[5].result()
    pid = running_pid(single)
    os.kill(pid, signal.SIGSTOP)
    while not any(future.running() for future in futures):
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(pid, death)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    assert sorted(kinds(futures)) == ["ok"] * 39 + ["undecodable"]
    failed = next(future.exception() for future in futures if future.exception())
    assert f"crashed (signal {int(death)})" in str(failed)


def test_a_decoder_that_dies_while_it_waits_costs_no_image(single: DecoderPool, stored: Store) -> None:
    path = stored(encoded(scenery(), "PNG"))
    single.pixels(path, 64).result()
    psutil.Process(running_pid(single)).kill()
    time.sleep(0.2)
    assert single.pixels(path, 64).result().shape == (43, 64, 3)


def test_a_hang_is_stopped_at_the_deadline_and_costs_one_image(stored: Store) -> None:
    path = stored(encoded(scenery(), "PNG"))
    with DecoderPool(1, LIMITS, memory_mb=256, deadline_s=0.5) as pool:
        pool.pixels(path, 64).result()
        os.kill(running_pid(pool), signal.SIGSTOP)
        futures = [pool.pixels(path, 64) for _ in range(5)]
        assert kinds(futures) == ["undecodable"] + ["ok"] * 4
        assert "did not finish within 0.5 s" in str(futures[0].exception())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not count address space")
def test_too_much_memory_costs_one_image(stored: Store) -> None:
    greedy, modest = stored(encoded(Image.new("L", (9000, 9000)), "PNG")), stored(encoded(scenery(), "PNG"))
    with DecoderPool(1, LIMITS, memory_mb=128) as pool:
        futures = [pool.pixels(path, 64) for path in (modest, greedy, modest)]
        assert kinds(futures) == ["ok", "undecodable", "ok"]
        assert "memory" in str(futures[1].exception())
    with DecoderPool(1, LIMITS, memory_mb=1024) as pool:
        assert pool.pixels(greedy, 64).result().shape == (64, 64, 3)


@pytest.mark.parametrize(("depth", "colour", "pixel"), [(8, 6, b"\x10\x20\x30\x80"), (16, 0, b"\x10\x20")])
def test_the_largest_image_allowed_fits_the_default_memory(
    stored: Store, depth: int, colour: int, pixel: bytes
) -> None:
    path = stored(png_file(10_000, 10_000, depth, colour, (b"\0" + pixel * 10_000) * 10_000))
    with DecoderPool(1, DecodeLimits()) as pool:
        assert pool.pixels(path, 64).result().shape == (64, 64, 3)


def test_ctrl_c_is_for_the_parent_alone(single: DecoderPool, stored: Store) -> None:
    path = stored(encoded(scenery(), "PNG"))
    single.pixels(path, 64).result()
    before = running_pid(single)
    os.kill(before, signal.SIGINT)
    assert single.pixels(path, 64).result().shape == (43, 64, 3)
    assert single.pids == [before]


def test_closing_ends_every_process_and_leaves_no_zombie(stored: Store) -> None:
    path = stored(encoded(scenery(800, 600), "PNG"))
    pool = DecoderPool(2, LIMITS)
    first = pool.pixels(path, 64)
    futures = [pool.pixels(path, 512) for _ in range(50)]
    first.result()
    pids = pool.pids
    pool.close()
    pool.close()
    assert not set(pids) & {child.pid for child in psutil.Process().children()}
    assert wait(futures, timeout=0).not_done == set()
    outcomes = {type(future.exception()) if not future.cancelled() else CancelledError for future in futures}
    assert outcomes <= {type(None), CancelledError}
    with pytest.raises(MofuError, match="closed"):
        pool.pixels(path, 64)


def test_a_cancelled_future_is_not_decoded(single: DecoderPool, stored: Store, tmp_path: Path) -> None:
    path, thumbnail = stored(encoded(scenery(800, 600), "PNG")), tmp_path / "thumbnail.jpg"
    busy = [single.pixels(path, 512) for _ in range(10)]
    last = single.inspect(path, thumbnail)
    assert last.cancel()
    wait(busy)
    assert single.pixels(path, 64).result().shape == (48, 64, 3)
    assert not thumbnail.exists()


def test_settings_say_how_a_pool_is(stored: Store) -> None:
    settings = CrawlerSettings(decoder_processes=1, min_side_px=100, thumbnail_px=50)
    with DecoderPool.of(settings) as pool:
        assert kinds([pool.pixels(stored(encoded(scenery(), "PNG")), 64)]) == ["too-small"]


def test_a_decoder_that_cannot_start_is_not_the_images_fault(
    stored: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with DecoderPool(1, LIMITS) as pool, pytest.raises(MofuError, match="does not start"):
        pool.pixels(stored(encoded(scenery(), "PNG")), 64).result()


OUT_OF_FILES = """
import os, pathlib, resource, sys
from mofu.errors import MofuError
from mofu.imaging.sandbox import DecodeLimits, DecoderPool

last = [os.open(os.devnull, os.O_RDONLY) for _ in range(40)][-1]
resource.setrlimit(resource.RLIMIT_NOFILE, (last + 1 + int(sys.argv[1]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
try:
    with DecoderPool(2, DecodeLimits()) as pool:
        pool.pixels(pathlib.Path(os.devnull), 64).result(30)
except MofuError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts on descriptors being given out from the lowest")
@pytest.mark.parametrize("spare", [1, 4])
def test_a_process_that_has_no_open_files_left_is_told_so_and_does_not_wait_for_ever(spare: int) -> None:
    call = [sys.executable, "-c", OUT_OF_FILES, str(spare)]
    told = subprocess.run(call, capture_output=True, text=True, timeout=120, check=True)
    assert "Too many open files" in told.stdout
