"""Images that processes die of: counted by stage, set aside at the third death, let back in, gone with their image."""

import pytest
from sqlalchemy import delete

from mofu.db import hits, quarantine
from mofu.db.engine import Database
from mofu.db.hits import ImageRecord
from mofu.db.models import Image

ONE, TWO = "1" * 64, "2" * 64


pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        hits.record(opened, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        yield opened
    database.close()


def test_deaths_add_up_image_by_image(session):
    assert quarantine.note_deaths(session, ONE, "features", 1, "it died") == 1
    assert quarantine.note_deaths(session, ONE, "features", 2, "it died again") == 3
    assert quarantine.note_deaths(session, TWO, "features", 1, "it died") == 1
    assert quarantine.deaths(session, "features", [ONE, TWO]) == {ONE: 3, TWO: 1}


def test_stages_are_counted_apart(session):
    quarantine.note_deaths(session, ONE, "features", 2, "")
    quarantine.note_deaths(session, ONE, "segmentation", 1, "")
    assert quarantine.deaths(session, "segmentation", [ONE]) == {ONE: 1}


def test_an_image_is_set_aside_at_the_third_death_and_not_before(session):
    quarantine.note_deaths(session, ONE, "features", 2, "")
    assert (quarantine.count(session), quarantine.listing(session)) == (0, [])
    quarantine.note_deaths(session, ONE, "features", 1, "the worker at a died")
    (found,) = quarantine.listing(session)
    assert (found.image_sha256, found.stage, found.deaths, found.reason) == (ONE, "features", 3, "the worker at a died")
    assert quarantine.count(session) == 1


def test_a_lifted_image_is_counted_from_the_beginning(session):
    quarantine.note_deaths(session, ONE, "features", 3, "")
    assert quarantine.lift(session, ONE) == 1
    assert quarantine.lift(session, ONE) == 0
    assert quarantine.note_deaths(session, ONE, "features", 1, "") == 1


def test_lifting_from_one_stage_leaves_the_others(session):
    quarantine.note_deaths(session, ONE, "features", 3, "")
    quarantine.note_deaths(session, ONE, "segmentation", 3, "")
    quarantine.lift(session, ONE, "features")
    assert [row.stage for row in quarantine.listing(session)] == ["segmentation"]


def test_what_is_known_of_an_image_goes_with_it(session):
    quarantine.note_deaths(session, ONE, "features", 3, "")
    session.execute(delete(Image).where(Image.sha256 == ONE))
    assert quarantine.deaths(session, "features", [ONE]) == {}
