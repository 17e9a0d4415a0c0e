"""Words of a library ↔ tasks about them: their numbers travel, what has been done is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mofu.db import words
from mofu.db.words import WordRecord
from mofu.errors import MissingError
from mofu.workers.cluster.spreading import Asked, spread
from mofu.workers.cluster.tasks import Items
from mofu.workers.workshop import Workshop


def spread_words(
    at: Workshop, task: str, numbers: Sequence[int], given: object, *, size: int = 1, needs: str | None = None
) -> int:
    """Have a cluster do a task for words, and tell of it; how many were done, those that failed left out.

    Args:
        at: the library, whose progress is told.
        task, given, size, needs: see `Asked`.
        numbers: of the words.

    Raises:
        MissingError, PartialError, MofuError: as `spread` does.
    """
    done = failed = 0
    for finished in spread(at, Asked(task, [str(number) for number in numbers], given, size, needs, of_images=False)):
        done, failed = done + finished.report.done, failed + finished.report.failed + len(finished.quarantined)
        at.progress.advance(done + failed, len(numbers), failed)
    return done


def words_of(workshop: Workshop, items: Items) -> Iterator[WordRecord]:
    """The words that a task is about, as this worker sees them.

    Raises:
        MissingError: it does not see one.
    """
    for item in items:
        with workshop.database.read() as session:
            word = words.by_id(session, int(item))
        if word is None:
            raise MissingError(f"it sees another library at {workshop.root}: word {item} is not in it")
        yield word
