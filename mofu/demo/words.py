"""The words that the demo can show: text → romaji and gloss."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoWord:
    """A word of the demo: as written, as read, what it means in English, and its language code."""

    text: str
    romaji: str
    gloss: str
    language: str = "ja"


WORDS: tuple[DemoWord, ...] = (
    DemoWord("もふもふ", "mofumofu", "fluffy"),
    DemoWord("とげとげ", "togetoge", "spiky"),
    DemoWord("ぶくぶく", "bukubuku", "bubbly"),
    DemoWord("しましま", "shimashima", "striped"),
    DemoWord("ざらざら", "zarazara", "grainy"),
    DemoWord("つやつや", "tsuyatsuya", "glossy"),
    DemoWord("ぼこぼこ", "bokoboko", "bumpy"),
    DemoWord("ぐるぐる", "guruguru", "swirly"),
    DemoWord("まだらまだら", "madaramadara", "blotchy"),
    DemoWord("あみあみ", "amiami", "woven"),
    DemoWord("ばきばき", "bakibaki", "cracked"),
    DemoWord("きらきら", "kirakira", "sparkling"),
)
