"""What a library of a million images costs beside one of ten thousand: to open, to rank a word, to serve a page.

    python benchmarks/growth.py [--images 1000000]

Libraries of generated rows and vectors, in words of 1,000 images. Figures: library_open_s, in a process of its own that
has imported mofu; rank_growth, a word ranked by `Library.rank` (activations read, SVMs, rows written), and grid_growth,
a page of its grid answered by `mofu serve`, both medians over words, ratio of the large library to the small one;
library_growth, the larger of the two; words_growth, the time to rank each of many words one after another, the last ten
over the first ten.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure
from generated import Generated, generate
from webui import answers, served

from mofu.library import Library

PER_WORD = 1000
SMALL = 10_000
TIMES = 7
_OPEN = """
import sys, time
import mofu.library
began = time.perf_counter()
mofu.library.Library.open(sys.argv[1], create=False).close()
print(time.perf_counter() - began)
"""


def opened(folder: Path) -> float:
    """Median seconds to open a library, in processes of their own."""
    command = [sys.executable, "-c", _OPEN, str(folder)]
    return statistics.median(float(subprocess.check_output(command)) for _ in range(TIMES))


def ranked(folder: Path, words: int) -> list[float]:
    """Seconds of each of so many words, ranked one after another."""
    taken, backbone = [], Generated()
    with Library.open(folder, create=False) as library:
        for number in range(words):
            began = time.perf_counter()
            library.rank(f"word{number}", backbone=backbone)
            taken.append(time.perf_counter() - began)
    return taken


def measure(images: int) -> None:
    """Both libraries, side by side."""
    with tempfile.TemporaryDirectory(prefix="mofu-growth-") as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        generate(small, SMALL, PER_WORD)
        generate(large, images, PER_WORD)
        baseline, seconds = opened(small), opened(large)
        figure("library_open_s", round(seconds, 4), "s", round(baseline, 4), round(seconds / baseline, 2), TIMES)
        alone, among = (statistics.median(ranked(each, SMALL // PER_WORD)) for each in (small, large))
        figure("rank_growth", round(among / alone, 3), "times", round(alone, 4), round(among / alone, 3), 10)
        pages = []
        for each in (small, large):
            with served(each) as link:
                pages.append(answers(link, TIMES)["/words/word7"])
        grid = pages[1] / pages[0]
        figure("grid_growth", round(grid, 3), "times", round(pages[0], 4), round(grid, 3), TIMES)
        figure("library_growth", round(max(grid, among / alone), 3), "times", 1.5, n=TIMES)
        many = ranked(large, min(images // PER_WORD, 1000))[SMALL // PER_WORD :]
        first, last = (statistics.median(part) for part in (many[:10], many[-10:]))
        figure("words_growth", round(last / first, 3), "times", round(first, 4), round(last / first, 3), len(many))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1_000_000)
    os.environ["NO_PROXY"] = "127.0.0.1"
    measure(parser.parse_args().images)
