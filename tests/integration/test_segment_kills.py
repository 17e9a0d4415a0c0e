"""A segmentation that is killed leaves a sound library, and the same call goes on to what an undisturbed one finds."""

import os
import signal
import subprocess
import sys
import time

import pytest
import region_library
from region_library import QUICK, STRIPES
from serving import copied

from mofu.library import Library

pytest.importorskip("torch")

TOP = 8
SET = [f"--set=segmentation.{name}={value}" for name, value in (QUICK | {"top": TOP}).items()]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills") / "library"
    region_library.build(folder)
    return folder


def begin(folder):
    command = [sys.executable, "-m", "mofu", "segment", STRIPES, "--library", str(folder), "--progress=none", *SET]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


@pytest.mark.slow
def test_killed_after_some_maps_it_goes_on_to_all(built, tmp_path):
    folder = copied(built, tmp_path / "library")
    running = begin(folder)
    while running.poll() is None and len(list(folder.glob("regions/*/*.png"))) < 2:
        time.sleep(0.01)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    with Library.open(folder, create=False, segmentation=QUICK | {"top": TOP}) as library:
        assert library.check().is_sound
        kept = {each.image_sha256: each for each in library.regions(STRIPES)}
        library.segment(STRIPES)
        found = library.regions(STRIPES)
        assert [each.image_sha256 for each in found] == [image.sha256 for image in library.dataset(STRIPES)][:TOP]
        assert all(kept.get(each.image_sha256, each) == each for each in found)
        library.check(repair=True)
        assert library.check().orphans == 0
