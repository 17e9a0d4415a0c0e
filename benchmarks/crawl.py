"""How fast a crawl is beside img2dataset, how long a faulty web holds it up, and how much memory it takes.

    python benchmarks/crawl.py [--only rate|faulty] [--repeat 3]

Figures: crawl_rate_ratio (images a second of mofu, which also hashes, thumbnails and stores durably, over those of
img2dataset, which resizes to 256; same 2,000 addresses, same server, alternating in one run; both without their start),
crawl_faulty_s (400 hits with every fault, default settings) and crawl_memory_mb (PSS of the whole process tree).
img2dataset is installed into a virtual environment of its own, in .benchmarks/.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from figures import ROOT, figure, photographs, run_watched, truth, words

from mofu.library import Library

PORT = 8870


def img2dataset() -> Path:
    """The command of img2dataset, installed where it is not yet."""
    home = ROOT / ".benchmarks" / "img2dataset"
    command = home / "bin" / "img2dataset"
    if not command.exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "img2dataset"], check=True)
    return command


def their_rate(command: Path, urls: Path, folder: Path) -> float:
    """Images a second as img2dataset itself reports them: its start is not counted."""
    options = ["--input_format", "csv", "--url_col", "url", "--output_format", "files", "--processes_count", "2"]
    options += ["--thread_count", "64", "--image_size", "256", "--output_folder", str(folder)]
    environment = os.environ | {"NO_ALBUMENTATIONS_UPDATE": "1"}
    done = subprocess.run(
        [command, "--url_list", urls, *options], capture_output=True, text=True, env=environment, check=True
    )
    rates = re.findall(r"total\s+- success: ([\d.]+).*images per sec: (\d+)", done.stdout + done.stderr)
    success, rate = rates[-1]
    assert float(success) == 1.0, f"img2dataset lost images: {done.stdout[-500:]}"
    return float(rate)


def our_rate(urls: Path, folder: Path) -> float:
    """Images a second of a crawl, from the list of addresses to durable files and rows."""
    flags = ["crawler.allow_networks=127.0.0.0/8", f"sources.urls.path={urls}"]
    with Library.open(folder, flags=flags) as library:
        start = time.perf_counter()
        report = library.crawl("benchmark", library.request(n=10_000, source="urls"))
        elapsed = time.perf_counter() - start
    stored = report.outcomes.get("stored", 0)
    assert report.outcomes == {"stored": stored}, f"mofu lost images: {report.outcomes}"
    return stored / elapsed


def rate(repeat: int) -> None:
    """Both crawlers in turn, on the same addresses."""
    command = img2dataset()
    with photographs(PORT, "--no-faults", "--size", "400") as base, tempfile.TemporaryDirectory() as scratch:
        urls = Path(scratch) / "urls.csv"
        addresses = [url for word in words() for url in truth(base, word)]
        urls.write_text("\n".join(["url", *addresses]), "utf-8")
        ours, theirs = [], []
        for number in range(repeat):
            theirs.append(their_rate(command, urls, Path(scratch) / f"theirs{number}"))
            ours.append(our_rate(urls, Path(scratch) / f"ours{number}"))
        mine, other = statistics.median(ours), statistics.median(theirs)
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        figure(
            "crawl_images_per_s", round(mine, 1), "images/s", round(other, 1), round(mine / other, 3), len(addresses)
        )
        figure("crawl_rate_ratio", round(ratio, 3), "ratio", 1.0, round(ratio, 3), repeat)


def faulty() -> None:
    """The command line on a web with every fault, default settings."""
    with photographs(PORT + 1, "--size", "400") as base, tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "library"
        flags = ["--set", "crawler.allow_networks=127.0.0.0/8", "--set", f"sources.openverse.base_url={base}"]
        command = [sys.executable, "-m", "mofu", "crawl", words()[0], "-n", "400", "--library", str(library), *flags]
        elapsed, memory, done = run_watched(command)
        if done.returncode:
            sys.exit(done.stderr.decode())
        figure("crawl_faulty_s", round(elapsed, 2), "s", n=400)
        figure("crawl_memory_mb", round(memory, 1), "MB", n=400)
        shutil.rmtree(library)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=["rate", "faulty"])
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    if args.only != "faulty":
        rate(args.repeat)
    if args.only != "rate":
        faulty()


if __name__ == "__main__":
    main()
