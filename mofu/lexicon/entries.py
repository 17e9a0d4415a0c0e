"""What a lexicon says of a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mofu.errors import UnknownNameError

Kind = Literal["onomatopoeia", "texture", "colour", "noun"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a word is: a mimetic word, an adjective of a surface or of a colour, or a noun that these go with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the lexicon.

    Attributes:
        word: as it is mostly written, and so searched for.
        kana: its reading in hiragana; empty for a word that is not Japanese.
        romaji: the reading in Hepburn; empty likewise.
        gloss: what it means, in English for a Japanese word, in Japanese for an English one.
        kind: see `KINDS`.
        language: ja or en.
    """

    word: str
    kana: str
    romaji: str
    gloss: str
    kind: Kind
    language: str


def check_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of these names; all of them where none is named.

    Raises:
        UnknownNameError: a name is none; lists the kinds there are.
    """
    for name in names:
        if name not in KINDS:
            raise UnknownNameError("kind of word", name, KINDS)
    return tuple(kind for kind in KINDS if kind in names) or KINDS
