"""A deleted word → its rows dropped, with those of what was made of its own images; which files may go with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mofu.db import deletion, region_files, style_files
from mofu.db.hits import ImageRecord
from mofu.db.style_files import OfWord
from mofu.db.words import WordRecord


@dataclass(frozen=True, slots=True)
class Purged:
    """What a word had, once its rows are dropped: files that others may name, too, but for `images`."""

    word: WordRecord
    images: Sequence[ImageRecord]
    maps: Collection[str]
    classifiers: Collection[str]
    style: OfWord


def drop_rows(session: Session, word: WordRecord) -> Purged:
    """Drop a word's rows, and those of stylised copies of its own images; files are for when that is committed."""
    maps, classifiers = region_files.files_of_word(session, word.id)
    style = style_files.of_word(session, word.id)
    style_files.forget_word(session, word.id)
    images = deletion.purge_word(session, word.id)
    made: set[str] = set()
    for start in range(0, len(images), deletion.SOME):
        names = [image.sha256 for image in images[start : start + deletion.SOME]]
        made |= style_files.made_of(session, names)
        style_files.forget_made_of(session, names)
    return Purged(word, images, maps, classifiers, OfWord(style.packs, style.pictures, style.results | made))
