"""Which interval an audit should give: coverage and width of six, and how often who stops when it suits is wrong.

    python benchmarks/audit.py

Nothing is simulated: every outcome of a sample is weighed by its probability under every true precision 0/k … k/k, for
k of 20, 50, 100, 200 and 500 and samples of 5, 10, 20, 30, 50 and 100 < k. Figures: of each interval
audit_<interval>_worst_coverage (over all truths of all these), audit_<interval>_mean_coverage, audit_<interval>_width
(means; baseline: the exact interval with equal tails), audit_<interval>_excess_width (how much wider than the exact one
at most). Of the stop signal and of the interval read as one, for k = 100 and targets of 0.8, 0.9 and 0.95:
audit_<…>_wrong_stops (the worst chance, over all truths, of ever ending with the wrong answer) and
audit_<…>_judgements (the median until "at least 95 of 100", where 99 are).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from statistics import NormalDist

import numpy as np
from figures import figure
from numpy.typing import NDArray

from mofu.ranking.audit import AuditResult
from mofu.ranking.metrics import (
    Bounds,
    Interval,
    blaker_bounds,
    clopper_pearson_interval,
    hypergeometric_bounds,
    hypergeometric_probabilities,
    wilson_interval,
)

K = (20, 50, 100, 200, 500)
SAMPLES = (5, 10, 20, 30, 50, 100)
Method = Callable[[int, int], Bounds]


def binomial(interval: Callable[[int, int], Interval]) -> Method:
    """An interval that does not know of the population."""

    def bounds(n: int, _: int) -> Bounds:
        each = [interval(x, n) for x in range(n + 1)]
        return Bounds(np.array([i.low for i in each]), np.array([i.high for i in each]))

    return bounds


def wilson_corrected(n: int, k: int) -> Bounds:
    """Wilson's interval with n (k − 1) / (k − n) in the place of n."""
    z2, size, share = NormalDist().inv_cdf(0.975) ** 2, n * (k - 1) / (k - n), np.arange(n + 1) / n
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * share * (1 - share) / size + z2 * z2 / (4 * size * size)) / (1 + z2 / size)
    return Bounds(np.where(share == 0, 0.0, middle - half), np.where(share == 1, 1.0, middle + half))


def mid_p(n: int, k: int) -> Bounds:
    """Equal tails, of the outcome itself only half."""
    chances = hypergeometric_probabilities(n, k)
    lower = np.cumsum(chances, axis=1) - chances / 2
    upper = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1] - chances / 2
    kept = (np.minimum(lower, upper) > 0.025) & (chances > 0)
    return Bounds(kept.argmax(axis=0) / k, (k - kept[::-1].argmax(axis=0)) / k)


METHODS: dict[str, Method] = {
    "wilson": binomial(wilson_interval),
    "wilson_corrected": wilson_corrected,
    "mid_p": mid_p,
    "blaker": blaker_bounds,
    "exact": hypergeometric_bounds,
    "clopper_pearson": binomial(clopper_pearson_interval),
}


def compare() -> None:
    """Coverage and width of each interval."""
    samples = [(n, k) for k in K for n in SAMPLES if n < k]
    baseline = float(np.mean([width(hypergeometric_bounds(n, k), n, k) for n, k in samples]))
    for name, method in METHODS.items():
        covered = [coverage(method(n, k), n, k) for n, k in samples]
        wide = float(np.mean([width(method(n, k), n, k) for n, k in samples]))
        excess = max(float((span(method(n, k)) - span(hypergeometric_bounds(n, k))).max()) for n, k in samples)
        figure(f"audit_{name}_worst_coverage", round(min(float(each.min()) for each in covered), 4), "share")
        figure(f"audit_{name}_mean_coverage", round(float(np.mean([each.mean() for each in covered])), 4), "share")
        figure(f"audit_{name}_width", round(wide, 4), "share", round(baseline, 4), round(wide / baseline, 3))
        figure(f"audit_{name}_excess_width", round(excess, 4), "share")


def coverage(bounds: Bounds, n: int, k: int) -> NDArray[np.float64]:
    """(k + 1,) of each truth."""
    truths = (np.arange(k + 1) / k)[:, None]
    covered = (bounds.low <= truths + 1e-12) & (truths - 1e-12 <= bounds.high)
    return (hypergeometric_probabilities(n, k) * covered).sum(axis=1)


def width(bounds: Bounds, n: int, k: int) -> float:
    """The mean over all truths."""
    return float((hypergeometric_probabilities(n, k) @ span(bounds)).mean())


def span(bounds: Bounds) -> NDArray[np.float64]:
    """(n + 1,) of each outcome."""
    return bounds.high - bounds.low


Answers = Callable[[int, int, float], list[str]]


@cache
def by_interval(n: int, k: int, target: float) -> list[str]:
    """What the interval would answer after 0 … n accepted."""
    bounds = blaker_bounds(n, k)
    ends = zip(bounds.low, bounds.high, strict=True)
    return ["yes" if low >= target else "no" if high < target else "open" for low, high in ends]


@cache
def by_signal(n: int, k: int, target: float) -> list[str]:
    """What the stop signal answers after 0 … n accepted."""
    return [AuditResult(k, accepted, n - accepted, 0).reaches(target) for accepted in range(n + 1)]


def course(answers: Answers, right: int, k: int, target: float) -> tuple[float, int]:
    """The chance of ever ending with the wrong answer, and the median number of judgements until any."""
    truth, open_, wrong, stopped = "yes" if right / k >= target else "no", np.array([1.0]), 0.0, [0.0]
    for n in range(1, k + 1):
        success = np.clip((right - np.arange(n)) / (k - n + 1), 0, 1)
        open_ = np.append(open_ * (1 - success), 0.0) + np.append(0.0, open_ * success)
        given = np.array(answers(n, k, target))
        wrong += float(open_[(given != "open") & (given != truth)].sum())
        stopped.append(float(open_[given != "open"].sum()))
        open_ = np.where(given == "open", open_, 0.0)
    return wrong, int(np.searchsorted(np.cumsum(stopped), 0.5))


def stopping(k: int = 100) -> None:
    """What looking after each judgement costs, by the interval and by the stop signal."""
    for name, answers in (("interval", by_interval), ("signal", by_signal)):
        worst = max(course(answers, right, k, target)[0] for target in (0.8, 0.9, 0.95) for right in range(k + 1))
        figure(f"audit_{name}_wrong_stops", round(worst, 4), "share")
        figure(f"audit_{name}_judgements", course(answers, 99, k, 0.95)[1], "judgements")


if __name__ == "__main__":
    compare()
    stopping()
