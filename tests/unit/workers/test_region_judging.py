"""What people say of regions is appended, told apart from what others said since, and taken back by what follows."""

import uuid

import pytest

from mofu.db import hits, region_verdicts, regions, words
from mofu.db.hits import ImageRecord
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.errors import ConflictError, InvalidInputError, UnknownNameError
from mofu.library import Library
from mofu.workers import region_judging
from mofu.workers.region_judging import GivenRegion

pytestmark = pytest.mark.both_databases


@pytest.fixture
def library(placed, tmp_path):
    """A word with a region on each of three images."""
    with Library.open(placed(tmp_path / "library")) as library:
        with library.database.write() as session:
            images = [f"{number:064x}" for number in (1, 2, 3)]
            hits.record(session, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in images])
            word = words.ensure(session, "もふもふ")
            new = NewSegmentation(word.id, "word", "cam", "x", "x-1", "none", 0, {}, 0, None, None, "f" * 64)
            of = regions.begin(session, new)
            for name in images:
                found = NewRegion("word", "もふもふ", 0.9, 0.3, 0.5, name, 32, 24)
                regions.add(session, of.id, name, [found], seconds=1.0)
        yield library


@pytest.fixture
def numbers(library):
    return [each.id for each in library.regions("もふもふ")]


def uid():
    return str(uuid.uuid4())


def say(library, who, *given):
    sent = [each if isinstance(each, GivenRegion) else GivenRegion(uid(), *each) for each in given]
    return region_judging.judge(library.workshop, library.word("もふもふ"), who, sent)


def undo(library, who, client_id=None):
    return region_judging.undo(library.workshop, library.word("もふもふ"), who, client_id or uid())


def redo(library, who):
    return region_judging.redo(library.workshop, library.word("もふもふ"), who, uid())


def standing(library):
    return {number: (said.verdict, said.threshold) for number, said in library.regions("もふもふ").verdicts.items()}


def test_the_newest_verdict_stands_and_all_are_kept(library, numbers):
    first = numbers[0]
    say(library, "ada", (first, "accept"))
    say(library, "bob", (first, "reject"))
    assert standing(library) == {first: ("reject", None)}
    with library.database.read() as session:
        history = region_verdicts.history(session, first)
    assert [(said.author, said.verdict) for said in history] == [("ada", "accept"), ("bob", "reject")]


def test_sent_twice_a_verdict_is_stored_once(library, numbers):
    given = GivenRegion(uid(), numbers[0], "accept")
    assert say(library, "ada", given).accepted == say(library, "ada", given).accepted
    with library.database.read() as session:
        assert len(region_verdicts.history(session, numbers[0])) == 1


def test_an_id_is_of_one_verdict_only(library, numbers):
    given = GivenRegion(uid(), numbers[0], "accept")
    say(library, "ada", given)
    with pytest.raises(InvalidInputError, match="another verdict's"):
        say(library, "bob", given)
    with pytest.raises(InvalidInputError, match="another verdict's"):
        say(library, "ada", GivenRegion(given.client_id, numbers[1], "accept"))


def test_a_threshold_stays_until_it_is_moved_again(library, numbers):
    first = numbers[0]
    say(library, "ada", (first, "accept", 0.75))
    say(library, "ada", (first, "reject"))
    assert standing(library) == {first: ("reject", 0.75)}
    found = library.regions("もふもふ")
    assert [found.threshold(each) for each in found] == [0.75, 0.5, 0.5]
    assert list(found.to_pandas()["threshold"]) == [0.75, 0.5, 0.5]
    assert found.to_pandas()["verdict"].dropna().tolist() == ["reject"]


def test_nothing_is_stored_over_what_somebody_else_said_unseen(library, numbers):
    first, second, _ = numbers
    (theirs,) = say(library, "bob", (first, "reject")).accepted
    receipt = say(library, "ada", GivenRegion(uid(), first, "accept", expects=0), (second, "accept"))
    (conflict,) = receipt.conflicts
    assert (conflict.region, conflict.yours, conflict.theirs) == (first, "accept", theirs)
    assert [said.region_id for said in receipt.accepted] == [second]
    seen = GivenRegion(uid(), first, "accept", expects=theirs.id)
    assert say(library, "ada", seen).conflicts == ()


def test_undo_goes_back_through_all_that_one_said_and_redo_forward(library, numbers):
    first, second, _ = numbers
    say(library, "ada", (first, "accept", 0.25))
    say(library, "ada", (first, "reject", 0.75))
    assert say(library, "ada", (second, "accept")).undoable == 3
    undo(library, "ada")
    assert standing(library) == {first: ("reject", 0.75), second: ("clear", None)}
    undo(library, "ada")
    assert standing(library)[first] == ("accept", 0.25)
    receipt = undo(library, "ada")
    assert standing(library)[first] == ("clear", None)
    assert (receipt.undoable, receipt.redoable) == (0, 3)
    with pytest.raises(ConflictError, match="nothing to undo"):
        undo(library, "ada")
    for _ in range(3):
        receipt = redo(library, "ada")
    assert standing(library) == {first: ("reject", 0.75), second: ("accept", None)}
    assert (receipt.undoable, receipt.redoable) == (3, 0)


def test_an_undo_that_is_sent_twice_takes_one_verdict_back(library, numbers):
    first, second, _ = numbers
    say(library, "ada", (first, "accept"), (second, "accept"))
    client_id = uid()
    assert undo(library, "ada", client_id).accepted == undo(library, "ada", client_id).accepted
    assert standing(library) == {first: ("accept", None), second: ("clear", None)}


def test_who_judges_anew_has_nothing_to_redo(library, numbers):
    say(library, "ada", (numbers[0], "accept"))
    undo(library, "ada")
    assert say(library, "ada", (numbers[1], "accept")).redoable == 0
    with pytest.raises(ConflictError, match="nothing to redo"):
        redo(library, "ada")


def test_undo_leaves_what_somebody_else_said_since(library, numbers):
    first, second, _ = numbers
    say(library, "ada", (first, "accept"))
    say(library, "ada", (second, "accept"))
    say(library, "bob", (second, "reject"))
    undo(library, "ada")
    assert standing(library) == {first: ("clear", None), second: ("reject", None)}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((0, "perhaps"), "verdict 'perhaps': expected accept, reject, clear"),
        ((0, "accept", 0.0), "threshold 0.0"),
        ((0, "accept", float("nan")), "threshold nan"),
        ((999, "accept"), "region 999"),
    ],
)
def test_what_is_no_verdict_is_refused_with_all_that_came_with_it(library, numbers, given, says):
    wrong = (numbers[0], *given[1:]) if given[0] == 0 else given
    with pytest.raises(InvalidInputError, match=says):
        say(library, "ada", (numbers[1], "accept"), wrong)
    assert standing(library) == {}


def test_a_library_judges_one_region(library, numbers):
    said = library.judge_region(numbers[0], "accept", threshold=0.3, who="ada")
    assert (said.verdict, said.threshold, said.author) == ("accept", 0.3, "ada")
    with pytest.raises(UnknownNameError, match="region"):
        library.judge_region(999, "accept")
