"""A word's images → the orders in which to look at them: the search's, each round's, the current, the corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mofu.db import images, rankings
from mofu.db.rankings import RankedRecord, RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import UnknownNameError
from mofu.library import Library
from mofu.workers.correcting import Preview

SEARCH, CURRENT, CORRECTED = "search", "current", "corrected"
ROUND = "round-"


@dataclass(frozen=True, slots=True)
class Listed:
    """One image of an order.

    Attributes:
        place: in this order, from 1.
        rank: in the current ranking; None before the first.
        score: in this order; None for an order without scores.
        copies: SHA-256 of its near-duplicates, for which it stands.
    """

    image: str
    place: int
    rank: int | None
    score: float | None
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orders:
    """A word's ranking, if there is one, and its images in the order of search."""

    ranking: RankingRecord | None
    ranked: tuple[RankedRecord, ...]
    found: tuple[str, ...]

    @classmethod
    def of(cls, library: Library, word: WordRecord) -> Orders:
        """Read a word's current ranking, or, before the first, what its search has given so far."""
        with library.database.read() as session:
            ranking = rankings.current(session, word.id)
            if ranking is not None:
                return cls(ranking, tuple(rankings.images(session, ranking.id)), ())
            return cls(None, (), tuple(image.sha256 for image in images.of_word(session, word.id)))

    @property
    def names(self) -> tuple[str, ...]:
        """The orders there are, in which one came after the other."""
        if self.ranking is None:
            return (SEARCH,)
        return (SEARCH, *(f"{ROUND}{i + 1}" for i in range(len(self.ranking.rounds))), CURRENT, CORRECTED)

    def listed(self, name: str, preview: Callable[[], Preview]) -> list[Listed]:
        """The images in an order, near-duplicates behind the image that stands for them.

        Args:
            preview: gives the corrected order, where that is asked for.

        Raises:
            UnknownNameError: no such order.
        """
        if name not in self.names:
            raise UnknownNameError("order", name, self.names)
        if self.ranking is None:
            return [Listed(image, place, None, None, ()) for place, image in enumerate(self.found, 1)]
        copies = self._copies()
        if name == CORRECTED:
            ranks = {each.image_sha256: each.rank for each in self.ranked}
            return [
                Listed(each.sha256, each.rank, ranks.get(each.sha256), each.score, copies.get(each.sha256, ()))
                for each in preview().images
            ]
        scored = [(each, self._score(each, name)) for each in self.ranked if each.rank is not None]
        scored.sort(key=lambda pair: _key(pair[0], pair[1], name))
        return [
            Listed(each.image_sha256, place, each.rank, score, copies.get(each.image_sha256, ()))
            for place, (each, score) in enumerate(scored, 1)
        ]

    def _score(self, each: RankedRecord, name: str) -> float:
        return each.round_scores[int(name.removeprefix(ROUND)) - 1] if name.startswith(ROUND) else each.score

    def _copies(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for each in self.ranked:
            if each.represented_by is not None:
                found[each.represented_by] = (*found.get(each.represented_by, ()), each.image_sha256)
        return found


def _key(each: RankedRecord, score: float, name: str) -> tuple[float, int]:
    if name == SEARCH:
        return (each.search_rank, 0)
    return (each.rank or 0, 0) if name == CURRENT else (-score, each.search_rank)
