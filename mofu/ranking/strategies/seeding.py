"""Orders, scores and verdicts → the seeds of the next round, the same way for every strategy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mofu.ranking.strategies.candidates import Candidates, Labels
from mofu.ranking.strategies.result import Indices, Scores, ordered_by_verdict, places

_FUSION = 60.0


def by_search(candidates: Candidates) -> Scores:
    """(n,) scores that put the images in the order of search."""
    return -np.arange(float(len(candidates)))


def first(scores: Scores, verdicts: Labels, count: int) -> Indices:
    """The accepted images, and the first so many of those that nobody judged, by score; never a rejected one.

    The accepted are additional: they were asked about because they were in doubt, and a round that learned from them in
    place of the best would not know any more what the word looks like at its clearest.
    """
    order = ordered_by_verdict(scores, verdicts)
    return np.concatenate([order[verdicts[order] > 0], order[verdicts[order] == 0][:count]])


def with_search(scores: Scores, weight: float) -> Scores:
    """Scores moved toward what the search's order says of them, as far as that order has shown to know, (n,).

    The regression of scores on places in the search is the prior mean of each: s + weight · ρ · σ · z, with z the
    standardised place (the first one highest), σ the scores' deviation and ρ ≥ 0 their correlation with z (the
    empirical Bayes of Efron and Morris 1973, up to scale). A search whose order says nothing moves nothing.
    """
    deviation = float(scores.std())
    if len(scores) < 2 or deviation == 0 or weight == 0:
        return scores
    place = -np.arange(float(len(scores)))
    standard = (place - place.mean()) / place.std()
    known = max(0.0, float(((scores - scores.mean()) * standard).mean()) / deviation)
    return np.asarray(scores + weight * known * deviation * standard)


def rank_fusion(orders: Sequence[Indices]) -> Scores:
    """Σ 1 / (60 + rank) over several orders, (n,): reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
    return np.asarray(sum(1.0 / (_FUSION + 1.0 + places(order)) for order in orders))
