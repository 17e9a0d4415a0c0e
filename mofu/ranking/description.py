"""Images of words and a background → a classifier of each word that says how likely a picture shows it.

One SVM a word (see `svm`), the word's best images against the background, which is prepared once for all words. How
likely a score means the word is learned by Platt's sigmoid (see `calibration`) from scores of images by SVMs that have
not seen them: those of five folds, which are trained together with the SVM of all images (see `joint`).

A classifier knows what the word's images look like, not what the word means: where a ranking chose them and nobody has
judged them, the probability is that of looking like the head of that ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.blas import cores, single_threaded
from mofu.ranking.calibration import Sigmoid, fit_sigmoid
from mofu.ranking.joint import fit_folds
from mofu.ranking.kernels import Indices, SharedKernel
from mofu.ranking.svm import balanced_costs

FOLDS = 5
LEAST = 2 * FOLDS
"""Images that a word must have: two in each fold."""


@dataclass(frozen=True, slots=True, eq=False)
class WordSamples:
    """What a word's classifier learns from; near-duplicates once, so that none has its twin in another fold.

    Attributes:
        shown: (n, d) activations of images that show the word, as they come from the backbone.
        rejected: (r, d) of images that people rejected: negatives, of which calibration knows nothing.
        weights: (n + r,) how much each weighs in training, 1 for what a ranking chose.
        background: (m,) true for the background's images that are negatives; the others show the word.
    """

    shown: Activations
    rejected: Activations
    weights: NDArray[np.float64]
    background: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class WordClassifier:
    """A word's SVM, and what its scores mean.

    Attributes:
        weights: (d,) float32, w, for normalised activations.
        bias: b.
        sigmoid: from scores to probabilities.
        held_out: (n,) float32, the score of each of the word's images by the SVM that did not see it.
    """

    weights: NDArray[np.float32]
    bias: float
    sigmoid: Sigmoid
    held_out: NDArray[np.float32]

    def scores(self, rows: Activations) -> NDArray[np.float64]:
        """w·x + b of normalised activations, (q, d) → (q,)."""
        return np.asarray(rows @ self.weights, dtype=np.float64) + self.bias


def learn_words(
    words: Sequence[WordSamples], background: PreparedBackground, c: float = 1.0, seed: int = 0
) -> list[WordClassifier]:
    """Train and calibrate a classifier for each word.

    Args:
        words: their images.
        background: its Gram matrix is computed once for all words.
        c: the SVMs' C.
        seed: deals images to folds.

    Raises:
        ValueError: a word with fewer than `LEAST` images, weights for others, no background, or numbers of dimensions
            that differ.
    """
    for samples in words:
        _check(samples, len(background.rows))

    def learn(samples: WordSamples) -> WordClassifier:
        return _learned(samples, background, c, seed)

    with single_threaded(), ThreadPoolExecutor(cores()) as threads:
        return list(threads.map(learn, words))


def _check(samples: WordSamples, background: int) -> None:
    n, r = len(samples.shown), len(samples.rejected)
    if n < LEAST:
        raise ValueError(f"{n} images of a word: expected at least {LEAST}")
    if samples.weights.shape != (n + r,) or samples.background.shape != (background,):
        raise ValueError(f"{samples.weights.shape} weights, {samples.background.shape} background: expected one each")
    if np.count_nonzero(samples.background) < FOLDS:
        raise ValueError(f"{np.count_nonzero(samples.background)} negatives: expected at least {FOLDS}")


def _learned(samples: WordSamples, background: PreparedBackground, c: float, seed: int) -> WordClassifier:
    n = len(samples.shown)
    kernel = SharedKernel(background.normalized(np.concatenate([samples.shown, samples.rejected])), background)
    labels = kernel.labels(np.arange(n))
    labels[n : len(kernel.images)] = -1
    labels[len(kernel.images) :][~samples.background] = 0
    weights = np.concatenate([samples.weights, np.ones(len(background.rows))])
    fold_of = _folds(labels, len(kernel.images), seed)
    trained = [np.where(fold_of == fold, 0, labels) for fold in range(FOLDS)] + [labels]
    costs = np.stack([balanced_costs(each, c, weights) for each in trained])
    svms = fit_folds(kernel, labels, costs.astype(np.float32))
    held_out = svms.scores[fold_of, np.arange(len(labels))]
    known = labels != 0
    known[n : len(kernel.images)] = False
    beta = svms.weights[-1].astype(np.float64)
    return WordClassifier(
        kernel.direction(beta).astype(np.float32),
        float(beta.sum()),
        fit_sigmoid(held_out[known], labels[known] > 0),
        held_out[:n],
    )


def _folds(labels: NDArray[np.int8], images: int, seed: int) -> Indices:
    """(N,) the fold in which each sample is held out; the word's, the rejected and the background are dealt evenly."""
    rng, folds = np.random.default_rng(seed), np.empty(len(labels), dtype=np.intp)
    ends = [0, int(np.count_nonzero(labels[:images] > 0)), images, len(labels)]
    for start, end in pairwise(ends):
        folds[start:end] = rng.permutation(np.arange(end - start) % FOLDS)
    return folds
