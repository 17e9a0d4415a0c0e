"""Titles and tags of hits → how often which words go with a noun.

Japanese has no spaces between words, so a word counts where it stands in the text, in either kana, unless a longer word
that is known covers it: in ふわふわ no ふわ is counted. Words in Latin letters count as whole words only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mofu.lexicon.kana import folded

_LEAST_READING = 4
"""Kana of a reading that may stand for a word written with kanji: はな is part of too many other words."""


@dataclass(frozen=True, slots=True)
class HitText:
    """What a hit says of itself.

    Attributes:
        text: title and tags, a line each.
        searches: of each search that found it, the words that were searched for.
    """

    text: str
    searches: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may go with a noun, and how it is read, in kana; empty where that is not known."""

    word: str
    kana: str = ""


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """How often a word goes with a noun.

    Attributes:
        count: hits of the noun that have the word in title or tags, and were found without searching for the word.
        of: all hits of the noun that were found without searching for the word; None where a table gave the count.
    """

    word: str
    count: int
    of: int | None


class WordFinder:
    """Finds known words in texts.

    Args:
        candidates: words, with readings that stand for them where these are long enough to be told from other words.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._words: dict[str, str] = {}
        readings: dict[str, str] = {}
        for candidate in candidates:
            self._words.setdefault(folded(candidate.word), candidate.word)
            if len(candidate.kana) >= _LEAST_READING:
                readings.setdefault(folded(candidate.kana), candidate.word)
        self._words = readings | self._words
        longest_first = sorted(self._words, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(_pattern, longest_first))) if longest_first else None

    def words_in(self, text: str) -> set[str]:
        """The words that stand in a text, as they were given."""
        found = self._pattern.findall(folded(text)) if self._pattern else []
        return {self._words[form] for form in found}


def cooccurrences(
    noun: str, hits: Iterable[HitText], candidates: Sequence[Candidate], known: Sequence[Candidate] = ()
) -> list[Cooccurrence]:
    """How many of a noun's hits have each candidate, the most frequent first, ties in the order given.

    A hit is the noun's if the noun was searched for or stands in its text. A hit that was found by searching for a
    candidate alone says nothing of how often that candidate goes with the noun, and is left out of its count.

    Args:
        noun: the noun.
        hits: of whatever search, each address once.
        candidates: what is counted; those that occur nowhere are not in the answer.
        known: further words, which are not counted but cover shorter ones.
    """
    finder = WordFinder([*candidates, Candidate(noun), *known])
    counts, asked_for, total = Counter[str](), Counter[str](), 0
    for hit in hits:
        searches = [{folded(word) for word in search} for search in hit.searches]
        found = {folded(word) for word in finder.words_in(hit.text)}
        if folded(noun) not in found.union(*searches):
            continue
        always = set.intersection(*searches) if searches else set()
        total += 1
        asked_for.update(always)
        counts.update(found - always)
    rows = [
        Cooccurrence(candidate.word, counts[form], total - asked_for[form])
        for candidate, form in ((candidate, folded(candidate.word)) for candidate in candidates)
        if counts[form]
    ]
    return sorted(rows, key=lambda row: -row.count)


def _pattern(form: str) -> str:
    """A form as a regular expression: letters of Latin words must not go on before or after it."""
    before = r"(?<![a-z0-9])" if form[0].isascii() else ""
    after = r"(?![a-z0-9])" if form[-1].isascii() else ""
    return before + re.escape(form) + after
