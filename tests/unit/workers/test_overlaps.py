"""On what a word lies: shares of its area, lift over what a class has of all pixels, every image counting the same."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mofu.db import hits, regions, words
from mofu.db.hits import ImageRecord
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.errors import NothingFoundError
from mofu.library import Library
from mofu.workers import region_judging
from mofu.workers.overlaps import NOTHING, Overlaid, overlaps
from mofu.workers.region_judging import GivenRegion
from mofu.workers.region_maps import RegionMaps


def mask(*rows):
    return np.array([[letter == "#" for letter in row] for row in rows])


LEFT, RIGHT, TOP = mask("##..", "##.."), mask("..##", "..##"), mask("####", "....")
NOWHERE = mask("....", "....")


def on(word, **objects):
    return Overlaid(word, objects, (2, 4))


def table(*images):
    return {each.label: each for each in overlaps(images)}


def test_shares_are_of_the_words_area_and_lift_is_over_the_classes_share_of_all_pixels():
    """The word has half of the picture: a quarter of the picture is sky and shows it, a quarter is on nothing."""
    found = table(on(LEFT, sky=TOP))
    assert (found["sky"].share, found["sky"].of_all, found["sky"].lift) == (0.5, 0.5, 1.0)
    assert found["sky"].covered == 0.5
    assert (found[NOTHING].share, found[NOTHING].of_all) == (0.5, 0.5)


def test_a_word_that_is_nothing_but_mountains():
    found = table(on(LEFT, mountain=LEFT), on(RIGHT, mountain=RIGHT, sky=LEFT))
    assert (found["mountain"].share, found["mountain"].lift, found["mountain"].covered) == (1.0, 2.0, 1.0)
    assert (found["mountain"].images, found["sky"].images) == (2, 0)
    assert (found["sky"].share, found["sky"].of_all, found["sky"].lift) == (0.0, 0.25, 0.0)
    assert found[NOTHING].share == 0.0


def test_a_large_picture_counts_as_much_as_a_small_one():
    large = np.kron(LEFT, np.ones((50, 50), bool))
    assert overlaps([on(LEFT, sky=TOP), on(LEFT, cat=LEFT)]) == overlaps(
        [Overlaid(large, {"sky": np.kron(TOP, np.ones((50, 50), bool))}, large.shape), on(LEFT, cat=LEFT)]
    )


def test_pictures_without_the_word_count_for_what_classes_have_of_all_pixels():
    found = table(on(LEFT, cat=LEFT), on(None, cat=LEFT), on(NOWHERE))
    assert (found["cat"].share, found["cat"].of_all) == (1.0, pytest.approx(1 / 3))
    assert found["cat"].lift == pytest.approx(3.0)
    assert (found["cat"].covered, found["cat"].images) == (0.5, 1)


def test_the_greatest_share_comes_first_and_nothing_last():
    order = [each.label for each in overlaps([on(LEFT, sky=RIGHT, cat=LEFT, dog=TOP)])]
    assert order == ["cat", "dog", "sky", NOTHING]


def test_a_word_that_is_nowhere_lies_on_nothing():
    assert [(each.share, each.images) for each in overlaps([on(None, sky=TOP)])] == [(0.0, 0), (0.0, 0)]
    assert overlaps([]) == []


MASKS = arrays.arrays(np.bool_, (3, 4))


@given(st.lists(st.tuples(MASKS, MASKS), min_size=1, max_size=4))
def test_what_lies_on_a_class_and_what_lies_on_nothing_is_all(images):
    found = table(*(Overlaid(word, {"cat": cat}, (3, 4)) for word, cat in images))
    if any(word.any() for word, _ in images):
        assert found["cat"].share + found[NOTHING].share == pytest.approx(1)
    assert found["cat"].of_all + found[NOTHING].of_all == pytest.approx(1)


@pytest.fixture
def library(tmp_path):
    """Two images whose left half shows the word; of the first, a cat has the left half and a dog the top."""
    images = [f"{number:064x}" for number in (1, 2)]
    with Library.open(tmp_path / "library") as library:
        maps = RegionMaps(library.root)
        with library.database.write() as session:
            hits.record(session, [], [ImageRecord(name, "jpeg", 4, 2, 9, 0) for name in images])
            word = words.ensure(session, "もふもふ")
            found = {images[0]: [("cat", LEFT), ("cat", mask("#...", "....")), ("dog", TOP)], images[1]: []}
            for name in images:
                store(session, maps, word, "word", name, [("もふもふ", LEFT)])
                store(session, maps, word, "object", name, found[name])
        yield library


def store(session, maps, word, kind, image, found):
    new = NewSegmentation(word.id, kind, "cam", "x", "x-1", "none", 0, {}, 0, None, None, kind[0] * 64)
    made = [
        NewRegion(kind, label, 1.0, float(each.mean()), 0.5, maps.put(np.float32(0.8) * each), each.shape[1], 2)
        for label, each in found
    ]
    regions.add(session, regions.begin(session, new).id, image, made, seconds=1.0)


def test_what_is_stored_is_held_against_each_other(library):
    overlap = library.overlap("もふもふ")
    assert (overlap.images, overlap.with_word) == (2, 2)
    found = {each.label: each for each in overlap.classes}
    assert (found["cat"].share, found["cat"].of_all, found["cat"].images) == (0.5, 0.25, 1)
    assert found["dog"].share == 0.25


def test_a_region_that_people_rejected_is_left_out(library):
    cats = [each for each in library.regions("もふもふ", kind="object") if each.label == "cat"]
    sent = [GivenRegion(str(uuid.uuid4()), each.id, "reject") for each in cats]
    region_judging.judge(library.workshop, library.word("もふもふ"), "ada", sent)
    assert [each.label for each in library.overlap("もふもふ").classes] == ["dog", NOTHING]


def test_a_word_without_objects_says_what_to_do(library):
    with library.database.write() as session:
        word = words.ensure(session, "ふわふわ")
    with pytest.raises(NothingFoundError, match="mofu segment ふわふわ`"):
        library.overlap("ふわふわ")
    with library.database.write() as session:
        store(session, RegionMaps(library.root), word, "word", f"{1:064x}", [])
    with pytest.raises(NothingFoundError, match="mofu segment ふわふわ --annotator NAME`"):
        library.overlap("ふわふわ")
