"""Kill -9 at random moments of a build: the library is sound each time, and resuming ends where no kill would have.

`MOFU_CHAOS_KILLS` says how many times (5), `MOFU_CHAOS_SEED` when, `MOFU_CHAOS_IMAGES` of how many images (30).
"""

import os
import random
import shutil
import subprocess
import sys
import time

import pytest

from mofu.library import Library

KILLS = int(os.environ.get("MOFU_CHAOS_KILLS", "5"))
SEED = int(os.environ.get("MOFU_CHAOS_SEED", "0"))
IMAGES = int(os.environ.get("MOFU_CHAOS_IMAGES", "30"))


def outcome(library):
    """A word's final ranking: addresses, ranks and scores; times and row ids are left out."""
    with Library.open(library, create=False) as opened:
        (word,) = opened.words()
        return [
            (image.rank, image.sha256, image.record.url, image.search_position, image.score, image.duplicates)
            for image in opened.dataset(word)
        ]


def assert_sound(library):
    with Library.open(library, create=False) as opened:
        report = opened.check()
    assert report.is_sound, report.findings


def assert_same(found, expected):
    assert [row[:4] + row[5:] for row in found] == [row[:4] + row[5:] for row in expected]
    assert [row[4] for row in found] == pytest.approx([row[4] for row in expected], abs=1e-4)


def test_killed_builds_end_as_undisturbed_ones(start_web, words, tmp_path):
    web = start_web("--no-faults")
    flags = [part for flag in [*web.flags, f"background.size={IMAGES * 3 // 2}"] for part in ("--set", flag)]
    command = [sys.executable, "-m", "mofu", "build", words[3], "-n", str(IMAGES), "--progress", "none"]
    command += [*flags, "--library"]
    started = time.monotonic()
    subprocess.run([*command, tmp_path / "undisturbed"], check=True, capture_output=True)
    whole_s = time.monotonic() - started
    expected = outcome(tmp_path / "undisturbed")
    rng, library, kills, completed = random.Random(SEED), tmp_path / "disturbed", 0, 0
    while kills < KILLS:
        build = subprocess.Popen([*command, library], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            _, errors = build.communicate(timeout=rng.uniform(0.2, whole_s))
            assert build.returncode == 0, errors.decode()
            completed += 1
            assert_same(outcome(library), expected)
            shutil.rmtree(library)
        except subprocess.TimeoutExpired:
            build.kill()
            build.communicate()
            kills += 1
            if (library / "library.sqlite").exists():
                assert_sound(library)
    subprocess.run([*command, library], check=True, capture_output=True)
    assert_sound(library)
    assert_same(outcome(library), expected)
    print(f"{kills} kills, {completed + 1} builds completed, each as the undisturbed one")
