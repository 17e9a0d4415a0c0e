"""An age → the results of styles, and the given pictures, that are older, gone from a library with their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mofu.db import style_files
from mofu.db.base import now
from mofu.db.style_files import OfWord
from mofu.workers.style_check import remove_unnamed
from mofu.workers.style_store import StyleStore
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What went, or would go: files of results, pictures that were given, and the bytes of both."""

    results: int
    pictures: int
    bytes: int


def clean_results(workshop: Workshop, older_than: timedelta, *, dry_run: bool = False) -> Cleaned:
    """Drop the results that are older than an age, and the given pictures of which nothing is left or asked for.

    Packs stay, and files that younger results share. A picture goes when it is as old, no result was made of it or with
    it, as a mask, and no job that waits or runs names it.

    Args:
        workshop: the library.
        older_than: of what goes.
        dry_run: count, and drop nothing.
    """
    before, store = now() - older_than, StyleStore(workshop.root)
    with workshop.database.write() as session:
        results = style_files.results_before(session, before)
        style_files.forget_results(session, before)
        pictures = style_files.unneeded(session, style_files.pictures_before(session, before))
        style_files.forget_pictures(session, pictures)
        if dry_run:
            session.rollback()
    paths = [store.results.path(name) for name in results] + [store.pictures.path(name) for name in pictures]
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    if not dry_run:
        remove_unnamed(workshop, OfWord(frozenset(), frozenset(pictures), frozenset(results)))
    return Cleaned(len(results), len(pictures), sum(sizes))
