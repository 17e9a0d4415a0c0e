from __future__ import annotations

from collections import Counter

import pytest

from mofu.demo.words import WORDS as DEMO_WORDS
from mofu.errors import UnknownNameError
from mofu.lexicon import Entry, check_kinds, folded, load, romanised
from mofu.lexicon.kana import is_kana

LEXICON = load()
SLIDES = (
    "ふわふわ ごつごつ ざらざら じゅわじゅわ ふさふさ ふくふく べとべと ぶつぶつ ぶくぶく しゃきしゃき "
    "つやつや もふもふ くたくた うぞうぞ ゴロゴロ パサパサ サクサク なめらか 濃厚 淡い "
    "ポンポン フレッシュ ブルー 黄色い 赤い 犬 靴 ケーキ 花"
)


@pytest.mark.parametrize("word", SLIDES.split())
def test_every_word_of_the_slides_is_there(word: str) -> None:
    assert word in {entry.word for entry in LEXICON.entries}


@pytest.mark.parametrize(
    ("kind", "language", "least"),
    [
        ("onomatopoeia", "ja", 170),
        ("texture", "ja", 30),
        ("texture", "en", 80),
        ("colour", "ja", 15),
        ("noun", "ja", 60),
    ],
)
def test_there_are_many_of_each_kind(kind: str, language: str, least: int) -> None:
    assert sum(entry.language == language for entry in LEXICON.matching(kinds=[kind])) >= least


def test_no_word_stands_twice_in_whichever_kana() -> None:
    counts = Counter(folded(entry.word) for entry in LEXICON.entries)
    assert [word for word, count in counts.items() if count > 1] == []


def test_no_two_mimetic_words_are_read_alike() -> None:
    counts = Counter(entry.kana for entry in LEXICON.matching(kinds=["onomatopoeia"]))
    assert [kana for kana, count in counts.items() if count > 1] == []


def test_every_romaji_is_what_its_kana_says() -> None:
    japanese = [entry for entry in LEXICON.entries if entry.language == "ja"]
    assert [(e.word, e.romaji, romanised(e.kana)) for e in japanese if e.romaji != romanised(e.kana)] == []


def test_every_kana_is_hiragana_and_that_of_a_word_in_kana_is_the_word() -> None:
    for entry in LEXICON.entries:
        if entry.language == "ja":
            assert entry.kana == folded(entry.kana)
            assert is_kana(entry.kana)
            assert not is_kana(entry.word) or entry.kana == folded(entry.word)


def test_a_japanese_word_is_explained_in_english_and_an_english_one_in_japanese() -> None:
    for entry in LEXICON.entries:
        assert entry.gloss.strip() == entry.gloss
        assert entry.gloss
        assert entry.gloss.isascii() == (entry.language == "ja")


def test_every_word_of_the_demo_can_be_looked_up() -> None:
    known = {entry.word: entry.romaji for entry in LEXICON.entries}
    assert {word.text: known.get(word.text) for word in DEMO_WORDS} == {w.text: w.romaji for w in DEMO_WORDS}


def test_candidates_are_all_words_but_the_nouns() -> None:
    candidates = LEXICON.candidates()
    assert "もふもふ" in candidates
    assert "bumpy" in candidates
    assert "犬" not in candidates
    assert "bumpy" not in LEXICON.candidates("ja")


@pytest.mark.parametrize("sought", ["モフモフ", "もふ", "mofumofu", "MOFU", "thick and soft"])
def test_a_word_is_found_by_either_kana_romaji_or_meaning(sought: str) -> None:
    assert "もふもふ" in {entry.word for entry in LEXICON.matching(sought)}


def test_romaji_is_found_without_its_macrons() -> None:
    assert [entry.word for entry in LEXICON.matching("keki")] == ["ケーキ"]


def test_kinds_are_checked_by_name_and_none_means_all() -> None:
    assert check_kinds(["noun", "texture"]) == ("texture", "noun")
    assert check_kinds([]) == ("onomatopoeia", "texture", "colour", "noun")
    with pytest.raises(UnknownNameError, match="did you mean 'noun'"):
        check_kinds(["nouns"])


def test_an_entry_says_what_it_is() -> None:
    assert LEXICON.matching("mofumofu")[0] == Entry(
        "もふもふ", "もふもふ", "mofumofu", "fluffy, thick and soft (fur)", "onomatopoeia", "ja"
    )
