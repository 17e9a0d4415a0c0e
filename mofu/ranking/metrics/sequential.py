"""From successes among draws without replacement to evidence for or against a threshold, to be read after each draw.

An interval holds for one look: who looks after each draw and stops when it suits is wrong far more often than it says.
Evidence is a likelihood ratio whose expectation never grows while the statement it speaks against is true, so that the
chance that it *ever* reaches 1/α is at most α (Ville's inequality; Wald 1945, Waudby-Smith and Ramdas 2020, "Confidence
sequences for sampling without replacement").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.metrics.intervals import hypergeometric_probabilities

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What each outcome of a sample says of a proportion's threshold.

    Attributes:
        reached: (n + 1,) float64 ≥ 0, after 0, 1 … n successes, the evidence that the threshold is reached; infinite
            where it must be.
        missed: (n + 1,) the evidence that it is missed.
    """

    reached: Reals
    missed: Reals


@lru_cache(maxsize=1024)
def sequential_evidence(n: int, population: int, threshold: float) -> Evidence:
    """Weigh whether at least `threshold` of a finite population are successes.

    With K₀ the greatest number of successes that misses the threshold and K₁ = K₀ + 1, the evidence is the mean of
    P(x | K) over all K ≥ K₁ by P(x | K₀), and the mean over all K ≤ K₀ by P(x | K₁). K₀ is the hardest to tell of all
    that miss: under a smaller K a success is less likely at each draw, and it is successes that raise the ratio.

    Args:
        n: draws so far, without replacement.
        population: what they are drawn from.
        threshold: a proportion in (0, 1].

    Raises:
        ValueError: not 0 ≤ n ≤ population, an empty population, or a threshold outside (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"a threshold of {threshold}: expected one above 0 and at most 1")
    chances = hypergeometric_probabilities(n, population)
    least = int(np.searchsorted(np.arange(population + 1) / population, threshold))
    reached = _ratio(chances[least:].mean(axis=0), chances[least - 1])
    missed = _ratio(chances[:least].mean(axis=0), chances[least])
    return Evidence(reached, missed)


def _ratio(alternative: Reals, null: Reals) -> Reals:
    """0 where neither can be, infinite where only the alternative can."""
    ratio = np.where(alternative > 0, np.inf, 0.0)
    np.divide(alternative, null, out=ratio, where=null > 0)
    ratio.setflags(write=False)
    return ratio
