"""Local descriptors ↔ a codebook file: for each cue a PCA and a mixture; one is in the package, others a user's own."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from mofu.errors import DamagedError, InvalidInputError
from mofu.features.fisher.cues import CUES, VERSION, Cue
from mofu.features.fisher.mixture import Mixture

Array = NDArray[np.float32]

FILE = Path(__file__).parent.parent / "data" / "fisher_codebook.safetensors"
SHA256 = "779f3eaf601d139f63ef0ae480908c0ce6bd01135686f566446aae5e25578596"
"""Of the packaged file; `training/fit_fisher_codebook.py` prints it."""
_LEAST_VARIANCE = 1e-4  # a Gaussian that shrinks onto one descriptor would rule every gradient
_ITERATIONS = 60
LEAST_A_GAUSSIAN = 100
"""Descriptors a Gaussian below which a mixture says more of the sample than of pictures."""
_NAMED = re.compile(r"fisher-([0-9a-f]{16})\.safetensors")
_AGAIN = "fit one with `mofu codebook fit`"


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

    def suits(self, cue: Cue) -> bool:
        """Whether these are arrays of a cue's shapes, all numbers, weights and variances above 0."""
        described, kept = len(cue.mirrored), cue.dimension
        shapes = ((described,), (described, kept), (cue.gaussians,), *[(cue.gaussians, kept)] * 2)
        arrays = [getattr(self, field.name) for field in fields(self)]
        is_alike = all(a.shape == s and a.dtype == np.float32 for a, s in zip(arrays, shapes, strict=True))
        is_sound = all(np.isfinite(array).all() for array in arrays)
        return is_alike and is_sound and bool((self.weights > 0).all() and (self.variances > 0).all())

    def gradients(
        self,
        blocks: Iterable[Array],
        mirrored: NDArray[np.intp],
        seen: Callable[[Array], None] = lambda _posteriors: None,
    ) -> Array:
        """Fisher gradients of descriptors together with those of the mirrored image, so that mirror twins are equal.

        Args:
            blocks: (n, d) float32 descriptors each.
            mirrored: order of the components in a descriptor's mirror twin.
            seen: see `Mixture.gradients`; a descriptor's twin comes after it.

        Returns:
            (2·K·D,) float32, see `Mixture.gradients`.
        """
        return self.mixture.gradients(self.twins(blocks, mirrored), seen)

    def twins(self, blocks: Iterable[Array], mirrored: NDArray[np.intp]) -> Iterator[Array]:
        """(n, d) descriptors → (2n, D) projected, each followed by its mirror twin."""
        # the twins share one pass: permuting the axes' rows is cheaper than permuting every descriptor
        axes = np.concatenate([self.axes, self.axes[mirrored]], axis=1)
        centre = np.tile(self.centre @ self.axes, 2)
        for block in blocks:
            yield (block @ axes - centre).reshape(-1, self.axes.shape[1])


@dataclass(frozen=True, slots=True)
class Codebook:
    """A codebook file that was read.

    Attributes:
        sha256: of its bytes.
        origin: what it was fitted on: `pictures`, `seed`, `script` and the version of `descriptors`.
        cues: by name.
    """

    sha256: str
    origin: Mapping[str, str | int]
    cues: Mapping[str, CueCodebook]


def fit(descriptors: Array, cue: Cue, seed: int) -> CueCodebook:
    """PCA to `cue.dimension`, then a mixture of `cue.gaussians` by expectation maximisation.

    Args:
        descriptors: (n, d) float32, n at least 100 times K.
        cue: what they are.
        seed: of the mixture's start.

    Raises:
        InvalidInputError: fewer descriptors than that.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    if len(descriptors) < (least := LEAST_A_GAUSSIAN * cue.gaussians):
        raise InvalidInputError(
            f"{len(descriptors):,} descriptors of {cue.name}: a codebook needs at least {least:,}: give more pictures"
        )
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
    )
    with warnings.catch_warnings():
        # the steps of EM are bounded on purpose: what later ones change does not show in the vectors' use
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit((descriptors - centre) @ axes)
    found = (centre, axes, mixture.weights_, mixture.means_, np.maximum(mixture.covariances_, _LEAST_VARIANCE))
    return CueCodebook(*(np.ascontiguousarray(array, dtype=np.float32) for array in found))


def serialised(codebooks: Mapping[str, CueCodebook], origin: Mapping[str, str | int]) -> bytes:
    """The codebook file's bytes: a tensor `cue.field` for each array, and where they come from as `origin`, in JSON."""
    tensors = {
        f"{cue}.{field.name}": getattr(book, field.name) for cue, book in codebooks.items() for field in fields(book)
    }
    # one key of metadata only: the format keeps several in no order, and the file is known by its hash
    return safetensors.numpy.save(tensors, {"origin": json.dumps(origin)})


def file_name(content: bytes) -> str:
    """What a user's own codebook file is called: it says what its bytes must be."""
    return f"fisher-{hashlib.sha256(content).hexdigest()[:16]}.safetensors"


def load(path: Path = FILE) -> Codebook:
    """Read a codebook file.

    Raises:
        DamagedError: its bytes are not those that the package or its name stands for.
        InvalidInputError: it cannot be read, is no codebook, or one for other descriptors than this mofu computes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"codebook {path}: cannot be read ({error.strerror}): name a file, or {_AGAIN}"
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    _check_hash(path, sha256)
    origin = _origin(path)
    if origin.get("descriptors") != VERSION:
        raise InvalidInputError(
            f"codebook {path}: for descriptors {origin.get('descriptors')}, this mofu has {VERSION}: {_AGAIN}"
        )
    tensors = safetensors.numpy.load(content)
    try:
        books = {cue.name: _of_tensors(tensors, cue.name) for cue in CUES}
    except KeyError as error:
        raise InvalidInputError(f"codebook {path}: has no {error.args[0]}: name a codebook, or {_AGAIN}") from error
    unfit = [cue.name for cue in CUES if not books[cue.name].suits(cue)]
    if unfit:
        raise InvalidInputError(f"codebook {path}: {unfit[0]} is not as this mofu has it: {_AGAIN}")
    return Codebook(sha256, origin, books)


def _check_hash(path: Path, sha256: str) -> None:
    named = _NAMED.fullmatch(path.name)
    expected, remedy = (SHA256, "install mofu again") if path == FILE else (named[1] if named else "", _AGAIN)
    if not sha256.startswith(expected):
        raise DamagedError(f"{path}: SHA-256 is {sha256[:16]}…, expected {expected[:16]}…: {remedy}")


def _origin(path: Path) -> dict[str, str | int]:
    try:
        with safetensors.safe_open(path, "numpy") as opened:
            origin: dict[str, str | int] = json.loads((opened.metadata() or {}).get("origin", "{}"))
    except safetensors.SafetensorError as error:
        raise InvalidInputError(f"codebook {path}: no safetensors file ({error}): {_AGAIN}") from error
    return origin


def _of_tensors(tensors: Mapping[str, Array], cue: str) -> CueCodebook:
    return CueCodebook(**{field.name: tensors[f"{cue}.{field.name}"] for field in fields(CueCodebook)})
