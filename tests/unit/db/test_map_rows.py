"""Maps in rows: stored whole, one for each set of activations, gone with the word or image they speak of."""

import dataclasses

import pytest
from sqlalchemy import delete

from mofu.db import activations, hits, maps, words
from mofu.db.engine import Database
from mofu.db.hits import ImageRecord
from mofu.db.maps import MappedRecord, NewMap
from mofu.db.models import Word
from mofu.db.repairs import broken_rows, forget_image

ONE, TWO = "1" * 64, "2" * 64
IMAGES = (
    MappedRecord(TWO, None, 1.0, -0.25, 0, True, 4.5, True),
    MappedRecord(ONE, TWO, 1.0, -0.25, 0, False, 4.5, True),
)


pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        hits.record(opened, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        yield opened
    database.close()


@pytest.fixture
def new(session):
    word = words.ensure(session, "もふもふ")
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "all", 4)
    return NewMap(word.id, of_set.id, "f" * 64, "tsne", {"seed": 3}, 0.25, IMAGES)


def test_a_map_comes_back_as_it_was_stored_in_its_order(session, new):
    saved = maps.save(session, new)
    assert maps.find(session, new.word_id, new.set_id) == saved
    assert (saved.fingerprint, saved.method, saved.settings, saved.silhouette) == ("f" * 64, "tsne", {"seed": 3}, 0.25)
    assert tuple(maps.images(session, saved.id)) == IMAGES


def test_a_new_map_takes_the_place_of_the_one_by_the_same_activations_alone(session, new):
    other = activations.ensure_set(session, "fisher", "fisher-2", "all", 4)
    kept = maps.save(session, dataclasses.replace(new, set_id=other.id))
    maps.save(session, new)
    second = maps.save(session, dataclasses.replace(new, images=IMAGES[:1], fingerprint="e" * 64))
    assert maps.find(session, new.word_id, new.set_id).fingerprint == "e" * 64
    assert len(maps.images(session, second.id)) == 1
    assert len(maps.images(session, kept.id)) == 2


def test_there_is_none_before_the_first_and_one_can_be_empty(session, new):
    assert maps.find(session, new.word_id, new.set_id) is None
    assert maps.images(session, maps.save(session, dataclasses.replace(new, images=())).id) == []


def test_a_lost_image_and_a_deleted_word_leave_nothing_dangling(session, new):
    saved = maps.save(session, new)
    forget_image(session, ONE)
    assert [image.image_sha256 for image in maps.images(session, saved.id)] == [TWO]
    session.execute(delete(Word))
    assert maps.images(session, saved.id) == []
    assert broken_rows(session) == []
