"""From a word to the queries that find more of it, the plainest first, for sources that give too little for one query.

Japanese sound-symbolic words are written in either kana, and stand in texts as adverbs (もふもふと) or before a noun
(もふもふした, もふもふの) as often as alone; 質感 ("texture") asks for what is seen rather than for what is named so.
English words get the photographers' terms for the same.
"""

from __future__ import annotations

import unicodedata

_KATAKANA_MINUS_HIRAGANA = 0x60
_HIRAGANA = (*range(0x3041, 0x3097), 0x309D, 0x309E)
_TO_KATAKANA = {code: code + _KATAKANA_MINUS_HIRAGANA for code in _HIRAGANA}
_TO_HIRAGANA = {katakana: hiragana for hiragana, katakana in _TO_KATAKANA.items()}

_KANA = frozenset({*_TO_KATAKANA, *_TO_HIRAGANA, ord("ー")})

_JAPANESE_SUFFIXES = ("した", "と", "の")
_TERMS = {"ja": ("質感",), "en": ("texture", "surface", "close up")}


def variants(text: str, language: str, noun: str | None = None) -> tuple[str, ...]:
    """Distinct queries for a word, the plain one first, always in the same order.

    Args:
        text: the word.
        language: `ja` and `en` have variants of their own; other languages only other spellings.
        noun: a noun that is to appear with it, e.g. 犬; part of every query.
    """
    plain = " ".join(text.split())
    word = " ".join(unicodedata.normalize("NFKC", plain).split())
    queries = [plain, word]
    if language == "ja" and word and all(ord(letter) in _KANA for letter in word):
        queries += _kana_forms(word)
    queries += [f"{word} {term}" for term in _TERMS.get(language, ())]
    with_noun = (f"{query} {noun.strip()}" if noun and noun.strip() else query for query in queries)
    return tuple(dict.fromkeys(with_noun)) if plain else ()


def _kana_forms(word: str) -> list[str]:
    """The word in the other kana, then with what makes it stand before a noun or a verb, unless it has that already."""
    ending = next((suffix for suffix in _JAPANESE_SUFFIXES if word[2:].endswith(suffix)), "")
    swapped = _swapped(word.removesuffix(ending)) + ending
    return [swapped] if ending else [swapped, *(word + suffix for suffix in _JAPANESE_SUFFIXES)]


def _swapped(word: str) -> str:
    """The word in the other kana, where it is written in one kind alone; the long-vowel mark ー belongs to both."""
    kinds = {_kind(ord(letter)) for letter in word} - {None}
    if len(kinds) != 1:
        return word
    return word.translate(_TO_KATAKANA if kinds == {"hiragana"} else _TO_HIRAGANA)


def _kind(code: int) -> str | None:
    return "hiragana" if code in _TO_KATAKANA else "katakana" if code in _TO_HIRAGANA else None
