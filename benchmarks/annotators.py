"""Twenty annotators at one library during a crawl: how long each waits for an answer, and whether any is an error.

    python benchmarks/annotators.py [--people 20] [--seconds 120] [--pause 1.0] [--quick]

A library of one word of the embedded web is built and served by `mofu serve` with its own worker, on SQLite. A curator
asks for other words, which the worker crawls and ranks meanwhile, one after the other. Each annotator is a user with a
token and does, over and over and with a pause as people have one: a page of the grid, thumbnails, batches of verdicts,
undo, the order they would make, what to judge next, the list of words, the jobs. Figures: p50_ms and p95_ms over all
requests, p95 of each kind, requests_per_s, errors (any answer that is none of those that are due), and load, the
machine's load average when it was over: more than its cores means that others had a part in the figures.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import requests
from figures import figure

from mofu.db import people
from mofu.db.people import Role
from mofu.demo.words import WORDS
from mofu.library import Library
from mofu.workers import entering

WORD = "もふもふ"
SETTINGS: dict[str, Any] = {"background": {"size": 200}, "build": {"sources": "demo"}}
THUMBNAILS = 12
DUE = (200, 304, 409)
"""409: somebody else judged first, or there is nothing to undo."""


@dataclass
class Waits:
    """What was asked for → how long each answer took, in ms; errors by what they said."""

    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, ms: float, error: str | None) -> None:
        """One answer, and what was wrong with it."""
        with self.lock:
            self.by_kind[kind].append(ms)
            if error is not None:
                self.errors.append(error)


class Annotator:
    """A script of somebody who looks, judges, takes back and looks again."""

    def __init__(self, number: int, address: str, token: str, waits: Waits, pause_s: float) -> None:
        self.chance, self.address, self.waits, self.pause_s = random.Random(number), address, waits, pause_s
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.seen: dict[str, int] = {}

    def work(self, until: float) -> None:
        """Until a moment of the monotonic clock."""
        self.grid()
        acts = (self.judge, self.judge, self.judge, self.judge, self.thumbnails, self.preview, self.next, self.grid,
                self.words, self.jobs, self.undo)  # fmt: skip
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.5, 1.5) * self.pause_s)
            self.chance.choice(acts)()

    def grid(self) -> None:
        """A page of the grid, as data and as a browser shows it."""
        tiles = self._ask("grid", "GET", f"/words/{WORD}.json")
        if tiles:
            self.seen = {tile["image"]: tile["verdict"] for tile in tiles["tiles"]}
        self._ask("page", "GET", f"/words/{WORD}/annotate", is_data=False)

    def thumbnails(self) -> None:
        """Pictures that come into view."""
        for image in self.chance.sample(list(self.seen), THUMBNAILS):
            self._ask("thumbnail", "GET", f"/pictures/{image}/thumbnail.jpg", is_data=False)

    def judge(self) -> None:
        """A step of one verdict, or of several."""
        batch = str(uuid.uuid4())
        verdicts = [
            {"id": str(uuid.uuid4()), "image": image, "batch": batch, "expects": self.seen[image],
             "judgement": self.chance.choice(("accept", "reject", "unsure"))}
            for image in self.chance.sample(list(self.seen), self.chance.choice((1, 1, 1, 5, 20)))
        ]  # fmt: skip
        self._learn(self._ask("verdicts", "POST", f"/words/{WORD}/verdicts", {"verdicts": verdicts}))

    def undo(self) -> None:
        """Take the last step back."""
        self._learn(self._ask("undo", "POST", f"/words/{WORD}/undo", {"id": str(uuid.uuid4())}))

    def preview(self) -> None:
        """The order that the verdicts would make."""
        self._ask("preview", "GET", f"/words/{WORD}/preview.json")

    def next(self) -> None:
        """What to judge next."""
        self._ask("next", "GET", f"/words/{WORD}/next.json?count=20")

    def words(self) -> None:
        """The list of words."""
        self._ask("words", "GET", "/words", is_data=False)

    def jobs(self) -> None:
        """What the page of jobs asks for every two seconds."""
        self._ask("jobs", "GET", "/jobs/live", is_data=False)

    def _learn(self, told: Any) -> None:
        for row in (told or {}).get("accepted", ()):
            self.seen[row["image"]] = row["number"]
        for row in (told or {}).get("conflicts", ()):
            self.seen[row["image"]] = row["theirs"]["number"]

    def _ask(self, kind: str, method: str, path: str, body: Any = None, *, is_data: bool = True) -> Any:
        began = time.perf_counter()
        try:
            answer = self.session.request(method, self.address + path, json=body, timeout=60)
        except requests.RequestException as error:
            self.waits.note(kind, 1000 * (time.perf_counter() - began), f"{kind}: {type(error).__name__}")
            return None
        error = None if answer.status_code in DUE else f"{kind}: {answer.status_code} {answer.text[:200]}"
        self.waits.note(kind, 1000 * (time.perf_counter() - began), error)
        return answer.json() if is_data and error is None else None


@contextmanager
def served(folder: Path, images: int) -> Iterator[str]:
    """`mofu serve` with its worker; its address."""
    flags = ["--set=build.sources=demo", "--set=background.size=200", f"--set=demo.hits={images}"]
    command = [sys.executable, "-m", "mofu", "serve", "--library", str(folder), "--port", "0", *flags]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        link = re.match(r"http://[^/]+", server.stdout.readline())
        assert link is not None
        yield link[0]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def tokens(folder: Path, count: int) -> list[str]:
    """Annotators with a token each, and at the end a curator's."""
    made = []
    with Library.open(folder) as library:
        for number in range(count + 1):
            role = Role.ANNOTATOR if number < count else Role.CURATOR
            with library.database.write() as session:
                user = people.add_user(session, f"annotator {number}", role, None)
            made.append(entering.make_token(library.workshop, user.name, user.id, "benchmark").secret)
    return made


def build(folder: Path, images: int) -> None:
    """A library of one ranked word."""
    with Library.open(folder, **SETTINGS, demo={"hits": images}) as library, library.reaching(["demo"]):
        library.build(WORD, source="demo", n=images)


def ask_for_crawls(address: str, token: str, images: int) -> None:
    """The builds of all other words, one after the other, by the worker beside the server."""
    others = [word.text for word in WORDS if word.text != WORD]
    answer = requests.post(
        f"{address}/new", json={"words": others, "sources": ["demo"], "n": images},
        headers={"Authorization": f"Bearer {token}"}, timeout=60,
    )  # fmt: skip
    answer.raise_for_status()


def crawled(address: str, token: str) -> str:
    """How far those builds are: how many are done, and what runs."""
    answer = requests.get(f"{address}/jobs.json", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    jobs = [view["job"] for view in answer.json()["jobs"] if view["job"]["verb"] == "build"]
    running = [f"{job['stage']} {job['done']} of {job['total']}" for job in jobs if job["state"] == "running"]
    return f"{sum(job['state'] == 'done' for job in jobs)} of {len(jobs)} done; runs: {running}"


def measure(folder: Path, count: int, seconds: float, pause_s: float, images: int) -> None:
    """Serve a library to so many people for so long, and report."""
    *annotators, curator = tokens(folder, count)
    waits = Waits()
    with served(folder, images) as address:
        ask_for_crawls(address, curator, images)
        until = time.monotonic() + seconds
        working = [
            threading.Thread(target=Annotator(number, address, token, waits, pause_s).work, args=(until,))
            for number, token in enumerate(annotators)
        ]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        print(f"crawls: {crawled(address, curator)}", file=sys.stderr)
    report(waits, seconds)


def report(waits: Waits, seconds: float) -> None:
    """One line a figure; what the errors said, on stderr."""
    every = [ms for listed in waits.by_kind.values() for ms in listed]
    figure("p50_ms", float(np.percentile(every, 50)), "ms", n=len(every))
    figure("p95_ms", float(np.percentile(every, 95)), "ms", n=len(every))
    for kind, listed in sorted(waits.by_kind.items()):
        figure(f"{kind}_p95_ms", float(np.percentile(listed, 95)), "ms", n=len(listed))
    figure("requests_per_s", len(every) / seconds, "1/s", n=len(every))
    figure("errors", len(waits.errors), "requests", n=len(every))
    figure("load", os.getloadavg()[0], "processes")
    for error in sorted(set(waits.errors)):
        print(error, file=sys.stderr)


def main() -> None:
    """Build, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two acts of one person, on average")
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="a few people for a few seconds at few images")
    asked = parser.parse_args()
    if asked.quick:
        asked.people, asked.seconds, asked.images = 4, 5.0, 40
    with tempfile.TemporaryDirectory(prefix="mofu-annotators-") as temporary:
        folder = Path(temporary) / "library"
        build(folder, asked.images)
        measure(folder, asked.people, asked.seconds, asked.pause, asked.images)


if __name__ == "__main__":
    main()
