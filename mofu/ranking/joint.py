"""Many trainings of one word at once, as cross-validation needs them: the SVMs of all folds for little more than one.

The folds of a word share most of their support vectors. Newton's method (see `svm`) therefore goes through all folds
side by side on one working set, and conjugate gradients solve the systems of all of them with one product of the same
small matrix: a system's matrix is K with the rows and columns of what is not active, or not trained on, masked out. It
ends near the optimum, to a tolerance, in single precision; the order of the images hardly knows the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.kernels import Indices, SharedKernel

Columns = NDArray[np.float32]
"""(N, F), a column a training."""

MAX_STEPS = 60
_MAX_ITERATIONS = 200
_RESIDUAL = 1e-3
"""Of a system's right-hand side, where conjugate gradients stop."""
_ROUNDING = 1e-6
"""Relative changes of an objective that single precision makes of itself."""
_GROWTH = 200
"""Samples that the working set grows by at least."""
_GROWTH_SHARE = 0.7
"""Of the support vectors, if that is more."""
_NEAR = 0.1
"""Samples this close outside the margin of some training stay in the working set."""
_WIDTH = 8
"""Columns are filled up to a multiple of this with trainings on nothing: OpenBLAS takes 5 columns longer than 8."""


@dataclass(frozen=True, slots=True, eq=False)
class JointSvms:
    """Several SVMs on the same samples, in dual form.

    Attributes:
        weights: (N, F) float32, β of each training: w = Σ β_i x_i and b = Σ β_i.
        scores: (N, F) float32, w·x + b of every sample in each training.
    """

    weights: Columns
    scores: Columns


def scores_of_folds(kernel: SharedKernel, labels: NDArray[np.int8], costs: Columns, tolerance: float = 1e-4) -> Columns:
    """(N, F) float32, w·x + b of every sample in each training; see `fit_folds`."""
    return fit_folds(kernel, labels, costs, tolerance).scores


def fit_folds(kernel: SharedKernel, labels: NDArray[np.int8], costs: Columns, tolerance: float = 1e-4) -> JointSvms:
    """Train an SVM for each column of costs; see `svm.fit_linear_svm`.

    Args:
        kernel: inner products of N samples.
        labels: (N,) 1 for positives, -1 for negatives.
        costs: (N, F) float32, c_i ≥ 0 of each training; 0 leaves a sample out of it.
        tolerance: share of an objective that may be left to gain.
    """
    y, trainings = labels.astype(np.float32)[:, None], costs.shape[1]
    costs = np.pad(costs.astype(np.float32), ((0, 0), (0, -trainings % _WIDTH)))
    working = _nearest_to_positives(kernel, labels)
    beta, block = np.zeros_like(costs), kernel.between(working, working) + 1.0
    for _ in range(MAX_STEPS):
        beta[working] = _newton(block, y[working], costs[working], beta[working], tolerance)
        scores = kernel.products_of_all(beta) + beta.sum(axis=0)
        slack = np.where(costs > 0, 1.0 - y * scores, -np.inf)
        near = np.flatnonzero(_largest(slack[working]) > -_NEAR)
        slack[working] = 0.0
        np.maximum(slack, 0.0, out=slack)
        if (_dots(costs * slack, slack) <= tolerance * _objectives(beta, scores, y, costs)).all():
            break
        most = max(_GROWTH, int(_GROWTH_SHARE * np.count_nonzero(beta[working].any(axis=1))))
        working, block = _grown(kernel, working[near], _square(block, near), _worst(_largest(slack), most))
    return JointSvms(beta[:, :trainings], np.asarray(scores[:, :trainings]))


def _nearest_to_positives(kernel: SharedKernel, labels: NDArray[np.int8]) -> Indices:
    positives = np.flatnonzero(labels > 0)
    toward = np.zeros((len(labels), 1), dtype=np.float32)
    toward[positives] = 1.0 / len(positives)
    nearness = np.where(labels < 0, kernel.products_of_all(toward)[:, 0], -np.inf)
    nearest = np.argsort(-nearness, kind="stable")[: min(_GROWTH, np.count_nonzero(labels < 0))]
    return np.union1d(positives, nearest)


def _largest(columns: Columns) -> NDArray[np.float32]:
    """(N,) the largest of each row; column by column, as NumPy takes ten times as long for many rows of eight."""
    largest = columns[:, 0].copy()
    for column in columns.T[1:]:
        np.maximum(largest, column, out=largest)
    return largest


def _worst(slack: NDArray[np.float32], most: int) -> Indices:
    """The samples, at most so many, that are furthest on the wrong side, ascending."""
    wrong = np.flatnonzero(slack)
    return np.sort(wrong[np.argsort(-slack[wrong], kind="stable")[:most]])


def _square(block: Columns, these: Indices) -> Columns:
    """Some rows of a block and the same columns: whole rows first, a third of the time of asking for each element."""
    return block if len(these) == len(block) else block[these].take(these, axis=1)


def _grown(kernel: SharedKernel, working: Indices, block: Columns, new: Indices) -> tuple[Indices, Columns]:
    """The working set and its block with new samples, which stand behind the old ones."""
    known = len(block)
    grown = np.empty((known + len(new),) * 2, dtype=np.float32)
    order = np.argsort(working)
    cross = np.empty((len(new), known), dtype=np.float32)
    cross[:, order] = kernel.between(new, working[order]) + 1.0
    grown[:known, :known] = block
    grown[known:, :known], grown[:known, known:] = cross, cross.T
    grown[known:, known:] = kernel.between(new, new) + 1.0
    return np.concatenate([working, new]), grown


def _newton(kernel: Columns, y: Columns, costs: Columns, beta: Columns, tolerance: float) -> Columns:
    """β of each training near the optimum of the samples given."""
    f = kernel @ beta
    values = _objectives(beta, f, y, costs)
    ridge = np.divide(0.5, costs, out=np.zeros_like(costs), where=costs > 0)
    for _ in range(MAX_STEPS):
        active = ((y * f < 1.0) & (costs > 0)).astype(np.float32)
        target, of_target = _conjugate_gradients(kernel, ridge, active, active * y, active * beta)
        direction, slope = target - beta, of_target - f
        lengths = np.ones(len(values), dtype=np.float32)
        while ((new := _objectives(beta + lengths * direction, f + lengths * slope, y, costs)) > _limits(values)).any():
            lengths = np.where(new > _limits(values), lengths / 2.0, lengths)
            lengths[lengths < _ROUNDING] = 0.0
        beta, f = beta + lengths * direction, f + lengths * slope
        gains, values = values - new, new
        if (gains <= tolerance * values).all():
            break
    return beta


def _conjugate_gradients(
    kernel: Columns, ridge: Columns, active: Columns, right: Columns, start: Columns
) -> tuple[Columns, Columns]:
    """Solve (K_AA + diag(ridge)) x = right for the active set A of each column; gives x and K x.

    Preconditioned by the diagonal and the bias's ones, diag + 11ᵀ, which Sherman and Morrison's identity inverts.
    """
    weights = _ratios(active, np.diagonal(kernel)[:, None] - np.float32(1.0) + ridge, active > 0)
    shares = weights / (1.0 + weights.sum(axis=0))

    def conditioned(vectors: Columns) -> Columns:
        return np.asarray(weights * vectors - shares * _dots(weights, vectors))

    x, of_x = start, kernel @ start
    residual = right - active * (of_x + ridge * x)
    step = conditioned(residual)
    left, enough = _dots(residual, step), _RESIDUAL**2 * _dots(right, conditioned(right))
    for _ in range(_MAX_ITERATIONS):
        if (left <= enough).all():
            break
        of_step = kernel @ step
        change = active * (of_step + ridge * step)
        curvature = _dots(step, change)
        length = _ratios(left, curvature, (left > enough) & (curvature > 0))
        x, of_x, residual = x + length * step, of_x + length * of_step, residual - length * change
        towards = conditioned(residual)
        before, left = left, _dots(residual, towards)
        step = towards + _ratios(left, before, before > 0) * step
    return x, of_x


def _ratios(over: Columns, under: Columns, where: NDArray[np.bool_]) -> Columns:
    """One by the other, 0 elsewhere."""
    return np.divide(over, under, out=np.zeros(where.shape, dtype=np.float32), where=where)


def _limits(values: Columns) -> Columns:
    return values * (1.0 + _ROUNDING)


def _objectives(beta: Columns, f: Columns, y: Columns, costs: Columns) -> Columns:
    slack = np.maximum(0.0, 1.0 - y * f)
    return 0.5 * _dots(beta, f) + _dots(costs * slack, slack)


def _dots(first: Columns, second: Columns) -> Columns:
    """The inner product of each column with its like."""
    return np.asarray(np.einsum("ij,ij->j", first, second))
