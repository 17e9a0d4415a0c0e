"""A library of drawn pictures, and a cluster of processes of one's own to kill: what tests of clusters share."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

from mofu.demo.pictures import draw
from mofu.library import Library

WORD = "もふもふ"
PATIENCE_S = 240
"""How long a test waits for what must come: no test expects it sooner."""

# What kills the process that computes activations of one picture: all of it is magenta, which no drawn one is.
POISON = (255, 0, 255)
_POISONOUS = """
import os, signal
from mofu.features.backbone import Backbone
whole = Backbone.extract
def extract(self, pixels):
    for each in pixels:
        red, green, blue = each.reshape(-1, 3).mean(axis=0)
        if red > 240 and green < 15 and blue > 240:
            os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, pixels)
Backbone.extract = extract
"""


def draw_pictures(folder, count, *, poison=False):
    """So many small JPEG files, all different; and one more that kills, in the middle."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    drawn = [draw((WORD, "sky")[number % 2], number) for number in range(min(24, count))]
    for number in range(count):
        whole = drawn[number % len(drawn)]
        top, left = (int(rng.integers(0, side - 200)) for side in whole.shape[:2])
        part = np.rot90(whole[top : top + 200, left : left + 200], int(rng.integers(4)))
        save(folder / f"{number:05}.jpg", np.clip(part * rng.uniform(0.7, 1.2, 3), 0, 255).astype(np.uint8))
    if poison:
        save(folder / f"{count // 2:05}-poison.jpg", np.full((200, 200, 3), POISON, np.uint8))
    return folder


def save(path, pixels):
    cv2.imwrite(str(path), np.ascontiguousarray(pixels[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88])


def crawled(root, pictures, others):
    """A library of these pictures and a background of so many drawn ones, without activations."""
    flags = [f"sources.folder.path={pictures}", "background.queries=street", f"background.size={others}"]
    with Library.open(root, flags=[*flags, f"demo.hits={others}"]) as library:
        library.crawl(WORD, library.request(source="folder", n=100_000))
        library.background(["demo"])
    return root


def order(root):
    """(SHA-256, score) of the images of the current ranking."""
    with Library.open(root, create=False) as library:
        return [(image.sha256, image.score) for image in library.dataset(WORD)]


def activations_of(root):
    """Image → its activation, read through the rows; and how many rows there are."""
    from mofu.db import activations
    from mofu.workers.extraction import background_images, read_activations, word_images

    with Library.open(root, create=False) as library:
        workshop = library.workshop
        with library.database.read() as session:
            (of_set,) = {shard.set_id for shard in activations.shards(session)}
            found = activations.find_set(session, of_set)
        records = [*word_images(workshop, library.word(WORD).id), *background_images(workshop, 1)]
        names, rows = read_activations(workshop, found, [record.sha256 for record in records])
    return dict(zip(names, rows, strict=True)), len(names)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happened, what="it", patience_s=PATIENCE_S):
    """Wait for something; its value."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if value := happened():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {patience_s} s")


class Shaken:
    """A scheduler, a machine's workers, and who asks for work: processes of their own, begun anew when killed."""

    def __init__(self, folder, *, processes=2, flags=(), poison=False):
        self.folder, self.processes = folder, processes
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.flags = [part for flag in flags for part in ("--set", flag)]
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MOFU_")}
        self.environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
        if poison:
            (folder / "poisonous").mkdir()
            (folder / "poisonous" / "sitecustomize.py").write_text(_POISONOUS)
            self.environment["PYTHONPATH"] += os.pathsep + str(folder / "poisonous")
        self.running = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def begin(self, name, *arguments):
        command = [sys.executable, "-m", "mofu", *map(str, arguments), *self.flags]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        return self.running[name]

    def begin_scheduler(self):
        port = self.address.rsplit(":", 1)[1]
        return self.begin("scheduler", "cluster", "start", "--no-workers", "--port", port)

    def begin_workers(self, *arguments):
        own = ["--set", f"cluster.processes={self.processes}", "--set", "cluster.patience_s=600", *arguments]
        return self.begin("workers", "worker", "--scheduler", self.address, *own)

    def ask(self, *arguments):
        """A command whose stages the cluster does."""
        return self.begin("asked", *arguments, "--set", f"cluster.where={self.address}", "--progress", "plain")

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def worker_pids(self):
        """Ids of the worker processes, not of those that keep them."""
        try:
            children = psutil.Process(self.running["workers"].pid).children()
            return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def kill_a_worker(self, rng):
        """Kill one of the worker processes, if there is one now."""
        pids = self.worker_pids()
        if not pids:
            return False
        try:
            os.kill(rng.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def log(self, name):
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")
