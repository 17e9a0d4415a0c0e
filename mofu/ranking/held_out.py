"""A trained SVM → what it would have said of each seed, had it not been told: scores that seeds cannot buy.

In thousands of dimensions an SVM gives every positive a score near 1, right or wrong: an image that was once taken for
a seed stays one. Without sample i of the active set A, the solution of (K_AA + diag(1 / 2c)) β = y gives it

    f₋ᵢ(x_i) = y_i − β_i / [(K_AA + diag(1 / 2c))⁻¹]_ii

which is the leave-one-out score of least squares (Cawley and Talbot 2004, "Fast exact leave-one-out cross-validation of
sparse least-squares support vector machines"), exact for the squared hinge too while the others stay as active as they
were: one factorisation in place of one training a seed. The costs stay those of all samples.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg

from mofu.ranking.blas import single_threaded
from mofu.ranking.kernels import Indices, Kernel
from mofu.ranking.svm import LinearSvm, Vector


def held_out_scores(kernel: Kernel, svm: LinearSvm, labels: Vector, costs: Vector, samples: Indices) -> Vector:
    """w·x + b of some samples, each as if it had not been trained on, (k,).

    Args:
        kernel, labels, costs: what `fit_linear_svm` was given.
        svm: what it gave.
        samples: (k,) indices; one that is no support vector has the same score as ever.
    """
    active = np.flatnonzero(svm.weights)
    places = np.searchsorted(active, samples)
    inside = np.isin(samples, active)
    scores = svm.scores[samples]
    if not inside.any():
        return scores
    with single_threaded():
        system = np.asarray(kernel.block(active), dtype=np.float64) + 1.0
        system[np.diag_indices_from(system)] += 0.5 / costs[active]
        units = np.zeros((len(active), int(inside.sum())))
        units[places[inside], np.arange(units.shape[1])] = 1.0
        factor = scipy.linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        # with LLᵀ = M, [M⁻¹]_ii is the squared length of L⁻¹e_i
        halves = scipy.linalg.solve_triangular(factor[0], units, lower=True, check_finite=False)
    of = samples[inside]
    scores[inside] = labels[of] - svm.weights[of] / np.einsum("ij,ij->j", halves, halves)
    return scores
