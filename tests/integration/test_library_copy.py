"""A library copied between SQLite and PostgreSQL, every way: the same rankings, sound, and whole or empty."""

import pytest
from databases import KINDS, POSTGRESQL, SQLITE
from serving import BUILT, copied
from sqlalchemy import text

from mofu.db import words
from mofu.errors import DamagedError, LibraryBusyError, LibraryError, UsageError
from mofu.library import Library
from mofu.progress import Silent

WORD, OTHER = "もふもふ", "ぶつぶつ"
WAYS = [(one, other) for one in KINDS for other in KINDS]


def opened(folder, **more):
    return Library.open(folder, **(BUILT | more))


def order(library):
    return [(i.rank, i.sha256, i.score, i.record.url, i.record.crawled_at) for i in library.dataset(WORD)]


def stored(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*.jpg")}


@pytest.fixture
def place(built_demo, all_databases, tmp_path):
    """`place(kinds)`: the folders of a built library and of an empty one, on databases of these kinds."""

    def both(kinds=(SQLITE, SQLITE)):
        return copied(built_demo(kinds[0]), tmp_path / "source"), all_databases.place(kinds[1], tmp_path / "copy")

    return both


@pytest.mark.parametrize("kinds", WAYS, ids="-to-".join)
def test_a_copy_ranks_alike_is_sound_and_goes_on(place, kinds):
    folder, other = place(kinds)
    with opened(folder) as source, opened(other) as copy:
        source.verdict(OTHER, source.dataset(OTHER).content.images[0].sha256, "accept")
        report = source.copy_to(copy)
        assert report.is_new
        assert report.rows == sum(table.rows for table in report.tables) > 100
        assert order(copy) == order(source)
        assert copy.verdicts(OTHER) == source.verdicts(OTHER)
        assert (copy.check().is_sound, copy.check().orphans) == (True, 0)
        with copy.database.write() as session:  # its number is one that no row has
            assert words.ensure(session, "新しい").id > max(word.id for word in source.words())
        assert [image.sha256 for image in copy.rank(WORD)] == [image.sha256 for image in source.dataset(WORD)]


class Stop(Silent):
    """Interrupts a copy within its rows."""

    subject = ""

    def start(self, stage, subject, total):
        self.subject = subject

    def advance(self, done, total, failed=0):
        if self.subject == "rows":
            raise KeyboardInterrupt


@pytest.mark.parametrize("kinds", [(SQLITE, POSTGRESQL), (POSTGRESQL, SQLITE)], ids="-to-".join)
def test_an_interrupted_copy_is_empty_and_the_same_call_goes_on(place, kinds):
    folder, other = place(kinds)
    with opened(folder) as source:
        with opened(other, progress=Stop()) as copy, pytest.raises(KeyboardInterrupt):
            source.copy_to(copy)
        with opened(other) as copy:
            assert copy.words() == []
            again = source.copy_to(copy)
            assert (again.is_new, again.files) == (True, 0)
            assert order(copy) == order(source)
            third = source.copy_to(copy)
            assert (third.is_new, third.files, third.tables) == (False, 0, again.tables)


def test_what_holds_something_else_is_refused_before_any_file_is_copied(place):
    folder, other = place()
    with opened(folder) as source, opened(other) as copy:
        with copy.database.write() as session:
            words.ensure(session, "ざらざら")
        with pytest.raises(LibraryError, match="has rows already, and"):
            source.copy_to(copy)
    assert stored(other) == set()


def test_what_arrives_changed_is_not_kept(place):
    folder, other = place()
    with opened(folder) as source, opened(other) as copy:
        with copy.database.write() as session:
            session.execute(
                text("CREATE TRIGGER hand AFTER INSERT ON words BEGIN UPDATE words SET wanted = 7 WHERE id = 1; END")
            )
        with pytest.raises(DamagedError, match="words: what arrived"):
            source.copy_to(copy)
        assert copy.words() == []


def test_files_that_are_left_come_with_the_next_copy(place):
    folder, other = place()
    with opened(folder) as source, opened(other) as copy:
        assert source.copy_to(copy, files=False).files == 0
        assert stored(other) == set()
        report = source.copy_to(copy)
        assert not report.is_new
        assert stored(other) == stored(folder)
        assert copy.check().is_sound


def test_a_library_is_no_copy_of_itself(place):
    folder, _ = place()
    with opened(folder) as source, opened(folder) as same, pytest.raises(UsageError, match="the same database"):
        source.copy_to(same)


def test_nobody_builds_meanwhile(place):
    folder, other = place()
    with opened(folder) as source, opened(other) as copy, opened(folder) as builder:
        with builder.writing(), pytest.raises(LibraryBusyError):
            source.copy_to(copy)
        assert copy.words() == []
