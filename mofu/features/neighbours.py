"""Activations → the nearest of many others by cosine: exact, block by block, so that a million rows need little memory.

Many queries by faiss's flat inner product (Douze et al. 2024, The Faiss library) where it is installed, else and for a
few by the same product in numpy; both look at every row, so that they differ in nothing but the rounding of float32.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.features.backbone import Vectors
from mofu.features.unit import lengths, unit_rows

BLOCK = 8192
"""Rows that are compared at once: beside them, memory holds their cosines with every query."""

QUERIES = 1024
"""Queries that are compared at once."""

MANY = 4
"""Queries from which faiss pays, ms a query against 100,000 × 512 on one core: of one, faiss takes 6.9 and numpy 6.5;
of 8, 2.3 and 3.4; of 512, 0.9 and 1.1."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of each query, the nearest first, equally near ones in their order.

    Where several are equally near and there is room for some alone, any of them are taken.

    Attributes:
        rows: (m, k) places in the blocks, counted through all of them from 0.
        cosines: (m, k) float32, -1 … 1.
    """

    rows: NDArray[np.intp]
    cosines: Vectors


def nearest(queries: Vectors, blocks: Iterable[Vectors], count: int) -> Neighbours:
    """The nearest rows to each query; fewer than `count` where the blocks have fewer.

    Args:
        queries: (m, d).
        blocks: (b, d) each, read one after the other; what is compared at once is at most `BLOCK` rows.
        count: at least 1.

    Raises:
        InvalidInputError: a query or a row that is not finite, another d, or a count below 1.
    """
    if count < 1:
        raise InvalidInputError(f"{count} neighbours: expected at least 1")
    wanted = unit_rows(queries)
    found = Neighbours(np.zeros((len(wanted), 0), np.intp), np.zeros((len(wanted), 0), np.float32))
    engine, start = _faiss() if len(wanted) >= MANY else None, 0
    for block in blocks:
        for first in range(0, len(block), BLOCK):
            rows = np.asarray(block[first : first + BLOCK], dtype=np.float32)
            if rows.shape[1:] != wanted.shape[1:]:
                raise InvalidInputError(f"activations of shape {rows.shape}: expected (n, {wanted.shape[1]})")
            found = _merged(found, _searched(engine, wanted, rows, min(count, len(rows))), start + first, count)
        start += len(block)
    return found


def among(vectors: Vectors, count: int) -> Neighbours:
    """The nearest others of each row, itself left out.

    Args:
        vectors: (n, d).
        count: at least 1; at most n - 1 are found.

    Raises:
        InvalidInputError: as `nearest`.
    """
    if len(vectors) < 2:
        return Neighbours(np.zeros((len(vectors), 0), np.intp), np.zeros((len(vectors), 0), np.float32))
    found = nearest(vectors, [vectors], min(count, len(vectors) - 1) + 1)
    own = found.rows == np.arange(len(vectors))[:, None]
    own[~own.any(axis=1), -1] = True  # more copies of it than were asked for: any may go
    shape = (len(vectors), found.rows.shape[1] - 1)
    return Neighbours(found.rows[~own].reshape(shape), found.cosines[~own].reshape(shape))


def _faiss() -> ModuleType | None:
    try:
        import faiss
    except ImportError:
        return None
    # Always by BLAS: what faiss 1.15 does by default for up to 250 queries of 512 numbers takes 6.9 ms a query, not 1.
    faiss.cvar.distance_compute_blas_threshold = 1
    module: ModuleType = faiss
    return module


def _searched(engine: ModuleType | None, queries: Vectors, rows: Vectors, count: int) -> Neighbours:
    parts = [Neighbours(np.zeros((0, count), np.intp), np.zeros((0, count), np.float32))]
    scale = lengths(rows)
    # One pass over the rows is what few queries cost; scaling the rows would be two more.
    prepared = rows if engine is None else rows / scale[:, None]
    for first in range(0, len(queries), QUERIES):
        some = queries[first : first + QUERIES]
        parts.append(
            _by_numpy(some, prepared, scale, count) if engine is None else _by_faiss(engine, some, prepared, count)
        )
    return Neighbours(np.concatenate([p.rows for p in parts]), np.concatenate([p.cosines for p in parts]))


def _by_numpy(queries: Vectors, rows: Vectors, scale: NDArray[np.float32], count: int) -> Neighbours:
    cosines = queries @ rows.T / scale
    best = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    return Neighbours(best, np.take_along_axis(cosines, best, axis=1))


def _by_faiss(engine: ModuleType, queries: Vectors, rows: Vectors, count: int) -> Neighbours:
    if engine.get_num_gpus():
        gpu = engine.StandardGpuResources()
        cosines, best = engine.knn_gpu(gpu, queries, rows, count, metric=engine.METRIC_INNER_PRODUCT)
    else:
        cosines, best = engine.knn(queries, rows, count, metric=engine.METRIC_INNER_PRODUCT)
    return Neighbours(best.astype(np.intp), cosines)


def _merged(found: Neighbours, more: Neighbours, start: int, count: int) -> Neighbours:
    rows = np.concatenate([found.rows, more.rows + start], axis=1)
    cosines = np.concatenate([found.cosines, more.cosines], axis=1)
    order = np.lexsort((rows, -cosines))[:, :count]
    return Neighbours(np.take_along_axis(rows, order, axis=1), np.take_along_axis(cosines, order, axis=1))
