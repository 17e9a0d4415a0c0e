"""Many trainings of one word at once, as cross-validation needs them: the SVMs of all folds for little more than one.

The folds of a word share most of their support vectors. Newton's method (see `svm`) therefore goes through all folds
side by side on one working set, and conjugate gradients solve their systems with one matrix: a system's is K with the
rows and columns of what is not active, or not trained on, masked out. It ends near the optimum, to a tolerance, in
single precision; the order of the images hardly knows the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.kernels import Indices, SharedKernel

Trainings = NDArray[np.float32]
"""(F, N), a row a training: NumPy takes long rows, which stand side by side in memory, in a third of the time."""
Block = NDArray[np.float32]
"""(k, k) inner products of a working set, and 1 for the bias."""

MAX_STEPS = 60
_MAX_ITERATIONS = 200
_RESIDUAL = 1e-3
"""Of a system's right-hand side, where conjugate gradients stop."""
_ROUNDING = 1e-6
"""Relative changes of an objective that single precision makes of itself."""
_START = 600
"""Negatives to begin with: of 5,000, so many of the nearest (see `background.Decorrelation`) are nearly all support
vectors."""
_GROWTH = 200
"""Samples that the working set grows by at least."""
_GROWTH_SHARE = 0.7
"""Of the support vectors, if that is more."""


@dataclass(frozen=True, slots=True, eq=False)
class JointSvms:
    """Several SVMs on the same samples, in dual form.

    Attributes:
        weights: (F, N) float32, β of each training: w = Σ β_i x_i and b = Σ β_i.
        scores: (F, N) float32, w·x + b of every sample in each training.
    """

    weights: Trainings
    scores: Trainings


def scores_of_folds(
    kernel: SharedKernel, labels: NDArray[np.int8], costs: Trainings, tolerance: float = 1e-4
) -> Trainings:
    """(F, N) float32, w·x + b of every sample in each training; see `fit_folds`."""
    return fit_folds(kernel, labels, costs, tolerance).scores


def fit_folds(kernel: SharedKernel, labels: NDArray[np.int8], costs: Trainings, tolerance: float = 1e-4) -> JointSvms:
    """Train an SVM for each row of costs; see `svm.fit_linear_svm`.

    Args:
        kernel: inner products of N samples.
        labels: (N,) 1 for positives, -1 for negatives.
        costs: (F, N) float32, c_i ≥ 0 of each training; 0 leaves a sample out of it.
        tolerance: share of an objective that may be left to gain.
    """
    y, costs = labels.astype(np.float32), costs.astype(np.float32)
    working = _first(kernel, labels)
    beta, block = np.zeros_like(costs), kernel.between(working, working) + np.float32(1.0)
    for _ in range(MAX_STEPS):
        beta[:, working] = _newton(block, y[working], costs[:, working], beta[:, working], tolerance)
        scores = kernel.products_of_all(beta) + beta.sum(axis=1, keepdims=True)
        slack = np.where(costs > 0, np.maximum(0.0, 1.0 - y * scores), 0.0)
        slack[:, working] = 0.0
        if (_dots(costs * slack, slack) <= tolerance * _objectives(beta, scores, y, costs)).all():
            break
        most = max(_GROWTH, int(_GROWTH_SHARE * np.count_nonzero(beta.any(axis=0))))
        new = _largest(slack.max(axis=0), 0.0, most)
        working, block = np.append(working, new), _grown(kernel, working, block, new)
    return JointSvms(beta, scores)


def _first(kernel: SharedKernel, labels: NDArray[np.int8]) -> Indices:
    """The word's own samples, which all stay in the working set, and the negatives that are most like its positives."""
    n = len(kernel.images)
    nearness = np.where(labels[n:] < 0, kernel.nearness(np.flatnonzero(labels[:n] > 0)), -np.inf)
    return np.concatenate([np.flatnonzero(labels[:n]), n + _largest(nearness, -np.inf, _START)])


def _largest(values: NDArray[np.floating], above: float, most: int) -> Indices:
    """Where the largest values stand, at most so many, ascending."""
    found = np.flatnonzero(values > above)
    return np.sort(found[np.argsort(-values[found], kind="stable")[:most]])


def _grown(kernel: SharedKernel, known: Indices, block: Block, new: Indices) -> Block:
    """The block of a working set with new samples, which stand behind the old ones."""
    grown = np.empty((len(known) + len(new),) * 2, dtype=np.float32)
    grown[: len(known), : len(known)] = block
    np.add(kernel.between(new, np.append(known, new)), np.float32(1.0), out=grown[len(known) :])
    grown[: len(known), len(known) :] = grown[len(known) :, : len(known)].T
    return grown


def _newton(kernel: Block, y: Trainings, costs: Trainings, beta: Trainings, tolerance: float) -> Trainings:
    """β of each training near the optimum of the samples given."""
    f = _products(kernel, beta)
    values, trained = _objectives(beta, f, y, costs), costs > 0
    ridge = np.divide(0.5, costs, out=np.zeros_like(costs), where=trained)
    for _ in range(MAX_STEPS):
        active = ((y * f < 1.0) & trained).astype(np.float32)
        target, of_target = _conjugate_gradients(kernel, ridge, active, active * y, active * beta)
        direction, slope = target - beta, of_target - f
        lengths = np.ones_like(values)
        while ((new := _objectives(beta + lengths * direction, f + lengths * slope, y, costs)) > _limits(values)).any():
            lengths = np.where(new > _limits(values), lengths / 2.0, lengths)
            lengths[lengths < _ROUNDING] = 0.0
        beta, f = beta + lengths * direction, f + lengths * slope
        gains, values = values - new, new
        if (gains <= tolerance * values).all():
            break
    return beta


def _conjugate_gradients(
    kernel: Block, ridge: Trainings, active: Trainings, right: Trainings, start: Trainings
) -> tuple[Trainings, Trainings]:
    """Solve (K_AA + diag(ridge)) x = right for the active set A of each training; gives x and K x.

    Preconditioned by the diagonal and the bias's ones, diag + 11ᵀ, which Sherman and Morrison's identity inverts.
    """
    weights = _ratios(active, np.diagonal(kernel) - np.float32(1.0) + ridge, active > 0)
    shares = weights / (1.0 + weights.sum(axis=1, keepdims=True))

    def conditioned(vectors: Trainings) -> Trainings:
        return np.asarray(weights * vectors - shares * _dots(weights, vectors))

    x, of_x = start, _products(kernel, start)
    residual = right - active * (of_x + ridge * x)
    step = conditioned(residual)
    left, enough = _dots(residual, step), _RESIDUAL**2 * _dots(right, conditioned(right))
    for _ in range(_MAX_ITERATIONS):
        going = left > enough
        if not going.any():
            break
        of_step = _products(kernel, np.where(going, step, np.float32(0.0)))
        change = active * (of_step + ridge * step)
        curvature = _dots(step, change)
        length = _ratios(left, curvature, going & (curvature > 0))
        x, of_x, residual = x + length * step, of_x + length * of_step, residual - length * change
        towards = conditioned(residual)
        before, left = left, _dots(residual, towards)
        step = towards + _ratios(left, before, before > 0) * step
    return x, of_x


def _products(kernel: Block, vectors: Trainings) -> Trainings:
    """K v of each training's v, (F, k): one product a vector, as a matrix would be packed anew for so few.

    Half of K would do (ssymv), but SciPy holds the interpreter while it multiplies: two threads would take turns.
    """
    products, some = np.zeros_like(vectors), vectors.any(axis=1)
    products[some] = np.matmul(kernel, vectors[some, :, None])[:, :, 0]
    return products


def _ratios(over: Trainings, under: Trainings, where: NDArray[np.bool_]) -> Trainings:
    """One by the other, 0 elsewhere."""
    return np.divide(over, under, out=np.zeros(where.shape, dtype=np.float32), where=where)


def _limits(values: Trainings) -> Trainings:
    return values * (1.0 + _ROUNDING)


def _objectives(beta: Trainings, f: Trainings, y: Trainings, costs: Trainings) -> Trainings:
    slack = np.maximum(0.0, 1.0 - y * f)
    return 0.5 * _dots(beta, f) + _dots(costs * slack, slack)


def _dots(first: Trainings, second: Trainings) -> Trainings:
    """The inner product of each row with its like, (F, 1)."""
    return np.asarray(np.vecdot(first, second))[:, None]
