"""Local descriptors ↔ the codebook file: for each cue a PCA and a mixture, fitted once, kept in the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from mofu.errors import DamagedError
from mofu.features.fisher.cues import Cue
from mofu.features.fisher.mixture import Mixture

Array = NDArray[np.float32]

FILE = Path(__file__).parent.parent / "data" / "fisher_codebook.safetensors"
SHA256 = "779f3eaf601d139f63ef0ae480908c0ce6bd01135686f566446aae5e25578596"
"""Of the packaged file; `training/fit_fisher_codebook.py` prints it."""
_LEAST_VARIANCE = 1e-4  # a Gaussian that shrinks onto one descriptor would rule every gradient
_ITERATIONS = 60


@dataclass(frozen=True)
class CueCodebook:
    """What one cue's descriptors are held against, all float32.

    Attributes:
        centre: (d,) mean descriptor.
        axes: (d, D) principal axes.
        weights, means, variances: of the mixture, see `Mixture`.
    """

    centre: Array
    axes: Array
    weights: Array
    means: Array
    variances: Array

    @cached_property
    def mixture(self) -> Mixture:
        """The mixture of the projected descriptors."""
        return Mixture(self.weights, self.means, self.variances)

    @property
    def dimension(self) -> int:
        """Numbers in the Fisher vector, 2·K·D."""
        return 2 * self.means.size

    def gradients(self, blocks: Iterable[Array], mirrored: NDArray[np.intp]) -> Array:
        """Fisher gradients of descriptors together with those of the mirrored image, so that mirror twins are equal.

        Args:
            blocks: (n, d) float32 descriptors each.
            mirrored: order of the components in a descriptor's mirror twin.

        Returns:
            (2·K·D,) float32, see `Mixture.gradients`.
        """
        # the twins share one pass: permuting the axes' rows is cheaper than permuting every descriptor
        axes = np.concatenate([self.axes, self.axes[mirrored]], axis=1)
        centre = np.tile(self.centre @ self.axes, 2)
        return self.mixture.gradients((block @ axes - centre).reshape(-1, self.axes.shape[1]) for block in blocks)


def fit(descriptors: Array, cue: Cue, seed: int) -> CueCodebook:
    """PCA to `cue.dimension`, then a mixture of `cue.gaussians` by expectation maximisation.

    Args:
        descriptors: (n, d) float32, n well above 100 times K.
        cue: what they are.
        seed: of the mixture's start.
    """
    from sklearn.mixture import GaussianMixture

    centre = descriptors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((descriptors - centre).T))
    # the sign of an eigenvector is the linear algebra library's whim
    axes = axes[:, ::-1][:, : cue.dimension]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    mixture = GaussianMixture(
        cue.gaussians,
        covariance_type="diag",
        max_iter=_ITERATIONS,
        reg_covar=1e-5,
        init_params="k-means++",
        random_state=seed,
    ).fit((descriptors - centre) @ axes)
    found = (centre, axes, mixture.weights_, mixture.means_, np.maximum(mixture.covariances_, _LEAST_VARIANCE))
    return CueCodebook(*(np.ascontiguousarray(array, dtype=np.float32) for array in found))


def serialised(codebooks: Mapping[str, CueCodebook], origin: Mapping[str, str | int]) -> bytes:
    """The codebook file's bytes: a tensor `cue.field` for each array, and where they come from as `origin`, in JSON."""
    tensors = {
        f"{cue}.{field.name}": getattr(book, field.name) for cue, book in codebooks.items() for field in fields(book)
    }
    # one key of metadata only: the format keeps several in no order, and the file is known by its hash
    return safetensors.numpy.save(tensors, {"origin": json.dumps(origin)})


def load(path: Path = FILE, sha256: str = SHA256) -> dict[str, CueCodebook]:
    """Read a codebook file, by cue.

    Raises:
        DamagedError: its bytes are not those that `sha256` stands for.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DamagedError(f"{path}: SHA-256 is {found[:12]}…, expected {sha256[:12]}…: install mofu again")
    tensors = safetensors.numpy.load(content)
    names = dict.fromkeys(key.partition(".")[0] for key in tensors)
    return {
        cue: CueCodebook(**{field.name: tensors[f"{cue}.{field.name}"] for field in fields(CueCodebook)})
        for cue in names
    }
