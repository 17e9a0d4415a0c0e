"""The package's words and a user's file → one lexicon, to be searched and to take candidates from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from mofu.lexicon.entries import KINDS, Entry
from mofu.lexicon.files import read
from mofu.lexicon.kana import folded

_WITHOUT_MACRONS = str.maketrans("āīūēō", "aiueo")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words, each once, in the order of their kinds, in each the package's before those that a user added."""

    entries: tuple[Entry, ...]

    def matching(self, text: str = "", kinds: Collection[str] = KINDS) -> tuple[Entry, ...]:
        """Entries of these kinds that hold a text in word, reading, romaji or gloss, whatever the kana or the case."""
        sought = plain(text)
        return tuple(
            entry
            for entry in self.entries
            if entry.kind in kinds
            and any(sought in plain(field) for field in (entry.word, entry.kana, entry.romaji, entry.gloss))
        )

    def find(self, word: str) -> Entry | None:
        """The entry of a word, in whichever kana it is written; None where it is unknown."""
        return _by_word(self.entries).get(folded(word))

    def candidates(self, language: str | None = None) -> tuple[str, ...]:
        """The words that pictures may show: all but the nouns.

        What visualness ranks and what co-occurrence counts where nobody names words.
        """
        return tuple(e.word for e in self.entries if e.kind != "noun" and language in (None, e.language))


@cache
def _by_word(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    return {folded(entry.word): entry for entry in entries}


def load(file: Path | None = None) -> Lexicon:
    """The package's words, with those of a user's file added to them or put in their place.

    Raises:
        InvalidInputError: the file cannot be read, or one of its rows is not a word; says which line and why.
    """
    own = _packaged()
    return _merged(own, read(file)) if file is not None else Lexicon(own)


def _merged(entries: Sequence[Entry], others: Sequence[Entry]) -> Lexicon:
    """Entries and others; one of the same word takes the place of the first."""
    by_word = {folded(entry.word): entry for entry in entries}
    by_word |= {folded(entry.word): entry for entry in others}
    return Lexicon(tuple(sorted(by_word.values(), key=lambda entry: KINDS.index(entry.kind))))


@cache
def _packaged() -> tuple[Entry, ...]:
    folder = resources.files("mofu.lexicon")
    with resources.as_file(folder) as place:
        return tuple(entry for kind in KINDS for entry in read(place / f"{kind}.tsv"))


def plain(text: str) -> str:
    """A text folded and without macrons, so that koshi finds kōshi."""
    return folded(text).translate(_WITHOUT_MACRONS)
