"""What a second worker gives, what a cluster costs, how memory grows, and what twenty workers would give.

    python benchmarks/scaling.py [--images 512] [--rounds 3] [--backbone embedded] [--growth 1000 10000]

Pictures of 200×200 are drawn and crawled from a folder once. Extraction is the real stage by the real seam: tasks of 64
images on worker processes that were started and warmed before. Each worker process and its decoder are pinned to one
core, so that what is compared is cores, not what the system makes of them; `workers_two_over_one` takes turns between
one pinned worker and two.

`dask_overhead` is one pinned worker's time over that of the same stage in a process pinned to the same core, less one.
`scheduling_ms` is what a task without work costs from asking to counting. `memory_growth` is the peak of the asking
process, its scheduler and its workers at the larger number of images over that at the smaller one.
`simulated_workers_20` is a simulation of so many workers with the task times of this run, fed one after another at the
measured cost of
scheduling and storing: rows are written by one at a time. With less than two cores, or a GPU that is not there, what
needs it is left out and said.
"""

from __future__ import annotations

import argparse
import heapq
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from figures import figure, tree_pss_mb

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "integration"))
from shaken import WORD, crawled, draw_pictures

from mofu.db import activations
from mofu.db.hits import ImageRecord
from mofu.features.registry import Backbone, load
from mofu.imaging.decoders import CORES_VARIABLE
from mofu.library import Library
from mofu.workers.cluster import placement, tasks
from mofu.workers.extraction import activation_set, extract_missing, word_images

TASK = 64
WARM = 4 * TASK
"""Images that are extracted before any time is taken."""


class Stage:
    """The features stage over the same images, anew each time."""

    def __init__(self, root: Path, backbone: Backbone, *flags: str) -> None:
        self.library, self.backbone = Library.open(root, flags=flags), backbone

    def records(self) -> list[ImageRecord]:
        """All images of the word."""
        return word_images(self.library.workshop, self.library.word(WORD).id)

    def forget(self) -> None:
        """Drop every activation."""
        of_set = activation_set(self.library.workshop, self.backbone)
        with self.library.database.write() as session:
            for shard in activations.shards(session, of_set.id):
                activations.forget_shard(session, shard.id)

    def seconds(self, count: int | None = None) -> float:
        """How long the extraction of so many images takes."""
        self.forget()
        records = self.records()[:count]
        began = time.perf_counter()
        report = extract_missing(self.library.workshop, self.backbone, records)
        assert report.extracted == len(records), report
        return time.perf_counter() - began


@contextmanager
def pinned_workers(stage: Stage, count: int) -> Iterator[None]:
    """So many warm worker processes, each pinned to a core of its own with the decoder that it starts."""
    connection = placement.connected(stage.library.settings)
    pids = list(connection.client.run(os.getpid).values())
    assert len(pids) == count, pids
    for pid, core in zip(pids, sorted(os.sched_getaffinity(0)), strict=False):
        psutil.Process(pid).cpu_affinity([core])
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, {core})
    try:
        stage.seconds(WARM)
        yield
    finally:
        placement.close_all()


def cluster(root: Path, backbone: Backbone, processes: int) -> Stage:
    """The stage by that many processes of this machine."""
    return Stage(root, backbone, "cluster.where=local", f"cluster.processes={processes}")


def two_over_one(root: Path, backbone: Backbone, rounds: int) -> float:
    """Print what two workers give; seconds an image of one."""
    times: dict[int, list[float]] = {1: [], 2: []}
    count = 0
    for _ in range(rounds):
        for processes in times:
            stage = cluster(root, backbone, processes)
            with pinned_workers(stage, processes):
                times[processes].append(stage.seconds())
            count = len(stage.records())
            stage.library.close()
    ratios = [one / two for one, two in zip(times[1], times[2], strict=True)]
    figure("workers_two_over_one", statistics.median(ratios), "times", 1.0, statistics.median(ratios), n=count)
    return statistics.median(times[1]) / count


def overhead(root: Path, backbone: Backbone, rounds: int) -> None:
    """Print what a cluster of one costs over this process, both on one core."""
    here, there = Stage(root, backbone, "crawler.decoder_processes=1"), cluster(root, backbone, 1)
    ratios = []
    whole = os.sched_getaffinity(0)
    with pinned_workers(there, 1):
        for _ in range(rounds):
            of_cluster = there.seconds()
            os.sched_setaffinity(0, {min(whole)})
            os.environ[CORES_VARIABLE] = "1"
            try:
                ratios.append(of_cluster / here.seconds())
            finally:
                os.sched_setaffinity(0, whole)
                del os.environ[CORES_VARIABLE]
    figure("dask_overhead", statistics.median(ratios) - 1, "of the time in process", 0.0, None, len(here.records()))


def scheduling_ms(root: Path, backbone: Backbone, count: int = 500) -> float:
    """What a task costs beside its work: `count` tasks that say a version."""
    stage = cluster(root, backbone, 1)
    with pinned_workers(stage, 1):
        client = placement.connected(stage.library.settings).client
        began = time.perf_counter()
        client.gather([client.submit(tasks.mofu_version, key=f"version-{n}", pure=False) for n in range(count)])
        cost = 1000 * (time.perf_counter() - began) / count
    figure("scheduling_ms", cost, "ms a task", n=count)
    return cost


def growth(folder: Path, backbone: Backbone, sizes: tuple[int, int]) -> None:
    """Print how the peak of memory of all processes grows with the number of images."""
    peaks = []
    for size in sizes:
        root = crawled(folder / f"growth-{size}", draw_pictures(folder / f"pictures-{size}", size), 20)
        stage = cluster(root, backbone, 2)
        placement.connected(stage.library.settings)
        peak, over = [0.0], threading.Event()

        def watch(peak: list[float] = peak, over: threading.Event = over) -> None:
            while not over.wait(0.5):
                peak[0] = max(peak[0], tree_pss_mb(psutil.Process()))

        watcher = threading.Thread(target=watch)
        watcher.start()
        stage.seconds()
        over.set()
        watcher.join()
        placement.close_all()
        stage.library.close()
        peaks.append(peak[0])
        shutil.rmtree(root, ignore_errors=True)  # workers that end take their files of SQLite with them
    figure("memory_growth", peaks[1] / peaks[0], "times", peaks[0], peaks[1] / peaks[0], n=sizes[1])


def simulated(workers: int, count: int, image_s: float, serial_s: float) -> float:
    """Speed-up by a simulation: tasks are handed out one after another, worked on side by side, stored one by one."""
    free = [0.0] * workers
    stored = 0.0
    for _ in range(-(-count // TASK)):
        begun = heapq.heappop(free)
        ready = begun + serial_s / 2 + TASK * image_s
        stored = max(stored, ready) + serial_s / 2
        heapq.heappush(free, ready)
    return count * image_s / stored


def main() -> None:
    """Measure everything that this machine can."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backbone", default="embedded")
    parser.add_argument("--growth", type=int, nargs=2, default=(1000, 10_000), metavar="N")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mofu-scaling-") as name:
        folder = Path(name)
        root = crawled(folder / "library", draw_pictures(folder / "pictures", chosen.images), 20)
        with Library.open(root) as library:
            backbone = load(chosen.backbone, library.settings.features)
        cost_ms = scheduling_ms(root, backbone)
        overhead(root, backbone, chosen.rounds)
        if len(os.sched_getaffinity(0)) < 2:
            print("LEFT OUT: workers_two_over_one needs two cores", file=sys.stderr)
            return
        image_s = two_over_one(root, backbone, chosen.rounds)
        figure("simulated_workers_20", simulated(20, 10_000, image_s, cost_ms / 1000), "times", 20.0, n=10_000)
        growth(folder, backbone, tuple(chosen.growth))
    if not placement.gpus(library.settings):
        print("LEFT OUT: no GPU here, so nothing was measured on one", file=sys.stderr)


if __name__ == "__main__":
    main()
