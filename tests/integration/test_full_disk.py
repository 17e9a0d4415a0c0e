"""A disk that fills up, during each stage: one clear line, nothing half-written; with room, the same result as ever."""

import os
import shutil

import pytest
import write_points
from quick_web import WORD, N, outcome, quick_web

from mofu.errors import DiskFullError
from mofu.library import Library

LEFT = (0, 20_000, 60_000, 100_000)
"""Bytes that are left when a stage begins, one after the other: some are too few at its start, some in its middle."""


@pytest.fixture(scope="module")
def settings():
    with quick_web() as settings:
        yield settings


@pytest.fixture(scope="module")
def expected(settings, tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("roomy") / "library", **settings) as library:
        library.build(WORD, n=N)
        return outcome(library)


def fill(folder, left):
    """A file that takes all room but so many bytes."""
    ballast = folder / "ballast"
    with ballast.open("wb") as stream:
        room = shutil.disk_usage(folder).free - left
        os.posix_fallocate(stream.fileno(), 0, max(room, 1))
    return ballast


def half_written(folder):
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


def run_out(folder, work):
    """How often there was no room for work, which is tried with more and more of it."""
    told = []
    for left in LEFT:
        ballast = fill(folder, left)
        try:
            work()
        except DiskFullError as error:
            told.append(error)
        finally:
            ballast.unlink()
        assert half_written(folder) == []
    assert all(error.exit_code == 1 and "no room left" in str(error) for error in told)
    assert not any("\n" in str(error) for error in told)
    return len(told)


@pytest.mark.slow
def test_each_stage_of_a_build_runs_out_of_room_and_goes_on(small_disk, settings, expected):
    with Library.open(small_disk / "library", **settings) as library:
        library.background()
        stages = {
            "crawl": lambda: library.crawl(WORD, library.request(n=N)),
            "features": lambda: write_points.features(library, small_disk),
            "rank": lambda: write_points.rank(library, small_disk),
            "map": lambda: write_points.placing(library, small_disk),
        }
        for name, work in stages.items():
            assert run_out(small_disk, work) > 0, name
            assert library.check().is_sound, name
            work()
        assert outcome(library) == expected
        assert library.check().is_sound


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "target"), [("zip", "word.zip"), ("imagefolder", "word")])
def test_an_export_that_finds_no_room_leaves_nothing(small_disk, settings, tmp_path, kind, target):
    with Library.open(tmp_path / "library", **settings) as library:
        library.build(WORD, n=N)
        dataset = library.dataset(WORD)
        assert run_out(small_disk, lambda: dataset.export(small_disk / target, format=kind)) > 0
        assert dataset.export(small_disk / target, format=kind).images == len(dataset)
