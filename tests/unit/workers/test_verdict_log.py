"""Verdicts from clients: stored once, never over somebody else's; steps undone and redone, whenever it was closed."""

import threading
import uuid

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from mofu.db import hits, steps, verdicts, words
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.steps import StepRecord
from mofu.db.verdict_log import Given
from mofu.errors import ConflictError, InvalidInputError
from mofu.library import Library
from mofu.workers import verdict_log
from mofu.workers.verdict_log import Sent

pytestmark = pytest.mark.both_databases

NAMES = tuple(f"{number:064x}" for number in range(1, 9))
ONE, TWO, THREE = NAMES[:3]


@pytest.fixture
def root(placed, tmp_path):
    """A library with a word of eight images."""
    with Library.open(placed(tmp_path / "library")) as library, library.database.write() as session:
        word = words.ensure(session, "もふもふ")
        stream = hits.open_stream(session, word.id, "demo", "もふもふ", "")
        page = [{"url": f"http://demo/{name}", "license": "CC0-1.0"} for name in NAMES]
        _, found = hits.add_page(session, stream, 0, page, None, None)
        results = [HitResult(hit.id, hits.STORED, None, name) for hit, name in zip(found, NAMES, strict=True)]
        hits.record(session, results, [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in NAMES])
    return tmp_path / "library"


@pytest.fixture
def library(root):
    with Library.open(root) as opened:
        yield opened


def uid():
    return str(uuid.uuid4())


def give(library, who, images, judgement, expects=0):
    given = [Given(uid(), image, judgement, expects) for image in images]
    return verdict_log.submit(library.workshop, library.word("もふもふ"), who, [Sent(uid(), given)])


def back(library, who, **more):
    return verdict_log.undo(library.workshop, library.word("もふもふ"), who, uid(), **more)


def again(library, who, **more):
    return verdict_log.redo(library.workshop, library.word("もふもふ"), who, uid(), **more)


def standing(library):
    return {name: verdict.judgement for name, verdict in library.verdicts("もふもふ").items()}


def log(library):
    with library.database.read() as session:
        return verdicts.history(session)


def test_what_is_sent_twice_is_stored_once_and_answered_the_same(library):
    word, step, given = (
        library.word("もふもふ"),
        uid(),
        [Given(uid(), ONE, "accept", 0), Given(uid(), TWO, "accept", 0)],
    )
    first = verdict_log.submit(library.workshop, word, "ada", [Sent(step, given)])
    assert verdict_log.submit(library.workshop, word, "ada", [Sent(step, given)]) == first
    assert len(log(library)) == 2
    assert (first.undoable, first.redoable, first.conflicts) == (1, 0, ())


def test_who_did_not_see_another_s_verdict_gets_both_and_overwrites_nothing(library):
    (theirs,) = give(library, "bob", [ONE], "reject").accepted
    receipt = give(library, "ada", [ONE, TWO], "accept")
    assert [each.image for each in receipt.accepted] == [TWO]
    (conflict,) = receipt.conflicts
    assert (conflict.image, conflict.yours) == (ONE, "accept")
    assert (conflict.theirs.number, conflict.theirs.judgement, conflict.theirs.who) == (theirs.number, "reject", "bob")
    assert standing(library) == {ONE: "reject", TWO: "accept"}


def test_who_saw_it_may_follow_it_and_one_s_own_verdicts_are_no_conflict(library):
    (theirs,) = give(library, "bob", [ONE], "reject").accepted
    assert not give(library, "ada", [ONE], "accept", expects=theirs.number).conflicts
    assert not give(library, "ada", [ONE], "unsure", expects=0).conflicts
    assert standing(library) == {ONE: "unsure"}


def test_of_a_step_that_was_refused_nothing_is_left_to_undo(library):
    give(library, "bob", [ONE], "reject")
    assert give(library, "ada", [ONE], "accept").undoable == 0


def test_an_image_twice_in_a_step_has_its_last_judgement_and_undo_takes_back_both(library):
    give(library, "ada", [ONE], "unsure")
    given = [Given(uid(), ONE, "accept", 0), Given(uid(), ONE, "reject", 0)]
    verdict_log.submit(library.workshop, library.word("もふもふ"), "ada", [Sent(uid(), given)])
    assert standing(library) == {ONE: "reject"}
    back(library, "ada")
    assert standing(library) == {ONE: "unsure"}


@pytest.mark.parametrize(
    "given",
    [[], [Given("7", ONE, "accept")], [Given(uid(), ONE, "nice")], [Given(uid(), "f" * 64, "accept")],
     [Given(uid(), ONE, "accept"), Given(uid(), TWO, "fine")]],
)  # fmt: skip
def test_what_is_no_verdict_is_refused_and_nothing_of_its_step_is_stored(library, given):
    with pytest.raises(InvalidInputError):
        verdict_log.submit(library.workshop, library.word("もふもふ"), "ada", [Sent(uid(), given)])
    assert log(library) == []


def test_more_than_a_thousand_at_once_are_refused(library):
    with pytest.raises(InvalidInputError, match="1001 verdicts at once: expected 1 to 1000"):
        give(library, "ada", [ONE] * 1001, "accept")


def test_the_id_of_another_s_verdict_or_step_is_refused(library):
    word, step, given = library.word("もふもふ"), uid(), [Given(uid(), ONE, "accept", 0)]
    verdict_log.submit(library.workshop, word, "ada", [Sent(step, given)])
    with pytest.raises(InvalidInputError, match="verdict id"):
        verdict_log.submit(library.workshop, word, "bob", [Sent(uid(), given)])
    with pytest.raises(InvalidInputError, match="step id"):
        verdict_log.submit(library.workshop, word, "bob", [Sent(step, [Given(uid(), TWO, "accept", 0)])])


def test_a_range_is_one_step_of_undo_and_of_redo(library):
    give(library, "ada", [ONE], "unsure")
    give(library, "ada", NAMES[:5], "accept")
    receipt = back(library, "ada")
    assert {each.image: each.judgement for each in receipt.accepted} == {
        ONE: "unsure", **dict.fromkeys(NAMES[1:5], "clear")
    }  # fmt: skip
    assert (standing(library), receipt.undoable, receipt.redoable) == ({ONE: "unsure"}, 1, 1)
    again(library, "ada")
    assert standing(library) == dict.fromkeys(NAMES[:5], "accept")


def test_undo_goes_on_in_a_library_that_was_closed_meanwhile(root):
    with Library.open(root) as library:
        for name in NAMES:
            give(library, "ada", [name], "accept")
        back(library, "ada")
    with Library.open(root) as library:
        for _ in NAMES[1:]:
            back(library, "ada")
        assert standing(library) == {}
        with pytest.raises(ConflictError, match="nothing to undo"):
            back(library, "ada")
        for _ in NAMES:
            again(library, "ada")
        assert standing(library) == dict.fromkeys(NAMES, "accept")


def test_an_undo_sent_twice_takes_back_one_step(library):
    give(library, "ada", [ONE], "accept")
    give(library, "ada", [TWO], "accept")
    word, asked = library.word("もふもふ"), uid()
    first = verdict_log.undo(library.workshop, word, "ada", asked)
    assert verdict_log.undo(library.workshop, word, "ada", asked) == first
    assert standing(library) == {ONE: "accept"}


def test_what_somebody_else_judged_since_is_not_taken_back_but_told_and_undo_goes_on(library):
    give(library, "ada", [ONE], "accept")
    (mine, _) = give(library, "ada", [TWO, THREE], "accept").accepted
    give(library, "bob", [TWO], "reject", expects=mine.number)
    receipt = back(library, "ada")
    assert [(c.image, c.yours, c.theirs.who, c.theirs.judgement) for c in receipt.conflicts] == [
        (TWO, "clear", "bob", "reject")
    ]  # fmt: skip
    assert standing(library) == {ONE: "accept", TWO: "reject"}
    back(library, "ada")
    assert standing(library) == {TWO: "reject"}


def test_a_step_that_is_not_the_newest_is_not_undone(library):
    give(library, "ada", [ONE], "accept")
    with pytest.raises(ConflictError, match="judged in another window"):
        back(library, "ada", step=uid())
    assert standing(library) == {ONE: "accept"}


def test_people_undo_their_own_steps_and_who_judges_anew_has_nothing_to_redo(library):
    give(library, "ada", [ONE], "accept")
    give(library, "bob", [TWO], "reject")
    back(library, "ada")
    assert standing(library) == {TWO: "reject"}
    assert give(library, "ada", [THREE], "accept").redoable == 0
    with pytest.raises(ConflictError, match="nothing to redo"):
        again(library, "ada")


def test_the_log_says_what_each_step_did(library):
    give(library, "ada", [ONE, TWO], "accept")
    give(library, "ada", [ONE], "reject")
    back(library, "ada")
    seen = verdict_log.step_log(library.workshop, library.word("もふもふ"), "ada")
    ((first,), (undone,)) = seen.done, seen.undone
    assert [(c.image, c.before, c.after) for c in first.changes] == [(ONE, "clear", "accept"), (TWO, "clear", "accept")]
    assert [(c.image, c.before, c.after) for c in undone.changes] == [(ONE, "accept", "reject")]
    assert (seen.undoable, seen.redoable) == (1, 1)


def test_several_steps_may_come_together_and_are_undone_one_by_one(library):
    sent = [Sent(uid(), (Given(uid(), image, "accept", 0),)) for image in (ONE, TWO)]
    receipt = verdict_log.submit(library.workshop, library.word("もふもふ"), "ada", sent)
    assert (len(receipt.accepted), receipt.undoable) == (2, 2)
    back(library, "ada")
    assert standing(library) == {ONE: "accept"}


def test_of_racing_edits_exactly_the_accepted_are_in_the_log(library):
    accepted: list[int] = []
    conflicts: list[int] = []

    def race(who):
        for number in range(60):
            receipt = give(library, who, [NAMES[number % 8]], ("accept", "reject")[number % 2])
            accepted.append(len(receipt.accepted))
            conflicts.append(len(receipt.conflicts))

    racing = [threading.Thread(target=race, args=(who,)) for who in ("ada", "bob")]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert sum(accepted) + sum(conflicts) == 120
    assert len(log(library)) == sum(accepted)


@drawn(st.lists(st.sampled_from(["give", "undo", "redo"])))
def test_replayed_steps_are_what_two_stacks_would_be(actions):
    written: list[StepRecord] = []
    done: list[str] = []
    undone: list[str] = []
    for number, action in enumerate(actions):
        follows = None
        if action == "give":
            done, undone = [*done, str(number)], []
        else:
            source, target = (done, undone) if action == "undo" else (undone, done)
            if not source:
                continue
            follows = source.pop()
            target.append(follows)
        written.append(StepRecord(number, str(number), 1, "ada", action, follows, None))
    stacks = steps.replay(written)
    assert ([s.uid for s in stacks.done], [s.uid for s in stacks.undone]) == (done, undone)
