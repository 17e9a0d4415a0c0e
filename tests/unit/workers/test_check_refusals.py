"""A check touches no file where the database cannot be believed, and names what is in its way."""

import pytest

from mofu.db import words
from mofu.errors import DamagedError, LibraryError
from mofu.library import Library
from mofu.workers.workshop import DATABASE_FILE

PICTURE = "originals/ab/" + "0" * 62 + ".jpg"


@pytest.fixture
def root(tmp_path):
    """A library with a word, and a picture that no row names."""
    folder = tmp_path / "library"
    with Library.open(folder) as library:
        with library.writing(), library.database.write() as session:
            words.ensure(session, "もふもふ")
        (folder / PICTURE).write_bytes(b"a picture")
    return folder


@pytest.mark.parametrize("repair", [False, True])
def test_an_empty_database_beside_pictures_is_taken_for_a_lost_one(root, repair):
    (root / DATABASE_FILE).write_bytes(b"")
    with Library.open(root) as library, pytest.raises(DamagedError, match="put a backup of the database in its place"):
        library.check(repair=repair)
    assert (root / PICTURE).is_file()


def test_a_database_that_is_cut_short_is_one_line_and_costs_no_file(root):
    content = (root / DATABASE_FILE).read_bytes()
    (root / DATABASE_FILE).write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedError, match=r"is damaged \(.*malformed.*recover"), Library.open(root) as library:
        library.check(repair=True)
    assert (root / PICTURE).is_file()


def test_a_database_whose_pages_contradict_each_other_is_not_acted_upon(root):
    content = bytearray((root / DATABASE_FILE).read_bytes())
    place = content.index("もふもふ".encode())
    content[place : place + 3] = "ふ".encode()  # in the table or in an index of it, not in both
    (root / DATABASE_FILE).write_bytes(content)
    with Library.open(root) as library:
        assert not library.check().is_sound
        with pytest.raises(DamagedError, match="is damaged"):
            library.check(repair=True)
    assert (root / PICTURE).is_file()


@pytest.mark.parametrize("name", ["incoming", "originals", "thumbnails", "writer.lock", "writer.txt"])
def test_what_stands_where_the_library_keeps_something_else_is_named(root, name):
    place = root / name
    if place.is_dir():
        place.rename(root.parent / "moved")
        place.write_bytes(b"a file")
    else:
        place.unlink(missing_ok=True)
        place.mkdir()
    with Library.open(root) as library, pytest.raises(LibraryError, match=rf"{name}.*: move what is in its way"):
        library.check(repair=True)
    assert place.exists()


def test_what_cannot_be_set_aside_stays(root):
    (root / "quarantine").write_bytes(b"a file")
    with Library.open(root) as library, pytest.raises(LibraryError, match=r"quarantine.*: move what is in its way"):
        library.blobs.files.quarantine(PICTURE, root / "quarantine")
    assert (root / PICTURE).is_file()


def test_a_link_that_leads_to_itself_is_no_file(root):
    (root / "originals" / "ab" / "loop.jpg").symlink_to("loop.jpg")
    (root / "activations").mkdir()
    (root / "activations" / "loop").symlink_to("loop")
    with Library.open(root) as library:
        report = library.check(repair=True)
    assert (report.is_sound, report.orphans) == (True, 1)
    assert not (root / PICTURE).exists()
