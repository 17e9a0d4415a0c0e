"""The task of the score stage: words, by their numbers → how recognisable each is, stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mofu.db import activations
from mofu.workers import visualness
from mofu.workers.cluster.of_words import words_of
from mofu.workers.cluster.tasks import Items, Report, task
from mofu.workers.visualness_table import Asked, Request
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Scoring:
    """How words are measured; `judge` is the number of the set of activations that judges, None for each word's own."""

    request: Request
    judge: int | None


@task(visualness.SCORES)
def score(workshop: Workshop, items: Items, wanted: Scoring) -> Report:
    """Measure the recognizability of words that have not been measured as they are now.

    Raises:
        MissingError: this worker does not see the library's rows.
    """
    asked = [Asked(word.text, word) for word in words_of(workshop, items)]
    with workshop.database.read() as session:
        judge = None if wanted.judge is None else activations.find_set(session, wanted.judge)
    table = visualness.measure(workshop, asked, replace(wanted.request, entropy=False), judge)
    return Report(len(table.rows))
