"""Japanese text → one spelling to compare by; kana → romaji."""

from __future__ import annotations

import re
import unicodedata

_HIRAGANA = {katakana: katakana - 0x60 for katakana in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_KANA = re.compile(r"[ぁ-ゖー]+")

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ",
    "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_STEMS = ("k", "sh", "ch", "n", "h", "m", "r", "g", "j", "b", "p")
_IRREGULAR = {
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu",
    "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ゔ": "vu",
    "しぇ": "she", "ちぇ": "che", "じぇ": "je", "てぃ": "ti", "でぃ": "di", "とぅ": "tu", "どぅ": "du",
}  # fmt: skip
_MORAE = (
    {kana: consonant + vowel for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)}
    | {
        first + small: (stem if stem in {"sh", "ch", "j"} else stem + "y") + vowel
        for first, stem in zip("きしちにひみりぎじびぴ", _STEMS, strict=True)
        for small, vowel in zip("ゃゅょ", "auo", strict=True)
    }
    | {
        first + small: stem + vowel
        for first, stem in (("ふ", "f"), ("う", "w"), ("ゔ", "v"))
        for small, vowel in zip("ぁぃぇぉ", "aieo", strict=True)
    }
    | _IRREGULAR
)
_LONG = dict(zip("aiueo", "āīūēō", strict=True))
_LENGTHENED = {"おう", "おお", "うう", "ああ", "ええ"}
_VOWELS = dict(zip("aueo", "あうえお", strict=True))


def folded(text: str) -> str:
    """A text as it is compared: compatible forms as one (NFKC), without case, katakana as hiragana."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA)


def is_kana(text: str) -> bool:
    """Whether a text is hiragana or katakana alone."""
    return _KANA.fullmatch(folded(text)) is not None


def romanised(kana: str) -> str:
    """Hepburn as now usual: ん is n throughout, n' before a vowel or y; long vowels have a macron, but ii and ei stay.

    A doubled word is read by its halves: うようよ is uyouyo, もうもう is mōmō. Where two parts of another compound meet
    in a vowel (湖, mizuumi), the rule cannot know and lengthens it.

    Raises:
        ValueError: something other than kana.
    """
    text = folded(kana)
    half = text[: len(text) // 2]
    if len(half) > 1 and half * 2 == text:
        once = _romanised(half)
        return once + ("'" if half.endswith("ん") and once[0] in "aiueoy" else "") + once
    return _romanised(text)


def _romanised(text: str) -> str:
    done, doubled, start = "", False, 0
    while start < len(text):
        mora = next((text[start : start + n] for n in (2, 1) if text[start : start + n] in _MORAE), text[start])
        start += len(mora)
        if mora == "っ" and start < len(text):
            doubled = True
        elif done and (mora == "ー" or _VOWELS.get(done[-1], "") + mora in _LENGTHENED):
            done = done[:-1] + _LONG.get(done[-1], done[-1])
        elif mora in _MORAE:
            sound = _MORAE[mora]
            apart = done.endswith("n") and text[start - len(mora) - 1] == "ん" and sound[0] in "aiueoy"
            done += ("'" if apart else "") + (_doubling(sound) if doubled else "") + sound
            doubled = False
        else:
            raise ValueError(f"{text!r} at {mora!r}: expected kana")
    return done


def _doubling(sound: str) -> str:
    return "t" if sound.startswith("ch") else sound[0]
