"""How long a verdict takes to be stored, alone and while another process builds in the same library.

    python benchmarks/verdicts.py [--images 400] [--verdicts 200]

Figures: verdict_stored_p50_ms, verdict_stored_p95_ms and verdict_stored_max_ms of a quiet library, and the same with
_building while a process crawls and computes features of another word of the embedded web; verdicts_during_build counts
those. The budget of a verdict is 150 ms.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from figures import figure

from mofu.db.verdicts import ACCEPT, REJECT
from mofu.library import Library

FLAGS = ("background.size=60", "demo.hits=400")
PAUSE_S = 0.05
"""Between two verdicts: nobody judges faster."""


def judge(library: Library, word: str, names: list[str], count: int) -> list[float]:
    """Give so many verdicts; seconds of each until it was durable."""
    taken = []
    for number in range(count):
        began = time.perf_counter()
        library.verdict(word, names[number % len(names)], REJECT if number % 3 else ACCEPT, who="ada")
        taken.append(time.perf_counter() - began)
        time.sleep(PAUSE_S)
    return taken


def tell(suffix: str, taken: list[float]) -> None:
    """Print the figures of a series."""
    ms = np.array(taken) * 1000
    for name, value in (("p50", np.percentile(ms, 50)), ("p95", np.percentile(ms, 95)), ("max", ms.max())):
        figure(f"verdict_stored_{name}_ms{suffix}", round(float(value), 1), "ms", n=len(ms))


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--verdicts", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", flags=FLAGS) as library:
        names = [image.sha256 for image in library.build("もふもふ", source="demo", n=given.images)]
        tell("", judge(library, "もふもふ", names, given.verdicts))
        command = [sys.executable, "-m", "mofu", "build", "ふわふわ", "ごつごつ", "-s", "demo", "-n", str(given.images),
                   "--progress", "none", "--library", str(library.root)]  # fmt: skip
        for flag in FLAGS:
            command += ["--set", flag]
        building = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        during: list[float] = []
        while building.poll() is None:
            during += judge(library, "もふもふ", names, 5)
        tell("_building", during)
        figure("verdicts_during_build", len(during), "verdicts")


if __name__ == "__main__":
    main()
