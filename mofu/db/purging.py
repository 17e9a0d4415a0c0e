"""A deleted word → its rows dropped, with those of what was made of its own images; which files may go with them.

What is to be removed is written down with the end of the rows: whoever writes next finishes a purge that was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mofu.db import activations, deletion, region_files, style_files
from mofu.db.purge_tables import Purge
from mofu.db.style_files import OfWord
from mofu.db.words import WordRecord


@dataclass(frozen=True, slots=True)
class Left:
    """The files that a word had, once its rows are dropped; others may name them, too.

    Attributes:
        images: (SHA-256, format).
        maps, classifiers, packs, pictures, results: SHA-256.
        shards: paths, of those that hold activations of images which are no more.
    """

    images: Sequence[tuple[str, str]]
    shards: Sequence[str]
    maps: Sequence[str]
    classifiers: Sequence[str]
    packs: Sequence[str]
    pictures: Sequence[str]
    results: Sequence[str]

    @property
    def style(self) -> OfWord:
        """The files of style."""
        return OfWord(frozenset(self.packs), frozenset(self.pictures), frozenset(self.results))


def drop_rows(session: Session, word: WordRecord) -> None:
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
    left = Left(
        images=[(image.sha256, image.format) for image in images],
        shards=[shard.path for shard in activations.partly_named(session)],
        maps=sorted(maps),
        classifiers=sorted(classifiers),
        packs=sorted(style.packs),
        pictures=sorted(style.pictures),
        results=sorted(style.results | made),
    )
    session.add(Purge(left=asdict(left)))


def unfinished(session: Session) -> dict[int, Left]:
    """The purges whose files may not all be gone, by their numbers."""
    return {number: _read(left) for number, left in session.execute(select(Purge.id, Purge.left).order_by(Purge.id))}


def are_finished(session: Session) -> bool:
    """Whether nothing of any purge is left."""
    return session.scalar(select(Purge.id).limit(1)) is None


def finish(session: Session, number: int) -> None:
    """Note that nothing is left of a purge."""
    session.execute(delete(Purge).where(Purge.id == number))


def _read(left: dict[str, Any]) -> Left:
    images = [(sha256, image_format) for sha256, image_format in left["images"]]
    return Left(**left | {"images": images})
