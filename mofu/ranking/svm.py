"""A linear SVM by its dual: from the Gram matrix of activations to scores, exactly and in a few small solves.

The objective is liblinear's L2-regularised squared hinge with a penalised bias (Fan et al. 2008, "LIBLINEAR", which
scikit-learn's LinearSVC solves; it is the oracle of the tests):

    min_w,b  ½(‖w‖² + b²) + C Σ_i c_i max(0, 1 − y_i (w·x_i + b))²

With a column of ones for the bias the kernel is K = XXᵀ + 1, and at the optimum w = Σ β_i x_i with β_i = 0 outside the
active set A = {i : y_i f_i < 1} and (K_AA + diag(1 / 2Cc_i)) β_A = y_A on it. Newton's method in these terms (Chapelle
2007, "Training a support vector machine in the primal") finds the set in a handful of solves and then ends at the
optimum itself, so that the same images give the same scores wherever and in whatever order they were computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.floating]
MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class LinearSvm:
    """A trained SVM in dual form.

    Attributes:
        weights: (n,) float64, β; the training samples with weights other than 0 are the support vectors.
        objective: the value that was minimised.
        steps: Newton steps taken.
    """

    weights: NDArray[np.float64]
    objective: float
    steps: int

    def scores(self, gram: Matrix) -> NDArray[np.float64]:
        """Decision values w·x + b of samples, from their inner products (k, n) with the training samples."""
        return np.asarray(gram @ self.weights + self.weights.sum(), dtype=np.float64)


def fit_linear_svm(gram: Matrix, labels: NDArray[np.int_], c: float = 1.0) -> LinearSvm:
    """Train on a Gram matrix, both classes weighing the same in all ("balanced", as scikit-learn defines it).

    Args:
        gram: (n, n) inner products of the training samples.
        labels: (n,) 1 for positives, -1 for negatives; both must occur.
        c: the SVM's C.

    Raises:
        ValueError: one class only, or a matrix that is not (n, n) and finite.
    """
    y = np.asarray(labels, dtype=np.float64)
    kernel = np.asarray(gram, dtype=np.float64) + 1.0
    if kernel.shape != (y.size, y.size) or not np.isfinite(kernel).all():
        raise ValueError(f"a Gram matrix of shape {kernel.shape} for {y.size} labels: expected (n, n) and finite")
    positives = int((y > 0).sum())
    if positives in (0, y.size):
        raise ValueError("one class only: expected positives and negatives")
    costs = c * np.where(y > 0, y.size / (2.0 * positives), y.size / (2.0 * (y.size - positives)))
    return _newton(kernel, y, costs)


def _newton(kernel: NDArray[np.float64], y: NDArray[np.float64], costs: NDArray[np.float64]) -> LinearSvm:
    beta, f = np.zeros_like(y), np.zeros_like(y)
    value, steps = _objective(beta, f, y, costs), 0
    while steps < MAX_STEPS:
        steps += 1
        active = np.flatnonzero(y * f < 1.0)
        target = np.zeros_like(y)
        system = kernel[np.ix_(active, active)]
        system[np.diag_indices_from(system)] += 0.5 / costs[active]
        target[active] = np.linalg.solve(system, y[active])
        direction, slope = target - beta, kernel @ target - f
        length = 1.0
        while (new := _objective(beta + length * direction, f + length * slope, y, costs)) > value and length > 1e-10:
            length /= 2.0
        if new >= value:
            break
        settled = length == 1.0 and np.array_equal(active, np.flatnonzero(y * (f + slope) < 1.0))
        beta, f, value = beta + length * direction, f + length * slope, new
        if settled:
            break
    return LinearSvm(beta, value, steps)


def _objective(
    beta: NDArray[np.float64], f: NDArray[np.float64], y: NDArray[np.float64], costs: NDArray[np.float64]
) -> float:
    slack = np.maximum(0.0, 1.0 - y * f)
    return float(0.5 * beta @ f + costs @ (slack * slack))
