"""Scores and labels → how likely a score means yes: Platt's sigmoid, for any share of yes beforehand.

J. Platt, "Probabilistic outputs for support vector machines", 1999; fitted by Newton's method, as in H.-T. Lin,
C.-J. Lin, R. C. Weng, "A note on Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]

_STEPS = 100
_RIDGE = 1e-12
"""Added to the Hessian's diagonal, which vanishes where the classes are far apart."""
_ENOUGH = 1e-9
"""Length of the gradient, of a mean over samples, at which the search ends."""
_SUFFICIENT = 1e-4
"""Share of the decrease that the gradient promises which a step must bring (Armijo)."""


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """The log-odds of yes as a line of the score.

    Attributes:
        slope: ≥ 0; 0 where scores tell nothing.
        offset: the log-odds at score 0, in the sample.
        log_odds: of yes in the sample that it was fitted to: log(n₊ / n₋).
    """

    slope: float
    offset: float
    log_odds: float

    def probabilities(self, scores: ArrayLike, prior: float) -> Vector:
        """How likely each score means yes, where a share `prior` of what is asked about is yes.

        By Bayes' rule the log-odds move by what the prior's differ by from the sample's, logit(prior) − log(n₊ / n₋):
        what a score tells of yes and no is the same, however many there are of each.

        Raises:
            ValueError: a prior that is not between 0 and 1.
        """
        if not 0 < prior < 1:
            raise ValueError(f"prior {prior}: expected a share between 0 and 1")
        moved = math.log(prior / (1 - prior)) - self.log_odds
        return _logistic(self.slope * np.asarray(scores, dtype=np.float64) + self.offset + moved)


def fit_sigmoid(scores: ArrayLike, labels: ArrayLike) -> Sigmoid:
    """Fit by maximum likelihood to the targets (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2): a few samples make nothing certain.

    Args:
        scores: (n,) of samples that the classifier was not trained on.
        labels: (n,) true for yes.

    Raises:
        ValueError: lengths that differ, scores that are not finite, or one class only.
    """
    f, yes = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    if f.shape != yes.shape or f.ndim != 1 or not np.isfinite(f).all():
        raise ValueError(f"scores {f.shape} and labels {yes.shape}: expected (n,) each, and finite")
    positives, negatives = int(yes.sum()), int((~yes).sum())
    if not positives or not negatives:
        raise ValueError("one class only: expected scores of both")
    log_odds = math.log(positives / negatives)
    targets = np.where(yes, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, offset = _line(f, targets, log_odds)
    return Sigmoid(slope, offset, log_odds) if slope > 0 else Sigmoid(0.0, log_odds, log_odds)


def _line(f: Vector, targets: Vector, log_odds: float) -> tuple[float, float]:
    """Slope and offset of the most likely log-odds, by Newton's method with step halving."""
    design = np.stack([f, np.ones_like(f)], axis=1)
    at = np.array([0.0, log_odds])
    value = _loss(design @ at, targets)
    for _ in range(_STEPS):
        p = _logistic(design @ at)
        gradient = design.T @ (p - targets) / len(f)
        if np.linalg.norm(gradient) < _ENOUGH:
            break
        hessian = (design * (p * (1 - p))[:, None]).T @ design / len(f) + _RIDGE * np.eye(2)
        step, length = np.linalg.solve(hessian, -gradient), 1.0
        promised = _SUFFICIENT * float(gradient @ step)
        while (new := _loss(design @ (at + length * step), targets)) > value + length * promised and length > 1e-10:
            length /= 2
        at, value = at + length * step, new
    return float(at[0]), float(at[1])


def _loss(log_odds: Vector, targets: Vector) -> float:
    """Mean cross-entropy, without overflow."""
    return float(np.mean(np.logaddexp(0.0, log_odds) - targets * log_odds))


def _logistic(log_odds: Vector) -> Vector:
    return np.asarray(np.exp(-np.logaddexp(0.0, -log_odds)))
