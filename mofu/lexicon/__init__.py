"""Words worth asking for: onomatopoeia, texture and colour adjectives, and nouns to combine them with.

Ours, in the package, and extended or corrected by a user's own file.
"""

from mofu.lexicon.entries import KINDS, Entry, Kind, check_kinds
from mofu.lexicon.kana import folded, romanised
from mofu.lexicon.lexicon import Lexicon, load, plain

__all__ = ["KINDS", "Entry", "Kind", "Lexicon", "check_kinds", "folded", "load", "plain", "romanised"]
