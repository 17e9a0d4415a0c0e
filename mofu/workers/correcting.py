"""Verdicts in → a new order at once, what moved and how far, and which images to judge next.

What opens a word reads its activations and solves from nothing; each preview after that starts from the one before it.
Neither stores anything; saving makes the preview the current ranking, in one transaction. No step needs the library's
writing place: people correct while builds run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mofu.db import rankings, verdicts
from mofu.db.rankings import RankedRecord, RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.ranking.correction import Correction
from mofu.ranking.strategies.result import StrategyResult
from mofu.workers.basis import as_ranked, of_ranking
from mofu.workers.candidates import WordCandidates, candidates_of
from mofu.workers.ordering import rank_word
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Standing:
    """One image of a preview.

    Attributes:
        rank: from 1.
        former_rank: in the current ranking; None where it had none.
        verdict: what stands on it or a near-duplicate; None, accept, reject or unsure.
    """

    sha256: str
    rank: int
    former_rank: int | None
    score: float
    verdict: str | None

    @property
    def climbed(self) -> int:
        """Places gained (above 0) or lost (below 0)."""
        return (self.former_rank or self.rank) - self.rank


@dataclass(frozen=True, slots=True)
class Preview:
    """A word's order with the verdicts of now, not stored: `images` best first, by the strategy of that name."""

    word: str
    strategy: str
    images: tuple[Standing, ...]

    @property
    def moved(self) -> tuple[Standing, ...]:
        """The images that stand elsewhere than in the current ranking, the furthest first."""
        return tuple(sorted((i for i in self.images if i.climbed), key=lambda i: (-abs(i.climbed), i.rank)))


class WordCorrection:
    """A word that is being corrected: what its ranking is made of stays in memory between verdicts."""

    def __init__(self, workshop: Workshop, word: WordRecord, otherwise: Mapping[str, Any] | None = None) -> None:
        """Open a word at its current ranking: its activations, its background, its strategy and the settings of that.

        No backbone is loaded: a description that the ranking was made by was kept as its vector.

        Args:
            workshop: the library; its own settings for ranking are not heeded.
            word: ranked.
            otherwise: settings for ranking, by name, that are to differ from those of the ranking.

        Raises:
            NothingFoundError: the word is not ranked, or its activations are gone.
            UnknownNameError: no such strategy.
            InvalidSettingError: no such setting, or the strategy needs what the ranking does not have.
        """
        with workshop.database.read() as session:
            ranking = rankings.current(session, word.id)
            if ranking is None:
                raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
            self._former = _former_ranks(rankings.images(session, ranking.id))
        self.word, self._workshop = word, as_ranked(workshop, ranking, otherwise or {})
        self._basis, self._judged = of_ranking(self._workshop, ranking), self._standing()
        self._own: WordCandidates = candidates_of(self._workshop, word, self._basis)
        settings = self._workshop.settings.ranking
        self._correction = Correction(self._own.labelled(self._judged), self._basis.strategy, settings)

    def preview(self) -> Preview:
        """The order with the verdicts that stand now."""
        judged = self._standing()
        if judged != self._judged:
            self._judged = judged
            self._correction.judge(self._own.labels(judged))
        return Preview(self.word.text, self._correction.result.strategy, self._images(self._correction.result))

    def save(self) -> RankingRecord:
        """Make the order with the verdicts that stand the word's current ranking; the same again changes nothing."""
        with self._workshop.database.read() as session:
            labels = verdicts.labels(session, self.word.id)
        saved, _ = rank_word(self._workshop, self.word, self._basis, labels)
        with self._workshop.database.read() as session:
            self._former = _former_ranks(rankings.images(session, saved.id))
        return saved

    def next_to_judge(self, count: int = 10) -> tuple[str, ...]:
        """SHA-256 of the images whose verdicts would say most, the most telling first; none that was unsure."""
        chosen = self._correction.proposals(count, self._own.unsure(self._judged))
        names = self._own.representatives
        return tuple(names[index] for index in chosen.tolist())

    def _standing(self) -> dict[str, str]:
        """SHA-256 → the judgement that stands."""
        with self._workshop.database.read() as session:
            return {name: each.judgement for name, each in verdicts.standing(session, self.word.id).items()}

    def _images(self, result: StrategyResult) -> tuple[Standing, ...]:
        names, said = self._own.representatives, self._own.judgements(self._judged)
        return tuple(
            Standing(names[i], rank, self._former.get(names[i]), float(result.scores[i]), said[i])
            for rank, i in enumerate(np.asarray(result.order).tolist(), 1)
        )


def _former_ranks(ranked: Sequence[RankedRecord]) -> dict[str, int]:
    """SHA-256 → rank, for near-duplicates that of the image that stands for them."""
    own = {record.image_sha256: record.rank for record in ranked if record.rank is not None}
    copies = {r.image_sha256: own[r.represented_by] for r in ranked if r.represented_by is not None}
    return own | copies
