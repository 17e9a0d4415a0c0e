"""A deleted word is out of sight and comes back whole; a purged one takes what only it has."""

import pytest
from serving import copied

from mofu.errors import NothingFoundError, UnknownNameError, UsageError
from mofu.library import Library

pytestmark = pytest.mark.both_databases


@pytest.fixture
def library(demo_library, tmp_path):
    with Library.open(copied(demo_library, tmp_path / "library"), create=False) as library:
        yield library


def test_a_deleted_word_is_in_no_list_and_says_how_to_come_back(library):
    library.delete("もふもふ")
    assert [word.text for word in library.words()] == ["ぶつぶつ", "しましま"]
    with pytest.raises(NothingFoundError, match="mofu words restore もふもふ"):
        library.word("もふもふ")
    with pytest.raises(NothingFoundError, match="was deleted"):
        library.crawl("もふもふ", library.request(source="demo"))


def test_a_restored_word_is_as_it_was(library):
    before = [image.sha256 for image in library.dataset("もふもふ")]
    library.delete("もふもふ")
    assert [each.word.text for each in library.deleted()] == ["もふもふ"]
    library.restore("もふもふ")
    assert library.deleted() == []
    assert [image.sha256 for image in library.dataset("もふもふ")] == before


def test_only_a_deleted_word_is_purged(library):
    with pytest.raises(UnknownNameError, match="deleted word"):
        library.purge("もふもふ", confirm="もふもふ")


def test_a_purge_wants_the_word_said_again(library):
    library.delete("もふもふ")
    with pytest.raises(UsageError, match="nothing was purged"):
        library.purge("もふもふ", confirm="もふ")
    assert library.restore("もふもふ").text == "もふもふ"


def test_a_purge_takes_what_only_the_word_has_and_leaves_the_library_sound(library):
    others = {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word)}
    library.verdict("もふもふ", library.dataset("もふもふ").content.images[0].sha256, "accept")
    library.delete("もふもふ")
    hanging = library.belongings("もふもふ")
    assert hanging.hits >= hanging.images >= hanging.own_images > 0
    assert (hanging.rankings, hanging.verdicts) == (1, 1)
    assert library.purge("もふもふ", confirm="もふもふ") == hanging
    report = library.check()
    assert report.is_sound
    assert report.orphans == 0
    assert others == {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word)}


def test_a_purged_name_is_free(library):
    library.delete("もふもふ")
    library.purge("もふもふ", confirm="もふもふ")
    with library.database.write() as session:
        from mofu.db import words

        assert words.ensure(session, "もふもふ").slug == "もふもふ"
