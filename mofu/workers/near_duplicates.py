"""Images of the library → groups that show one picture, each suspicion confirmed or refuted by their thumbnails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mofu.db.hits import ImageRecord
from mofu.imaging.alignment import is_same_picture, signature
from mofu.ranking.duplicates import Duplicates, group_near_duplicates
from mofu.workers.workshop import Workshop


def group(workshop: Workshop, records: Sequence[ImageRecord], vectors: NDArray[np.float32]) -> Duplicates:
    """Group distinct images by hashes, activations, (n, d), and a closer look at their thumbnails."""
    look = cache(lambda index: signature(workshop.blobs.thumbnail(records[index].sha256)))

    def is_same(i: int, j: int, cosine: float) -> bool:
        first, second = look(i), look(j)
        return first is not None and second is not None and is_same_picture(first, second, cosine)

    hashes = np.array([record.perceptual_hash for record in records], dtype=np.int64)
    quality = [(record.width * record.height, record.bytes) for record in records]
    return group_near_duplicates(hashes, vectors, quality, is_same)
