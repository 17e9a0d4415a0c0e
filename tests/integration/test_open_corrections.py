"""Corrections that stay open between requests: one as long as its ranking is current, the least used closed first."""

import threading

import pytest

from mofu.db import words
from mofu.errors import NothingFoundError
from mofu.workers.open_corrections import OpenCorrections

pytestmark = pytest.mark.both_databases

WORDS = ("もふもふ", "ぶつぶつ", "しましま")


def opened(kept, word):
    with kept.of(word) as correction:
        return correction


def test_a_correction_stays_open_and_knows_what_was_said_since(web):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    with kept.of(word) as first:
        last = first.preview().images[-1].sha256
    web.library.verdict(word, last, "accept")
    with kept.of(word) as again:
        assert again is first
        assert again.preview().images[-1].sha256 != last


def test_another_ranking_opens_it_anew_but_one_s_own_save_does_not(web):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    first = opened(kept, word)
    web.library.verdict(word, first.preview().images[0].sha256, "reject")
    saved = kept.save(word)
    assert opened(kept, word) is first
    assert first.preview().moved == ()
    assert kept.save(word) == saved
    web.library.verdict(word, first.preview().images[0].sha256, "reject")
    assert web.library.rank(word).ranking.id != saved.id
    assert opened(kept, word) is not first


def test_the_least_used_are_closed_where_room_is_short(web):
    three = [web.library.word(text) for text in WORDS]
    roomy, short = OpenCorrections(web.library.workshop), OpenCorrections(web.library.workshop, most_bytes=1)
    for kept, stays in ((roomy, True), (short, False)):
        first = opened(kept, three[0])
        for word in three[1:]:
            opened(kept, word)
        assert (opened(kept, three[0]) is first) is stays


def test_a_word_without_a_ranking_has_no_correction(web):
    kept = OpenCorrections(web.library.workshop)
    with web.library.database.write() as session:
        word = words.ensure(session, "ごつごつ")
    with pytest.raises(NothingFoundError, match="not ranked yet"):
        opened(kept, word)


def test_threads_take_turns_on_a_word(web):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    seen = []

    def ask():
        with kept.of(word) as correction:
            seen.append((correction, [image.sha256 for image in correction.preview().images]))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(seen) == 4
    assert all(found == seen[0] for found in seen)


def test_a_preview_knows_every_verdict_that_was_stored_before_it_was_asked(web):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    for _ in range(3):
        last = kept.preview(word).images[-1].sha256
        web.library.verdict(word, last, "accept")
        assert kept.preview(word).images[-1].sha256 != last
        assert last not in kept.next_to_judge(word, 100)


def test_a_preview_that_began_no_earlier_than_it_was_asked_for_is_shared(web, monkeypatch):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    clock = iter([1.0, 2.0, 2.0, 3.0, 4.0])  # asked, begun; asked while that was made; asked afterwards, begun
    monkeypatch.setattr("mofu.workers.open_corrections.monotonic", lambda: next(clock))
    first = kept.preview(word)
    assert kept.preview(word) is first
    assert kept.preview(word) is not first


def test_a_save_leaves_no_preview_of_former_ranks(web):
    kept, word = OpenCorrections(web.library.workshop), web.library.word("もふもふ")
    web.library.verdict(word, kept.preview(word).images[0].sha256, "reject")
    assert kept.preview(word).moved
    kept.save(word)
    assert kept.preview(word).moved == ()
