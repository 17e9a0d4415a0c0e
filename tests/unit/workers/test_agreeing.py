"""Who thinks what of a word's images, and how far people agree: hand-worked, and through undo."""

import math
import uuid

import pytest

from mofu.db import hits, words
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.verdict_log import Given
from mofu.library import Library
from mofu.workers import verdict_log
from mofu.workers.agreeing import agreement, disputed, opinions
from mofu.workers.verdict_log import Sent

pytestmark = pytest.mark.both_databases

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def library(placed, tmp_path):
    """A library with a word of two images."""
    with Library.open(placed(tmp_path / "library")) as opened:
        with opened.database.write() as session:
            word = words.ensure(session, "もふもふ")
            stream = hits.open_stream(session, word.id, "demo", "もふもふ", "")
            page = [{"url": f"http://demo/{name}", "license": "CC0-1.0"} for name in (ONE, TWO)]
            _, found = hits.add_page(session, stream, 0, page, None, None)
            results = [HitResult(hit.id, hits.STORED, None, name) for hit, name in zip(found, (ONE, TWO), strict=True)]
            hits.record(session, results, [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        yield opened


def say(library, who, image, judgement):
    sent = [Sent(str(uuid.uuid4()), (Given(str(uuid.uuid4()), image, judgement),))]
    verdict_log.submit(library.workshop, library.word("もふもふ"), who, sent)


def test_everybody_has_their_own_opinion_and_undo_gives_the_one_before_back(library):
    word = library.word("もふもふ")
    say(library, "bob", ONE, "reject")
    say(library, "ada", ONE, "unsure")
    say(library, "ada", ONE, "accept")
    say(library, "ada", TWO, "accept")
    assert opinions(library.workshop, word) == {ONE: {"bob": "reject", "ada": "accept"}, TWO: {"ada": "accept"}}
    for _ in range(2):
        verdict_log.undo(library.workshop, word, "ada", str(uuid.uuid4()))
    assert opinions(library.workshop, word) == {ONE: {"bob": "reject", "ada": "unsure"}}
    verdict_log.undo(library.workshop, word, "ada", str(uuid.uuid4()))
    assert opinions(library.workshop, word) == {ONE: {"bob": "reject"}}
    verdict_log.redo(library.workshop, word, "ada", str(uuid.uuid4()))
    say(library, "bob", ONE, "clear")
    assert opinions(library.workshop, word) == {ONE: {"ada": "unsure"}}


def test_what_some_accept_and_some_reject_is_disputed():
    of = {"a": {"ada": "accept", "bob": "reject"}, "b": {"ada": "accept", "bob": "unsure"}, "c": {"ada": "reject"}}
    assert disputed(of) == {"a": {"ada": "accept", "bob": "reject"}}


def test_kappa_of_two_people_is_cohens():
    # accept/accept 20, accept/reject 5, reject/accept 10, reject/reject 15: κ = (0.7 - 0.5) / (1 - 0.5)
    said = [("accept", "accept")] * 20 + [("accept", "reject")] * 5 + [("reject", "accept")] * 10
    said += [("reject", "reject")] * 15
    found = agreement({str(i): {"ada": ada, "bob": bob} for i, (ada, bob) in enumerate(said)})
    (pair,) = found.pairs
    assert (pair.images, pair.same, pair.kappa) == (50, 35, pytest.approx(0.4))
    assert found.images == 50


def test_of_three_people_only_what_all_judged_counts_for_all():
    everybody = {"a": "accept", "b": "accept", "c": "reject"}
    of = {"1": everybody, "2": dict.fromkeys("abc", "reject"), "3": {"a": "accept", "b": "accept"}}
    found = agreement(of)
    assert (found.people, found.images) == ((("a", 3), ("b", 3), ("c", 2)), 2)
    assert [(pair.first + pair.second, pair.images, pair.same) for pair in found.pairs] == [
        ("ab", 3, 3), ("ac", 2, 1), ("bc", 2, 1)
    ]  # fmt: skip
    # Fleiss: p = 1/3 and 1, mean 2/3; shares 1/3 and 2/3, chance 5/9
    assert found.kappa == pytest.approx((2 / 3 - 5 / 9) / (1 - 5 / 9))


def test_one_person_agrees_with_nobody():
    found = agreement({"1": {"ada": "accept"}})
    assert (found.pairs, found.images, math.isnan(found.kappa)) == ((), 1, True)
    assert agreement({}).people == ()
