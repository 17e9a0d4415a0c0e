"""A library whose files are in a folder elsewhere, as one that is mounted for a team."""

import os
import shutil
import time

import pytest
from quick_web import WORD, N, outcome, quick_web

from mofu.errors import LibraryError
from mofu.library import Library


@pytest.fixture(scope="module")
def settings():
    with quick_web() as settings:
        yield settings


@pytest.fixture(scope="module")
def built(settings, tmp_path_factory):
    """A library in a folder of its own: its root, what was built."""
    root = tmp_path_factory.mktemp("own") / "library"
    with Library.open(root, **settings) as library:
        library.build(WORD, n=N)
        return root, outcome(library)


@pytest.fixture
def mounted(tmp_path):
    """An empty mounted folder."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(settings):
    """Open a library at a folder with its files in another."""
    return lambda root, folder: Library.open(root, **settings, files={"url": str(folder)})


def test_a_build_on_a_mounted_folder_ends_as_one_in_the_library_s_own(built, opened, mounted, tmp_path):
    with opened(tmp_path / "library", mounted) as library:
        library.build(WORD, n=N)
        assert outcome(library) == built[1]
        assert library.check().is_sound
    assert {path.name for path in mounted.iterdir()} == {
        "originals", "thumbnails", "activations", "incoming", "mofu-files.txt",
    }  # fmt: skip
    assert not {"originals", "thumbnails", "activations", "cache"} & {p.name for p in (tmp_path / "library").iterdir()}


def test_a_library_moves_by_copying_its_files(built, opened, mounted, tmp_path):
    root = shutil.copytree(built[0], tmp_path / "library")
    for folder in ("originals", "thumbnails", "activations"):
        shutil.move(root / folder, mounted / folder)
    with opened(root, mounted) as library:
        library.rank(WORD)
        assert outcome(library) == built[1]
        assert library.check(repair=True).is_sound


def test_a_folder_that_is_not_mounted_is_refused_and_nothing_is_forgotten(built, opened, mounted, tmp_path):
    root = shutil.copytree(built[0], tmp_path / "library")
    with opened(root, mounted) as library:
        for work in (library.check, lambda: library.check(repair=True), lambda: library.build(WORD, n=N + 2)):
            with pytest.raises(LibraryError, match="is it mounted"):
                work()
    with opened(root, tmp_path / "nowhere") as library, pytest.raises(LibraryError, match="mount it or make it first"):
        library.build(WORD, n=N)
    assert not (tmp_path / "nowhere").exists()
    with Library.open(root) as library:
        assert outcome(library) == built[1]
        assert library.check().is_sound


def test_what_another_machine_has_incoming_is_left_alone_for_a_day(opened, mounted, tmp_path):
    theirs = mounted / "incoming" / "other-machine"
    theirs.mkdir(parents=True)
    (theirs / "arriving.body").write_bytes(b"half")
    (theirs / "abandoned.body").write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(theirs / "abandoned.body", (yesterday, yesterday))
    with opened(tmp_path / "library", mounted) as library, library.writing():
        assert [path.name for path in theirs.iterdir()] == ["arriving.body"]


def test_what_no_row_names_is_collected_only_when_it_is_old(built, opened, mounted, tmp_path):
    with opened(tmp_path / "library", mounted) as library:
        library.build(WORD, n=N)
        new, old = mounted / "activations" / "new.safetensors", mounted / "originals" / "ab" / "old.jpg"
        for stray in (new, old):
            stray.write_bytes(b"named by no row")
        yesterday = time.time() - 25 * 3600
        os.utime(old, (yesterday, yesterday))
        assert library.check(repair=True).orphans == 1
        assert (new.exists(), old.exists()) == (True, False)
