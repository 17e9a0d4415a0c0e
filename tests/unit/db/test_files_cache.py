"""Local copies of files that lie elsewhere: whole, bounded, the least used gone first."""

import os
import time

import numpy as np
import pytest

from mofu.db.files_cache import FileCache
from mofu.db.files_path import BroughtPath

KB = 1024


def adopt(cache, name, size=KB, age_s=0.0):
    temporary = cache.temporary()
    temporary.write_bytes(b"x" * size)
    cache.adopt(temporary, name)
    when = time.time() - age_s
    if cache.path(name).exists():
        os.utime(cache.path(name), (when, when))


def held(folder):
    return {path.name for path in folder.rglob("*") if path.is_file() and path.name != "cache.lock"}


def test_a_copy_is_there_once_it_is_whole(tmp_path):
    cache = FileCache(tmp_path, 100 * KB, "store")
    assert not cache.has("originals/ab/cd.jpg")
    adopt(cache, "originals/ab/cd.jpg")
    assert cache.has("originals/ab/cd.jpg")
    cache.drop("originals/ab/cd.jpg")
    assert not cache.has("originals/ab/cd.jpg")


def test_the_bound_holds_and_what_was_used_longest_ago_goes_first(tmp_path):
    cache = FileCache(tmp_path, 10 * KB, "store")
    for number in range(10):
        adopt(cache, f"thumbnails/{number}", age_s=1000 - number)
    assert cache.has("thumbnails/0"), "a use is noted"
    for number in range(10, 14):
        adopt(cache, f"thumbnails/{number}")
    assert sum(path.stat().st_size for path in (tmp_path / "store").rglob("*") if path.is_file()) <= 10 * KB
    left = held(tmp_path / "store")
    assert {"0", "13"} <= left
    assert not {"1", "2", "3"} & left


def test_the_bound_is_of_all_stores_and_processes_together(tmp_path):
    first, second = FileCache(tmp_path, 4 * KB, "first"), FileCache(tmp_path, 4 * KB, "second")
    for number in range(4):
        adopt(first, f"originals/{number}", age_s=100)
    adopt(second, "originals/0")
    assert len(held(tmp_path)) <= 4
    assert second.has("originals/0")


def test_what_a_killed_download_left_goes_after_an_hour(tmp_path):
    cache = FileCache(tmp_path, 10 * KB, "store")
    for age_s in (10, 4000):
        left = cache.temporary()
        left.write_bytes(b"half")
        os.utime(left, (time.time() - age_s,) * 2)
    adopt(FileCache(tmp_path, 10 * KB, "store"), "originals/0")
    assert len(held(tmp_path)) == 2


def test_a_mapped_copy_can_be_read_on_when_it_goes(tmp_path):
    cache = FileCache(tmp_path, 100 * KB, "store")
    adopt(cache, "activations/shard")
    mapped = np.memmap(cache.path("activations/shard"), np.uint8, "r")
    cache.drop("activations/shard")
    assert mapped.sum() == KB * ord("x")


def test_a_path_brings_its_file_when_it_is_opened_and_not_when_it_is_printed(tmp_path):
    brought = []

    def bring():
        brought.append(1)
        (tmp_path / "file").write_bytes(b"content")

    path = BroughtPath.of(tmp_path / "file", bring)
    assert (str(path), path.name, path.parent, path.suffix) == (str(tmp_path / "file"), "file", tmp_path, "")
    assert brought == []
    assert path.exists()
    assert path.read_bytes() == b"content"
    with path.open("rb") as stream:
        assert stream.read() == b"content"
    assert np.memmap(path, np.uint8, "r").size == 7
    assert path == tmp_path / "file"


def test_a_path_without_a_file_is_missing_as_any_other_is(tmp_path):
    path = BroughtPath.of(tmp_path / "none", lambda: None)
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        path.read_bytes()
