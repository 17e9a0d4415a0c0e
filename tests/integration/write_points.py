"""Stages of a library, run in a process that kills itself at a point at which something is written.

Points are what Python tells of (files opened for writing, renamed, removed; folders made), waits for the disk, and
commits: the program itself is the one that everybody runs. A point's name leaves digits out, so that the same point is
met again in another run; the n-th of a name is another point.
"""

import os
import re
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
from quick_web import WORD
from sqlalchemy import event
from sqlalchemy.engine import Engine

from mofu.db import durable
from mofu.library import Library
from mofu.workers import extraction
from mofu.workers.visualness_table import Request

IMAGES = 6
GIVEN = np.arange(40 * 48 * 3, dtype=np.uint8).reshape(40, 48, 3)
"""A picture to be stylised."""
FOLDS = 2
WRITES = os.O_CREAT | os.O_TRUNC
AUDITED = {"os.rename": "rename", "os.remove": "remove", "os.mkdir": "make"}


def crawl(library, _folder):
    library.crawl(WORD, library.request(n=IMAGES))


def features(library, _folder):
    library.features(WORD)


def compaction(library, _folder):
    backbone = library.backbone()
    with library.writing() as workshop:
        extraction.compact(workshop, extraction.activation_set(workshop, backbone), at=2)


def rank(library, _folder):
    library.rank(WORD)


def verdict(library, _folder):
    library.verdict(WORD, min(image.sha256 for image in library.dataset(WORD)), "accept", who="somebody")


def visualness(library, _folder):
    library.measure_visualness([WORD], request=Request(n=IMAGES, folds=FOLDS, entropy=False))


def placing(library, _folder):
    library.map(WORD)


def learning(library, _folder):
    library.learn_style(WORD, top=IMAGES)


def stylising(library, _folder):
    library.style(WORD).apply(GIVEN)


def export(library, folder):
    library.dataset(WORD).export(folder / "word.zip")


def export_again(library, folder):
    library.dataset(WORD).export(folder / "word", format="imagefolder")


def delete(library, _folder):
    if library.words():
        library.delete(WORD)


def purge(library, _folder):
    delete(library, _folder)
    if library.deleted():
        library.purge(WORD, confirm=WORD)
    with library.writing():
        pass  # whoever writes next finishes what was killed


def repair(library, _folder):
    library.check(repair=True)


STAGES = (
    crawl, features, compaction, rank, verdict, visualness, placing, learning, stylising, export, export_again, delete,
    purge, repair,
)  # fmt: skip


def run(stage, folder, settings, noted=None, at=None):
    """Run a stage on the library in a folder; note the names of its points in a file, or be killed at one of them."""
    trace = Trace(folder, noted, at)
    extraction.TASK = 13  # so that the word and its background are two tasks
    with Library.open(folder / "library", **settings) as library:
        trace.begin()
        stage(library, folder)


class Trace:
    """Whatever this process writes from now on, point by point."""

    def __init__(self, folder, noted, at):
        self._folder, self._noted, self._at = f"{folder}/", noted, at
        self._seen, self._lock = Counter(), threading.Lock()

    def begin(self):
        sys.addaudithook(self._audited)
        event.listen(Engine, "commit", lambda _: self.point("commit"))
        fsync, syncfs = os.fsync, durable._syncfs
        os.fsync = lambda file: (self.point("fsync", f"/proc/self/fd/{file}"), fsync(file))[1]
        if syncfs is not None:
            durable._syncfs = lambda file: (self.point("syncfs", f"/proc/self/fd/{file}"), syncfs(file))[1]

    def _audited(self, name, arguments):
        if name == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            self.point("write", arguments[0])
        elif name in AUDITED:
            self.point(AUDITED[name], arguments[1 if name == "os.rename" else 0])

    def point(self, kind, path=None):
        if path is not None:
            place = os.fspath(path) if isinstance(path, (str, os.PathLike)) else ""
            place = str(Path(place).resolve()) if place.startswith("/proc/") else place
            if not place.startswith(self._folder):
                return
            kind += " " + re.sub(r"[0-9a-f]{2,}|\d+", "#", place.removeprefix(self._folder))
        with self._lock:
            self._seen[kind] += 1
            if self._at == (kind, self._seen[kind]):
                os.kill(os.getpid(), signal.SIGKILL)
            if self._noted is not None:
                with self._noted.open("a") as stream:
                    stream.write(f"{kind}\n")
