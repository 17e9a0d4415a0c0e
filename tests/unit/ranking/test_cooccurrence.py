from __future__ import annotations

import pytest

from mofu.ranking.cooccurrence import Candidate, Cooccurrence, HitText, WordFinder, cooccurrences

FLUFFY, FUWA, FRESH, RED, SOFT = (
    Candidate("ふわふわ", "ふわふわ"),
    Candidate("ふわ", "ふわ"),
    Candidate("フレッシュ", "ふれっしゅ"),
    Candidate("red"),
    Candidate("柔らかい", "やわらかい"),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("公園のふわふわ犬", {"ふわふわ"}),
        ("フワフワな犬とﾌﾜﾌﾜな猫", {"ふわふわ"}),
        ("ふわっと", {"ふわ"}),
        ("ふわふわふわ", {"ふわふわ", "ふわ"}),
        ("とてもふれっしゅ", {"フレッシュ"}),
        ("やわらかい布", {"柔らかい"}),
        ("柔らかい布", {"柔らかい"}),
        ("A RED rose", {"red"}),
        ("braided hundreds", set()),
        ("赤red赤", {"red"}),
        ("", set()),
    ],
)
def test_the_longest_word_counts_in_either_kana_and_latin_words_as_a_whole(text: str, words: set[str]) -> None:
    assert WordFinder([FLUFFY, FUWA, FRESH, RED, SOFT]).words_in(text) == words


def test_a_short_reading_stands_for_nothing() -> None:
    assert WordFinder([Candidate("花", "はな")]).words_in("はなしの花") == {"花"}
    assert WordFinder([Candidate("花", "はな")]).words_in("はなし") == set()


def _hit(text: str, *searches: tuple[str, ...]) -> HitText:
    return HitText(text, searches)


def test_words_are_counted_in_the_hits_of_a_noun_the_most_frequent_first() -> None:
    hits = [
        _hit("ふわふわの子犬", ("犬",)),
        _hit("柔らかい毛\nふわふわ", ("犬",)),
        _hit("フレッシュ", ("犬",)),
        _hit("犬とふわふわの雲", ("雲",)),
        _hit("ふわふわの猫", ("猫",)),
    ]
    assert cooccurrences("犬", hits, [SOFT, FRESH, FLUFFY]) == [
        Cooccurrence("ふわふわ", 3, 4),
        Cooccurrence("柔らかい", 1, 4),
        Cooccurrence("フレッシュ", 1, 4),
    ]


def test_a_hit_that_was_searched_for_by_a_word_is_no_witness_for_it() -> None:
    hits = [
        _hit("ふわふわの犬、柔らかい", ("フワフワ", "犬")),
        _hit("ふわふわの犬", ("フワフワ", "犬"), ("犬",)),
        _hit("犬", ("犬",)),
    ]
    assert cooccurrences("犬", hits, [FLUFFY, SOFT]) == [Cooccurrence("ふわふわ", 1, 2), Cooccurrence("柔らかい", 1, 3)]


def test_a_known_longer_word_covers_a_shorter_one() -> None:
    hits = [_hit("花柄の服", ("服",))]
    assert cooccurrences("服", hits, [Candidate("花")], known=[Candidate("花柄")]) == []
    assert cooccurrences("服", hits, [Candidate("花")]) == [Cooccurrence("花", 1, 1)]


def test_no_hits_and_no_candidates_give_no_counts() -> None:
    assert cooccurrences("犬", [], [FLUFFY]) == []
    assert cooccurrences("犬", [_hit("ふわふわの犬", ("犬",))], []) == []
