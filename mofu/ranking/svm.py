"""A linear SVM by its dual: from inner products of activations to scores, exactly and in a few small solves.

The objective is liblinear's L2-regularised squared hinge with a penalised bias (Fan et al. 2008, "LIBLINEAR", which
scikit-learn's LinearSVC solves; it is the oracle of the tests):

    min_w,b  ½(‖w‖² + b²) + Σ_i c_i max(0, 1 − y_i (w·x_i + b))²

With a column of ones for the bias the kernel is K = XXᵀ + 1, and at the optimum w = Σ β_i x_i with β_i = 0 outside the
active set A = {i : y_i f_i < 1} and (K_AA + diag(1 / 2c_i)) β_A = y_A on it. Newton's method in these terms (Chapelle
2007, "Training a support vector machine in the primal") finds the set in a handful of solves and then ends at the
optimum itself, so that the same images give the same scores wherever and in whatever order they were computed.

Of thousands of negatives a few hundred are active. The method therefore works on a small set of samples, asks which of
the others its solution leaves inside the margin, and takes the worst of them in, until there are none (Osuna et al.
1997, "An improved training algorithm for support vector machines"): each optimum is above the last, so it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

from mofu.ranking.blas import single_threaded
from mofu.ranking.kernels import Indices, Kernel, Rows

Vector = NDArray[np.float64]

MAX_STEPS = 100
_PASSES = ((np.float32, 1e-6), (np.float64, 1e-13))
"""Precision of the solves, and the relative changes of the objective that it makes of itself: the first pass finds what
is active in half the time, the second the optimum."""
_GROWTH = 300
"""Samples that the working set grows by at least."""
_NEAR = 0.03
"""Samples this close outside the margin stay in the working set: they may soon be inside."""


@dataclass(frozen=True, slots=True)
class LinearSvm:
    """A trained SVM in dual form.

    Attributes:
        weights: (N,) float64, β; samples with weights other than 0 are the support vectors, and b = Σ β.
        scores: (N,) float64, w·x + b of every sample of the kernel, trained on or not, to single precision.
        objective: the value that was minimised.
        steps: linear systems solved.
    """

    weights: Vector
    scores: Vector
    objective: float
    steps: int


def balanced_costs(labels: ArrayLike, c: float = 1.0, weights: ArrayLike | None = None) -> Vector:
    """c_i of every sample: C w_i W / (2 W_y), so that both classes weigh the same in all, as scikit-learn's "balanced".

    Args:
        labels: (N,) 1 for positives, -1 for negatives, 0 for samples that are not trained on.
        c: the SVM's C.
        weights: (N,) w_i ≥ 0, 1 each where not given: more than 1 for a person's verdict, less for a soft positive.

    Raises:
        ValueError: a class without weight, or weights that are negative or not finite.
    """
    y = np.asarray(labels)
    w = np.ones(y.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != y.shape or not np.isfinite(w).all() or (w < 0).any():
        raise ValueError(f"weights of shape {w.shape} for {y.size} labels: expected as many, finite and not negative")
    positives, negatives = w[y > 0].sum(), w[y < 0].sum()
    if positives == 0 or negatives == 0:
        raise ValueError("one class only: expected positives and negatives")
    of_class = np.select([y > 0, y < 0], [1 / positives, 1 / negatives], 0.0)
    return np.asarray(c * w * of_class * (positives + negatives) / 2.0, dtype=np.float64)


def fit_linear_svm(kernel: Kernel, labels: ArrayLike, costs: Vector, start: LinearSvm | None = None) -> LinearSvm:
    """Train on the samples whose costs are above 0.

    Args:
        kernel: inner products of N samples.
        labels: (N,) 1 for positives, -1 for negatives; 0 where the costs are 0.
        costs: (N,) c_i ≥ 0, see `balanced_costs`.
        start: a former solution on the same kernel, for other labels or costs; it changes how long this takes alone.

    Raises:
        ValueError: one class only, shapes that differ, samples with NaN or infinity, or costs too high for single
            precision.
    """
    y = np.asarray(labels, dtype=np.float64)
    if y.shape != (len(kernel),) or costs.shape != y.shape or not ((costs == 0) | (y != 0)).all():
        raise ValueError(
            f"{y.shape} labels and {costs.shape} costs: expected {len(kernel)} each, a label for each cost"
        )
    if not (costs[y > 0] > 0).any() or not (costs[y < 0] > 0).any():
        raise ValueError("one class only: expected positives and negatives")
    with single_threaded():
        return _Fit(kernel, y, costs).run(start)


class _Fit:
    """One training: β and f of all samples, and the set that is worked on."""

    def __init__(self, kernel: Kernel, y: Vector, costs: Vector) -> None:
        self.kernel, self.y, self.costs = kernel, y, costs
        self.steps = 0

    def run(self, start: LinearSvm | None) -> LinearSvm:
        beta, working = self._cold() if start is None else self._warm(start)
        for precision, rounding in _PASSES:
            for _ in range(MAX_STEPS):
                beta = self._solved(working, beta, precision, rounding)
                scores = self.kernel.products(beta) + beta.sum()
                value = _objective(beta, scores, self.y, self.costs)
                new = self._missing(working, scores, rounding * value, int(np.count_nonzero(beta)))
                if not len(new):
                    break
                near = self.y[working] * scores[working] < 1.0 + _NEAR
                working = np.union1d(working[near], new)
        return LinearSvm(beta, scores, value, self.steps)

    def _solved(self, working: Indices, beta: Vector, precision: type[np.floating], rounding: float) -> Vector:
        """β at the optimum of the working set alone."""
        block = self.kernel.block(working).astype(precision, copy=False)
        block += precision(1.0)
        solved = np.zeros_like(beta)
        solved[working], steps = _newton(block, self.y[working], self.costs[working], beta[working], rounding)
        self.steps += steps
        return solved

    def _missing(self, working: Indices, scores: Vector, least: float, support: int) -> Indices:
        """The samples that lie deepest inside the margin and are not worked on, if they cost more than `least`."""
        slack = np.where(self.costs > 0, np.maximum(0.0, 1.0 - self.y * scores), 0.0)
        slack[working] = 0.0
        return self._hardest(slack, 0.0, max(_GROWTH, support)) if self.costs @ slack**2 > least else working[:0]

    def _cold(self) -> tuple[Vector, Indices]:
        """No weights; the positives, and the negatives that lie furthest in their direction."""
        trained = self.costs > 0
        positives = np.flatnonzero(trained & (self.y > 0))
        toward = np.zeros_like(self.y)
        toward[positives] = 1.0 / len(positives)
        products = self.kernel.products(toward)
        if not np.isfinite(products).all():
            raise ValueError("samples that are not finite: expected numbers")
        nearness = np.where(trained & (self.y < 0), products, -np.inf)
        return np.zeros_like(self.y), np.union1d(positives, self._hardest(nearness, -np.inf, _GROWTH))

    def _warm(self, start: LinearSvm) -> tuple[Vector, Indices]:
        """The former weights as far as they still fit, and what they leave inside the margin or near it."""
        beta = np.where((self.costs > 0) & (self.y * start.weights > 0), start.weights, 0.0)
        support = np.flatnonzero(beta)
        slack = np.where(self.costs > 0, 1.0 - self.y * start.scores, -np.inf)
        slack[support] = -np.inf
        return beta, np.union1d(support, self._hardest(slack, -_NEAR, max(_GROWTH, len(support))))

    @staticmethod
    def _hardest(slack: Vector, above: float, most: int) -> Indices:
        found = np.flatnonzero(slack > above)
        return found[np.argsort(-slack[found], kind="stable")[:most]]


def _newton(kernel: Rows, y: Vector, costs: Vector, beta: Vector, rounding: float) -> tuple[Vector, int]:
    """β at the optimum of the samples given, and the systems that were solved for it."""
    f = _product(kernel, beta)
    value, steps = _objective(beta, f, y, costs), 0
    while steps < MAX_STEPS:
        steps += 1
        active = np.flatnonzero(y * f < 1.0)
        target = _solution(kernel, y, costs, active)
        direction, slope = target - beta, _product(kernel, target) - f
        limit, length = value * (1.0 + rounding), 1.0
        while (new := _objective(beta + length * direction, f + length * slope, y, costs)) > limit and length > 1e-10:
            length /= 2.0
        if new > limit:
            break
        settled = length == 1.0 and np.array_equal(active, np.flatnonzero(y * (f + slope) < 1.0))
        settled |= new >= value * (1.0 - rounding)
        beta, f, value = beta + length * direction, f + length * slope, new
        if settled:
            break
    return beta, steps


def _product(kernel: Rows, weights: Vector) -> Vector:
    return np.asarray(kernel @ weights.astype(kernel.dtype), dtype=np.float64)


def _solution(kernel: Rows, y: Vector, costs: Vector, active: Indices) -> Vector:
    """β of the active set's linear system, 0 elsewhere."""
    system = kernel[np.ix_(active, active)]
    system[np.diag_indices_from(system)] += (0.5 / costs[active]).astype(system.dtype)
    target = np.zeros_like(y)
    try:
        factor = scipy.linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
    except scipy.linalg.LinAlgError:
        if system.dtype == np.float32:
            return _solution(kernel.astype(np.float64), y, costs, active)
        raise ValueError(f"costs up to {costs.max():.3g} are too high for activations in single precision") from None
    target[active] = scipy.linalg.cho_solve(factor, y[active].astype(system.dtype), check_finite=False)
    return target


def _objective(beta: Vector, f: Vector, y: Vector, costs: Vector) -> float:
    slack = np.maximum(0.0, 1.0 - y * f)
    return float(0.5 * beta @ f + costs @ (slack * slack))
