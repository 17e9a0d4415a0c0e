"""Pictures of a style, and pictures of other things → the picture that shows the style most clearly, and those like it.

The mean of a style's pictures has lost directions and sizes: stripes that run every way are no stripes. And its
middlemost picture is one that has a little of everything. What a person would hold up instead is the picture that is
least like other things: that of the largest margin (as the most discriminative patches of Singh, Gupta & Efros,
"Unsupervised discovery of mid-level discriminative patches", ECCV 2012, are found), here out of fold, and with it
those that look like it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mofu.features.reduction import principal
from mofu.style.clustering import DIMENSIONS
from mofu.style.merging import Merge, merge
from mofu.style.statistics import Array, Statistics

FEWEST = 10
"""Pictures of the word, and of other things, below which no margin is worth anything."""

SHARES = (3.0, 1.0, 1.0)
"""How much the first exemplars count in what is merged; the others show where it comes from.

Chosen on five words and thirty photographs: the clearest alone is seen best, and costs more of a picture's outlines;
three alike are seen less.
"""

_FOLDS = 5
_DIMENSIONS = 100
_C = 10.0


def clearness(descriptors: Array, others: Array) -> NDArray[np.float64]:
    """How far each picture of a word is on the word's side, by logistic regression from folds that it is not in.

    Args:
        descriptors: (n, d) of the word's pictures.
        others: (m, d) of pictures that were found without it.

    Returns:
        (n,) log odds; zeros where there are fewer than `FEWEST` of either: all are as good as one another then.

    Raises:
        InvalidInputError: descriptors that are not finite.
    """
    if min(len(descriptors), len(others)) < FEWEST:
        return np.zeros(len(descriptors))
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    rows = principal(np.concatenate([descriptors, others]), _DIMENSIONS)
    shows = np.arange(len(rows)) < len(descriptors)
    regression = LogisticRegression(C=_C, max_iter=1000, class_weight="balanced")
    found = cross_val_predict(regression, rows, shows, cv=_FOLDS, method="decision_function")
    return np.asarray(found[: len(descriptors)], np.float64)


def exemplars(descriptors: Array, members: NDArray[np.intp], clear: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The clearest member of a group, and then those nearest to it, so many at most.

    Args:
        descriptors: (n, d) of all pictures.
        members: (k,) rows of the group, at least one.
        clear: (n,) how clear each is; of equally clear ones, the middlemost comes first.
    """
    rows = principal(descriptors[members], DIMENSIONS)
    first = np.lexsort((_apart(rows, rows.mean(axis=0)), -clear[members]))[0]
    return members[np.argsort(_apart(rows, rows[first]), kind="stable")[:most]]


def merged(statistics: Sequence[Statistics], how: Merge = "mean") -> Statistics:
    """The statistics of a style, from those of its exemplars in their order; raises as `merge` does."""
    first = statistics[: len(SHARES)]
    return merge(first, how, SHARES[: len(first)])


def _apart(rows: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.square(rows - centre).sum(axis=1))
