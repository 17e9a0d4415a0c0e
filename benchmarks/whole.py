"""From 1,000 addresses of a word to a ranked dataset, beside a bare loop of decoding and activations.

    python benchmarks/whole.py [--images 1000] [--backbone fisher]

Pictures of 1024×768 and about 240 kB come from a loopback server in a process of its own. Figures: whole_<backbone>_s,
whose baseline is the bare loop over the same stored files in the same run and whose ratio is baseline over whole
(1: crawling, ranking and keeping cost nothing), then each stage in milliseconds an image.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from figures import figure

from mofu.features.extract import extract
from mofu.features.registry import load
from mofu.library import Library
from mofu.progress import Silent

WORD = "word"


def picture(seed: int) -> bytes:
    """A 1024×768 JPEG of about 240 kB: smooth shapes under grain, as photographs have them."""
    rng = np.random.default_rng(seed)
    shapes = cv2.resize(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8), (1024, 768), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.normal(0, 30, (768, 1024, 3)).astype(np.float32), (0, 0), 0.8)
    pixels = np.clip(shapes.astype(np.float32) + grain, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 86])[1])


def serve(images: int) -> None:
    """Serve the pictures until killed; the first line on stdout is the address."""
    from aiohttp import web

    bodies = [picture(seed) for seed in range(images)]

    async def image(request: web.Request) -> web.Response:
        return web.Response(body=bodies[int(request.match_info["number"])], content_type="image/jpeg")

    app = web.Application()
    app.add_routes([web.get("/{number}.jpg", image)])
    web.run_app(app, host="127.0.0.1", port=8879, access_log=None, print=lambda *_: print("ready", flush=True))


class Stopwatch(Silent):
    """How long each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def start(self, stage: str, subject: str, total: int | None) -> None:  # noqa: ARG002 - the protocol's
        """Note when a stage begins."""
        self._stage, self._begun = stage, time.perf_counter()

    def finish(self, summary: str) -> None:  # noqa: ARG002 - the protocol's
        """Note how long it took."""
        self.seconds[self._stage] = time.perf_counter() - self._begun


def bare_loop(library: Library, backbone_name: str) -> float:
    """Seconds to decode the stored files and compute their activations, and nothing else."""
    backbone = load(backbone_name, library.settings.features)
    files = [(image.sha256, image.path) for image in library.dataset(WORD)]
    with library.workshop.decoders() as pool:
        start = time.perf_counter()
        for _ in extract(backbone, files, pool, batch=64):
            pass
        return time.perf_counter() - start


def measure(images: int, backbone: str) -> None:
    """Build the word from the addresses, then run the bare loop over what was stored."""
    with tempfile.TemporaryDirectory() as scratch:
        urls = Path(scratch) / "urls.txt"
        urls.write_text("\n".join(f"http://127.0.0.1:8879/{number}.jpg" for number in range(images)))
        flags = ["crawler.allow_networks=127.0.0.0/8", f"sources.urls.path={urls}", "background.size=60"]
        flags += ["background.queries=photo,street,house"]
        watch = Stopwatch()
        with Library.open(Path(scratch) / "library", flags=flags, progress=watch) as library:
            library.background(["demo"])
            start = time.perf_counter()
            library.build(WORD, source="urls", n=images, backbone=backbone)
            whole = time.perf_counter() - start
            bare = bare_loop(library, backbone)
        figure(f"whole_{backbone}_s", round(whole, 2), "s", round(bare, 2), round(bare / whole, 3), images)
        for stage in ("crawl", "features", "rank"):
            figure(f"whole_{stage}_ms", round(1000 * watch.seconds[stage] / images, 2), "ms/image", n=images)


def main() -> None:
    """Measure, or serve for the measurement."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--backbone", default="fisher")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.images)
        return
    command = [sys.executable, __file__, "--serve", "--images", str(args.images)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        measure(args.images, args.backbone)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
