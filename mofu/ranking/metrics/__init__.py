"""What is measured of an order, of judges and of a classifier: pure functions from arrays to numbers.

A quantity that does not exist for its input (the average precision of no positive, the correlation with a constant) is
NaN; an input that cannot be meant (NaN among scores, lengths that differ, more successes than trials) is a ValueError.
"""

from mofu.ranking.metrics.agreement import cohens_kappa, fleiss_kappa
from mofu.ranking.metrics.confusion import Confusion, confusion_matrix
from mofu.ranking.metrics.correlation import average_ranks, kendall_tau, spearman
from mofu.ranking.metrics.intervals import (
    Bounds,
    Interval,
    blaker_bounds,
    clopper_pearson_interval,
    hypergeometric_bounds,
    hypergeometric_probabilities,
    wilson_interval,
)
from mofu.ranking.metrics.retrieval import average_precision, ndcg, precision_at_k, recall_at_k
from mofu.ranking.metrics.sequential import Evidence, sequential_evidence

__all__ = [
    "Bounds",
    "Confusion",
    "Evidence",
    "Interval",
    "average_precision",
    "average_ranks",
    "blaker_bounds",
    "clopper_pearson_interval",
    "cohens_kappa",
    "confusion_matrix",
    "fleiss_kappa",
    "hypergeometric_bounds",
    "hypergeometric_probabilities",
    "kendall_tau",
    "ndcg",
    "precision_at_k",
    "recall_at_k",
    "sequential_evidence",
    "spearman",
    "wilson_interval",
]
