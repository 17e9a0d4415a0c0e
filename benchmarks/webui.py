"""How the pages feel: a real Chromium at a word of 1,000 images, and what a hundred times more rows cost.

    python benchmarks/webui.py [--images 1000] [--quick]

A library of one word of the embedded web is built, served by `mofu serve`, and opened in a headless Chromium.
Times are taken in the page, from the key's event (or the navigation's start) to the frame after the one that shows the
result. Figures (medians): paint_ms (the first picture of the grid is seen), key_ms (A → the tile shows the verdict),
stored_ms (A → the server has answered that it is stored), rerank_ms (R → the new order is seen), loupe_ms (→ in the
loupe: the next picture is seen). growth: the slower of the list of words and a page of a grid with 1,000,000 generated
rows, ratio to the same with 10,000.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import figure
from generated import generate

from mofu.library import Library

WORD = "もふもふ"
PER_WORD = 250
SMALL, LARGE = 10_000, 1_000_000
SETTINGS = {"background": {"size": 200}, "build": {"sources": "demo"}}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Resolves with the ms from the key's event, or from the navigation, to the frame after `seen()` is true.
MEASURE = """
window.until = (seen, since = 0) => new Promise((done) => {
  const shown = () => done(performance.now() - since);
  const look = () => requestAnimationFrame(seen() ? shown : look);
  look();
});
window.ONCE = { capture: true, once: true };
window.began = 0;
window.onKey = (key, seen) => new Promise((done) => {
  addEventListener("keydown", (event) => {
    if (event.key === key) done(window.until(seen, event.timeStamp));
  }, ONCE);
});
"""
FIRST_PICTURE = (
    "() => until(() => { const i = document.querySelector('#grid img'); return i && i.complete && i.naturalWidth; })"
)
FOCUSED = "document.activeElement.closest('[data-image]')"


def build(folder: Path, images: int) -> None:
    """A library of one word with so many hits."""
    with Library.open(folder, **SETTINGS, demo={"hits": images}) as library, library.reaching(["demo"]):
        library.build(WORD, source="demo", n=images)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`mofu serve` of a library; the one-time link."""
    command = [sys.executable, "-m", "mofu", "serve", "--library", str(folder), "--port", "0", "--no-worker"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def chromium() -> str:
    """Where the browser is; without one there is nothing to measure."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    sys.exit("this benchmark needs a Chromium (Debian: apt install chromium)")


def press(page: Any, key: str, seen: str) -> float:
    """Press a key; the ms until the page shows what was wanted."""
    page.evaluate(f"() => {{ window.waited = onKey({key!r}, () => {seen}); }}")
    page.keyboard.press(key)
    return float(page.evaluate("() => window.waited"))


def feel(link: str, times: int) -> None:
    """Everything that is measured in the browser."""
    from playwright.sync_api import sync_playwright

    address = re.match(r"http://[^/]+", link)[0]  # type: ignore[index]  # the server prints a link
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.add_init_script(MEASURE)
        page.goto(link)
        painted = []
        for _ in range(times):
            page.goto(f"{address}/words/{WORD}", wait_until="commit")
            painted.append(page.evaluate(FIRST_PICTURE))
        figure("paint_ms", statistics.median(painted), "ms", n=times)
        annotate(page, address, times)
        browser.close()


def annotate(page: Any, address: str, times: int) -> None:
    """Verdicts, their storing, the order they make, the loupe."""
    page.goto(f"{address}/words/{WORD}/annotate", wait_until="networkidle")
    page.focus("#grid .tile")
    keys, stored, ranked = [], [], []
    for number in range(times):
        name = page.evaluate(f"() => {FOCUSED}.dataset.image")
        tile = f"document.querySelector('[data-image=\"{name}\"]').dataset.state"
        verdict = ("a", "accept") if number % 3 else ("x", "reject")
        page.evaluate("() => performance.clearResourceTimings()")
        page.evaluate("() => { addEventListener('keydown', (e) => { window.began = e.timeStamp; }, ONCE); }")
        keys.append(press(page, verdict[0], f"{tile} === '{verdict[1]}'"))
        sent = "performance.getEntriesByType('resource').find((e) => e.name.endsWith('/verdicts') && e.responseEnd)"
        page.wait_for_function(f"() => {sent} && document.getElementById('unsent').dataset.state === 'sent'")
        stored.append(page.evaluate(f"() => {sent}.responseEnd - window.began"))
        page.wait_for_load_state("networkidle")
    for _ in range(max(3, times // 4)):
        page.keyboard.press("x")
        page.wait_for_load_state("networkidle")
        page.evaluate("() => history.replaceState(null, '', location.pathname)")
        ranked.append(press(page, "r", "new URL(location.href).searchParams.get('order') === 'corrected'"))
    figure("key_ms", statistics.median(keys), "ms", n=len(keys))
    figure("stored_ms", statistics.median(stored), "ms", n=len(stored))
    figure("rerank_ms", statistics.median(ranked), "ms", n=len(ranked))
    page.keyboard.press("Enter")
    page.wait_for_selector("#loupe[open]")
    shown = "document.querySelector('#loupe img')"
    turned = []
    for _ in range(times):
        before = page.evaluate(f"() => {shown}.currentSrc")
        large = f"{shown}.currentSrc !== {before!r} && {shown}.currentSrc.endsWith('/large')"
        seen = f"({large} && {shown}.complete && {shown}.naturalWidth > 0)"
        turned.append(press(page, "ArrowRight", seen))
        page.wait_for_timeout(150)  # as long as a glance takes: the neighbours are fetched meanwhile
    figure("loupe_ms", statistics.median(turned), "ms", n=len(turned))


def answers(link: str, times: int) -> dict[str, float]:
    """Median seconds of the list of words and of a page of a grid, by a client that is logged in."""
    import requests

    address = re.match(r"http://[^/]+", link)[0]  # type: ignore[index]  # the server prints a link
    client = requests.Session()
    client.trust_env = False
    client.get(link, timeout=60).raise_for_status()
    found = {}
    for path in ("/words", "/words/word7"):
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            client.get(address + path, timeout=60).raise_for_status()
            taken.append(time.perf_counter() - start)
        found[path] = statistics.median(taken)
    return found


def growth(folder: Path, rows: int, times: int) -> None:
    """What a library a hundred times larger costs a page."""
    taken = {}
    for count in (SMALL, rows):
        place = folder / str(count)
        generate(place, count, PER_WORD)
        with served(place) as link:
            taken[count] = answers(link, times)
    worst = max(taken[rows], key=lambda path: taken[rows][path] / taken[SMALL][path])
    slow, fast = taken[rows][worst], taken[SMALL][worst]
    figure("growth", slow / fast, "times", baseline=fast * 1000, ratio=slow / fast, n=times)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, 100,000 rows instead of 1,000,000")
    given = parser.parse_args()
    times = 6 if given.quick else 20
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory(prefix="mofu-webui-") as folder:
        library = Path(folder) / "library"
        build(library, given.images)
        with served(library) as link:
            feel(link, times)
        growth(Path(folder), LARGE // 10 if given.quick else LARGE, times)


if __name__ == "__main__":
    main()
