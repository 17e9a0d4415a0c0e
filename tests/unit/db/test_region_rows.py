"""Regions in rows: stored once an image, hidden while their map or image is lost, gone with the word they are of."""

import uuid

import pytest
from sqlalchemy import delete

from mofu.db import hits, region_files, region_verdicts, regions, words
from mofu.db.engine import Database
from mofu.db.hits import ImageRecord
from mofu.db.models import Word
from mofu.db.region_verdicts import NewRegionVerdict
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.db.repairs import broken_rows, forget_image

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
MAP, OTHER_MAP = "a" * 64, "b" * 64

pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        hits.record(opened, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO, THREE)])
        yield opened
    database.close()


@pytest.fixture
def word(session):
    return words.ensure(session, "もふもふ")


def begun(session, word, fingerprint="f" * 64, kind="word", classifier="c" * 64):
    new = NewSegmentation(
        word.id, kind, "dcsm", "embedded_cnn", "embedded_cnn-1", "crf", 0, {"side": 320}, 0, classifier, "e" * 64,
        fingerprint,
    )  # fmt: skip
    return regions.begin(session, new)


def region(area=0.25, confidence=0.75, label="もふもふ", kind="word", named=MAP):
    return NewRegion(kind, label, confidence, area, 0.5, named, 320, 240)


def found(session, of, image=ONE, *some, seconds=1.0, reason=None):
    regions.add(session, of.id, image, some or (region(),), seconds=seconds, reason=reason)


def numbers(session, of, **paging):
    return [each.id for each in regions.of_segmentation(session, of.id, **paging)]


def test_a_fingerprint_is_begun_once_for_a_word(session, word):
    first = begun(session, word)
    assert begun(session, word) == first
    other = begun(session, words.ensure(session, "ふわふわ"))
    assert other.id != first.id


def test_what_was_finished_last_is_current_and_what_stopped_half_way_hides_nothing(session, word):
    assert regions.current(session, word.id) is None
    first, second = begun(session, word), begun(session, word, "0" * 64)
    assert regions.current(session, word.id) == second
    regions.finish(session, first.id)
    assert regions.current(session, word.id).id == first.id
    regions.finish(session, second.id)
    assert [each.id for each in regions.of_word(session, word.id)] == [second.id, first.id]
    regions.finish(session, first.id)
    assert regions.current(session, word.id).id == first.id


def test_objects_have_a_current_segmentation_of_their_own(session, word):
    of_word, of_objects = begun(session, word), begun(session, word, "0" * 64, "object", None)
    assert regions.current(session, word.id).id == of_word.id
    assert regions.current(session, word.id, "object").id == of_objects.id


def test_an_image_is_stored_once_however_often_a_task_runs(session, word):
    of = begun(session, word)
    found(session, of)
    found(session, of, ONE, region(0.9))
    assert [each.area for each in regions.of_segmentation(session, of.id)] == [0.25]


def test_regions_come_in_the_order_of_finding_page_by_page(session, word):
    of = begun(session, word)
    for image in (TWO, ONE, THREE):
        found(session, of, image)
    first, second, third = numbers(session, of)
    assert [each.image_sha256 for each in regions.of_segmentation(session, of.id)] == [TWO, ONE, THREE]
    assert numbers(session, of, after=first, limit=1) == [second]
    assert numbers(session, of, after=second) == [third]
    assert regions.on_images(session, of.id, [TWO, "9" * 64]).keys() == {TWO}


def test_an_image_without_a_region_or_that_could_not_be_read_is_known(session, word):
    of = begun(session, word)
    regions.add(session, of.id, ONE, (), seconds=1.0)
    regions.add(session, of.id, TWO, (), seconds=0.0, reason="no picture")
    assert regions.segmented(session, of.id) == {ONE: None, TWO: "no picture"}


def test_a_tally_counts_images_and_takes_means_over_regions(session, word):
    of = begun(session, word)
    empty = regions.tally(session, of.id)
    assert (empty.images, empty.area, empty.seconds) == (0, None, 0.0)
    found(session, of, ONE, region(0.25, 0.5), seconds=1.5)
    found(session, of, TWO, region(0.75, 1.0), seconds=0.5)
    regions.add(session, of.id, THREE, (), seconds=0.0, reason="no picture")
    tally = regions.tally(session, of.id)
    assert (tally.images, tally.with_regions, tally.failed) == (3, 2, 1)
    assert (tally.area, tally.confidence, tally.seconds) == (0.5, 0.75, 2.0)


def test_an_image_has_the_regions_of_every_words_current_segmentation(session, word):
    other = words.ensure(session, "ふわふわ")
    old, new, others = begun(session, word), begun(session, word, "0" * 64), begun(session, other)
    for of in (old, new, others):
        found(session, of)
        regions.finish(session, of.id)
    assert [each.segmentation_id for each in regions.of_image(session, ONE)] == [new.id, others.id]
    assert regions.of_image(session, TWO) == []


def test_a_lost_map_hides_its_region_which_comes_back_under_its_number_with_what_was_said_of_it(session, word):
    of = begun(session, word)
    found(session, of)
    found(session, of, TWO, region(named=OTHER_MAP))
    first, second = numbers(session, of)
    said = region_verdicts.give(session, NewRegionVerdict(str(uuid.uuid4()), first, "accept", None, "ada"))
    assert region_files.lose_map(session, MAP) == 1
    assert numbers(session, of) == [second]
    assert regions.segmented(session, of.id).keys() == {TWO}
    assert region_files.maps_after(session, "", 9) == [OTHER_MAP]
    assert region_files.named_maps(session, [MAP]) == {MAP}
    found(session, of, ONE, region(0.3))
    assert [(each.id, each.area) for each in regions.of_segmentation(session, of.id)] == [(first, 0.3), (second, 0.25)]
    assert region_verdicts.of_segmentation(session, of.id) == {first: said}


def test_a_region_that_is_not_found_again_goes(session, word):
    of = begun(session, word)
    found(session, of)
    region_files.lose_map(session, MAP)
    regions.add(session, of.id, ONE, (), seconds=1.0)
    assert numbers(session, of) == []
    assert region_files.named_maps(session, [MAP]) == set()


def test_several_objects_of_a_class_are_kept_apart(session, word):
    of = begun(session, word, kind="object")
    cats = [region(area, label="cat", kind="object") for area in (0.1, 0.2)]
    found(session, of, ONE, *cats)
    region_files.lose_map(session, MAP)
    found(session, of, ONE, *cats)
    assert [each.area for each in regions.of_segmentation(session, of.id)] == [0.1, 0.2]


def test_a_lost_image_hides_its_regions_and_leaves_the_rows_sound(session, word):
    of = begun(session, word)
    found(session, of)
    forget_image(session, ONE)
    assert numbers(session, of) == []
    assert broken_rows(session) == []


def test_a_classifier_is_found_by_what_it_learned_from_until_its_file_is_lost(session, word):
    of = begun(session, word)
    assert regions.with_lesson(session, "e" * 64) == of
    assert region_files.classifiers(session) == {"c" * 64}
    region_files.forget_classifier(session, "c" * 64)
    assert regions.with_lesson(session, "e" * 64) is None
    assert region_files.classifiers(session) == set()


def test_a_word_takes_its_regions_and_what_was_said_of_them_with_it(session, word):
    of = begun(session, word)
    found(session, of)
    (number,) = numbers(session, of)
    region_verdicts.give(session, NewRegionVerdict(str(uuid.uuid4()), number, "reject", None, "ada"))
    assert region_files.files_of_word(session, word.id) == ({MAP}, {"c" * 64})
    session.execute(delete(Word).where(Word.id == word.id))
    assert region_files.named_maps(session, [MAP]) == set()
    assert region_verdicts.history(session, number) == []
    assert broken_rows(session) == []
