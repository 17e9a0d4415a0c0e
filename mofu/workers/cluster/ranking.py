"""The task of the rank stage: words, by their numbers → their rankings, stored; what has not changed is kept."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.db import verdicts
from mofu.errors import NothingFoundError
from mofu.workers import ordering
from mofu.workers.basis import Basis
from mofu.workers.cluster.of_words import words_of
from mofu.workers.cluster.tasks import Items, Report, task
from mofu.workers.workshop import Workshop

RANK = "rank"


@dataclass(frozen=True, slots=True)
class Ranking:
    """By what the words are ranked."""

    basis: Basis


@task(RANK)
def rank(workshop: Workshop, items: Items, wanted: Ranking) -> Report:
    """Rank words; one that has no activations counts as failed.

    Raises:
        MissingError: this worker does not see the library's rows.
    """
    done = 0
    for word in words_of(workshop, items):
        with workshop.database.read() as session:
            labels = verdicts.labels(session, word.id)
        try:
            ordering.rank_word(workshop, word, wanted.basis, labels)
        except NothingFoundError:
            continue
        done += 1
    return Report(done, len(items) - done)
