"""An age → the results of styles that are older, gone from a library with their files: room on its disk."""

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
    """What went, or would go: files of results, and their bytes."""

    results: int
    bytes: int


def clean_results(workshop: Workshop, older_than: timedelta, *, dry_run: bool = False) -> Cleaned:
    """Drop the results that are older than an age; packs, given pictures, and files that younger results share stay.

    Args:
        workshop: the library.
        older_than: of what goes.
        dry_run: count, and drop nothing.
    """
    before = now() - older_than
    with workshop.database.read() as session:
        names = style_files.results_before(session, before)
    paths = [StyleStore(workshop.root).results.path(name) for name in names]
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    if not dry_run:
        with workshop.database.write() as session:
            style_files.forget_results(session, before)
        remove_unnamed(workshop, OfWord(frozenset(), frozenset(), frozenset(names)))
    return Cleaned(len(names), sum(sizes))
