"""What every benchmark shares: one JSON line a figure, the loopback web of photographs, a process tree's memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SHARED_WEB = ROOT.parent / "shared" / "web"


def figure(
    name: str, value: float, unit: str, baseline: float | None = None, ratio: float | None = None, n: int = 1
) -> None:
    """Print one figure; `ratio` is to `baseline`, measured in the same run."""
    print(
        json.dumps({"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio, "n": n}),
        flush=True,
    )


@contextmanager
def photographs(port: int, *options: str) -> Iterator[str]:
    """The loopback web of real photographs, as a process of its own; gives its base address."""
    if not (SHARED_WEB / "serve.py").exists():
        sys.exit(f"this benchmark needs the loopback web of photographs at {SHARED_WEB}")
    command = [sys.executable, str(SHARED_WEB / "serve.py"), "--port", str(port), *options]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def words() -> list[str]:
    """The words that the loopback web knows."""
    return list(json.loads((SHARED_WEB / "words.json").read_text("utf-8")))


def truth(base: str, word: str) -> dict[str, dict[str, object]]:
    """What each result of a word is, by address, in the order of search."""
    from urllib.parse import quote

    with urllib.request.urlopen(f"{base}/_truth?q={quote(word)}", timeout=60) as answer:
        rows = json.load(answer)
    return dict(sorted(rows.items(), key=lambda item: item[1]["rank"]))


def tree_pss_mb(process: psutil.Process) -> float:
    """Proportional set size of a process and all its children, in MB."""
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 2**20


def run_watched(command: list[str]) -> tuple[float, float, subprocess.CompletedProcess[bytes]]:
    """Run a command: its wall time in seconds and the largest memory of its process tree in MB."""
    start = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    largest, watched = 0.0, psutil.Process(running.pid)
    while running.poll() is None:
        largest = max(largest, tree_pss_mb(watched))
        time.sleep(0.2)
    out, err = running.communicate()
    elapsed = time.perf_counter() - start
    return elapsed, largest, subprocess.CompletedProcess(command, running.returncode, out, err)
