"""A function of one image → the same over many, an image a thread: for backbones that compute in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from mofu.features.backbone import Vectors
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels


class ImageThreads:
    """As many images at once as this process owns cores."""

    def __init__(self) -> None:
        self._blas = ThreadpoolController()

    def map(self, vector: Callable[[Pixels], NDArray[np.float32]], pixels: Sequence[Pixels]) -> Vectors:
        """Rows of `vector` for each image, at least one.

        Returns:
            (len(pixels), d) float32.
        """
        # one thread an image: BLAS threads of their own in each of them take ten times as long
        with self._blas.limit(limits=1), ThreadPoolExecutor(min(len(pixels), cores())) as threads:
            return np.stack(list(threads.map(vector, pixels)))
