"""`mofu quarantine`: what is left out is listed and let back in; `mofu check` tells how many."""

import pytest

from mofu.db import hits, quarantine
from mofu.db.hits import ImageRecord
from mofu.library import Library

ONE, TWO = "1a" * 32, "2b" * 32


@pytest.fixture
def root(tmp_path):
    with Library.open(tmp_path / "library") as library, library.database.write() as session:
        hits.record(session, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        for name in (ONE, TWO):
            quarantine.note_deaths(session, name, "features", 3, "the process died")
    return tmp_path / "library"


def left(root):
    with Library.open(root) as library:
        return {row.image_sha256 for row in library.quarantined()}


def test_images_are_listed_with_their_stage_and_reason(mofu, root):
    rows = mofu("quarantine", "list", "--library", root, "--json").json
    assert {(row["image_sha256"], row["stage"], row["deaths"]) for row in rows} == {
        (ONE, "features", 3), (TWO, "features", 3),
    }  # fmt: skip
    assert "the process died" in mofu("quarantine", "--library", root).out


def test_one_is_let_back_in_by_the_first_digits_of_its_name(mofu, root):
    assert mofu("quarantine", "lift", "1a1a", "--library", root).lines == [ONE]
    assert left(root) == {TWO}


def test_all_are_let_back_in_at_once(mofu, root):
    mofu("quarantine", "lift", "--all", "--library", root)
    assert left(root) == set()


def test_an_image_that_is_not_there_is_said_and_none_is_lifted(mofu, root):
    answer = mofu("quarantine", "lift", "1a1a", "ffff", "--library", root)
    assert answer.code == 2
    assert "unknown image in quarantine 'ffff'" in answer.err
    assert left(root) == {ONE, TWO}


def test_nothing_named_is_a_mistake(mofu, root):
    assert mofu("quarantine", "lift", "--library", root).code == 2
