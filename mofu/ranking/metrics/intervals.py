"""From successes among trials to an interval for the proportion: of an endless population and of a finite one.

An audit draws some of the first k images without replacement, so the number of right ones in the sample is
hypergeometric and the truth is one of the k + 1 values 0/k … k/k. Exact intervals of a finite population are read off
the tests of each value: a value stays while a sample as odd as the one seen is not too improbable under it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

Reals = NDArray[np.float64]

_ROUNDING = 1e-7
"""Probabilities nearer to each other than this share of them are equal: ties are broken neither by the last bit nor by
the processor, and always so that the interval is the wider one."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included, in [0, 1]."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """From low to high."""
        return self.high - self.low

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The intervals of all outcomes of a sample.

    Attributes:
        low: (n + 1,) float64, the interval's lower end after 0, 1 … n successes.
        high: (n + 1,) float64, its upper end.
    """

    low: Reals
    high: Reals

    def after(self, successes: int) -> Interval:
        """The interval after so many successes; ValueError where there cannot be so many."""
        if not 0 <= successes < len(self.low):
            raise ValueError(f"{successes} successes of {len(self.low) - 1}: expected 0 to {len(self.low) - 1}")
        return Interval(float(self.low[successes]), float(self.high[successes]))


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a binomial proportion (Wilson 1927): covers `confidence` on average, not always.

    Returns:
        [0, 1] where n = 0.

    Raises:
        ValueError: not 0 ≤ successes ≤ n, or a confidence outside (0, 1).
    """
    _check(successes, n, confidence)
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, z2 = successes / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Interval(0.0 if successes == 0 else middle - half, 1.0 if successes == n else middle + half)


def clopper_pearson_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval of a binomial proportion (Clopper and Pearson 1934): covers `confidence` or more, always.

    Returns:
        [0, 1] where n = 0.

    Raises:
        ValueError: not 0 ≤ successes ≤ n, or a confidence outside (0, 1).
    """
    _check(successes, n, confidence)
    tail = (1 - confidence) / 2
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return Interval(low, high)


@lru_cache(maxsize=1024)
def hypergeometric_bounds(n: int, population: int, confidence: float = 0.95) -> Bounds:
    """The exact interval of a finite population: Clopper and Pearson's idea for a sample without replacement.

    Args:
        n: size of the sample.
        population: what it was drawn from without replacement.
        confidence: covered at least, whatever the truth.

    Returns:
        [0, 1] where n = 0; the truth alone where n is the population.

    Raises:
        ValueError: not 0 ≤ n ≤ population, an empty population, or a confidence outside (0, 1).
    """
    _check(n, population, confidence)
    probabilities = hypergeometric_probabilities(n, population)
    return _hull(_smaller_tail(probabilities) > (1 - confidence) / 2 * (1 - 2 * _ROUNDING))


@lru_cache(maxsize=1024)
def blaker_bounds(n: int, population: int, confidence: float = 0.95) -> Bounds:
    """Blaker's exact interval (Blaker 2000) of a finite population: within `hypergeometric_bounds`, and exact like it.

    A value is left out where P(a sample at least as far in a tail as the one seen) ≤ 1 − confidence, both tails counted
    as they are, instead of doubling the smaller. What audits use: see `mofu.ranking.audit`.
    Arguments, results and errors are those of `hypergeometric_bounds`.
    """
    _check(n, population, confidence)
    probabilities = hypergeometric_probabilities(n, population)
    tails = _smaller_tail(probabilities)
    acceptable = np.empty(probabilities.shape, dtype=np.bool_)
    for row, (probability, tail) in enumerate(zip(probabilities, tails, strict=True)):
        by_tail = np.argsort(tail)
        until = np.searchsorted(tail[by_tail], tail * (1 + _ROUNDING), side="right")
        acceptable[row] = np.cumsum(probability[by_tail])[until - 1] > (1 - confidence) * (1 - _ROUNDING)
    return _hull(acceptable & (probabilities > 0))


def hypergeometric_probabilities(n: int, population: int) -> Reals:
    """(population + 1, n + 1): P(x successes in the sample | K in the population), a row for each K.

    Raises:
        ValueError: not 0 ≤ n ≤ population, or an empty population.
    """
    _check(n, population)
    if population == 0:
        raise ValueError("a population of 0: expected at least 1 to draw from")
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, population + 1)))])

    def log_choose(whole: NDArray[np.int_], part: NDArray[np.int_]) -> Reals:
        possible = (part >= 0) & (part <= whole)
        part = np.where(possible, part, 0)
        ways = log_factorial[whole] - log_factorial[part] - log_factorial[whole - part]
        return np.where(possible, ways, -np.inf)

    values, successes = np.arange(population + 1)[:, None], np.arange(n + 1)[None, :]
    both = log_choose(values, successes) + log_choose(population - values, n - successes)
    return np.exp(both - log_choose(np.array(population), np.array(n)))


def _smaller_tail(probabilities: Reals) -> Reals:
    """min(P(X ≤ x), P(X ≥ x)) of each row."""
    upper = np.cumsum(probabilities[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(np.cumsum(probabilities, axis=1), upper)


def _hull(kept: NDArray[np.bool_]) -> Bounds:
    """From (population + 1, n + 1), which values stay after which successes, to the least and the greatest of them."""
    population = len(kept) - 1
    low = kept.argmax(axis=0) / population
    high = (population - kept[::-1].argmax(axis=0)) / population
    for ends in (low, high):
        ends.setflags(write=False)
    return Bounds(low, high)


def _check(part: int, whole: int, confidence: float = 0.5) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole}: expected a part of at least 0 and at most the whole")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence}: expected one between 0 and 1, such as 0.95")
