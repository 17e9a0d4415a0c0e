"""A stylised picture and its content → the stylised picture in the content's colours, pixel by pixel or on average."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels

Numbers = NDArray[np.float64]
Planes = NDArray[np.float32]

_BAND = 1 << 20  # pixels that are worked on at once: floats of a large picture would not fit the memory
_STEPS = 8
_NEAR = 0.75
"""In CIE Lab: how far chroma may move by clipping; a step of 8 bits moves it as far, and OpenCV's tables do nearly."""
_FAINT = 1e-6
"""Variance, of channels in [0, 1], that is added to all: colours that do not vary cannot be stretched to any that do.
An eighth of a step of 8 bits squared."""


def with_chroma_of(content: Pixels, stylised: Pixels) -> Pixels:
    """The lightness of one picture with the chroma of another, in CIE Lab (D65).

    Where no display shows that chroma at that lightness, the lightness goes back towards the content's until one does:
    colours are kept rather than texture.

    Args:
        content: (h, w, 3) uint8 RGB, whose a* and b* are kept.
        stylised: of the same shape, whose L* is taken.
    """
    found = np.empty_like(content)
    for rows in _bands(content):
        found[rows] = _rounded(_lit(_lab(content[rows]), _lab(stylised[rows])[..., 0]))
    return found


def matched(pixels: Pixels, content: Pixels, weights: Planes | None = None) -> Pixels:
    """A picture with the mean and the covariance of the colours of another (Gatys et al. 2016, "Preserving color").

    Args:
        pixels: (h, w, 3) uint8 RGB.
        content: whose colours it is given; of the same shape.
        weights: (h, w) how much each pixel counts on both sides; None: all the same.
    """
    mean, covariance = moments(pixels, weights)
    wanted_mean, wanted = moments(content, weights)
    matrix = transport(covariance, wanted)
    found = np.empty_like(pixels)
    for rows in _bands(pixels):
        found[rows] = _rounded(((pixels[rows] / 255.0 - mean) @ matrix.T + wanted_mean).astype(np.float32))
    return found


def moments(pixels: Pixels, weights: Planes | None = None) -> tuple[Numbers, Numbers]:
    """Mean (3,) and covariance (3, 3) of R, G, B in [0, 1]; weights that are 0 everywhere count as none."""
    total, mean, moment = 0.0, np.zeros(3), np.zeros((3, 3))
    kept = weights if weights is not None and weights.any() else None
    for rows in _bands(pixels):
        flat = pixels[rows].reshape(-1, 3) / 255.0
        shares = np.ones(len(flat)) if kept is None else kept[rows].reshape(-1).astype(np.float64)
        total += shares.sum()
        mean += shares @ flat
        moment += (flat * shares[:, None]).T @ flat
    mean /= total
    return mean, moment / total - np.outer(mean, mean)


def transport(covariance: Numbers, wanted: Numbers) -> Numbers:
    """The symmetric A with A C Aᵀ = S, which moves colours less than any other: C^(−½) (C^½ S C^½)^½ C^(−½).

    Pitié & Kokaram, "The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer", 2007.

    Args:
        covariance, wanted: (3, 3) C and S, positive semi-definite; where C has no variance, A has little effect.
    """
    lifted = covariance + _FAINT * np.eye(3)
    half, inverse = _of_eigenvalues(lifted, np.sqrt), _of_eigenvalues(lifted, lambda values: 1 / np.sqrt(values))
    return np.asarray(inverse @ _of_eigenvalues(half @ wanted @ half, np.sqrt) @ inverse)


def _of_eigenvalues(matrix: Numbers, function: Callable[[Numbers], Numbers]) -> Numbers:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * function(np.maximum(values, 0))) @ vectors.T)


def _lit(content: Planes, lightness: Planes) -> Planes:
    """RGB (h, w, 3) in [0, 1] of the content's (h, w, 3) Lab at another lightness (h, w), as far as there is such."""
    wanted = np.dstack([lightness, content[..., 1:]])
    shown = np.asarray(cv2.cvtColor(wanted, cv2.COLOR_LAB2RGB), np.float32)
    strayed = ~_kept(shown, content)
    if strayed.any():
        shown[strayed] = _towards(content[strayed][:, None], lightness[strayed][:, None])[:, 0]
    return shown


def _towards(content: Planes, lightness: Planes) -> Planes:
    """As `_lit`, of (n, 1, 3) and (n, 1), by halving the way between both lightnesses."""
    low, high = np.zeros_like(lightness), np.ones_like(lightness)
    for _ in range(_STEPS):
        middle = ((low + high) / 2).astype(np.float32)
        inside = _kept(_between(content, lightness, middle), content)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return _between(content, lightness, low)


def _between(content: Planes, lightness: Planes, share: Planes) -> Planes:
    lab = np.dstack([content[..., 0] + share * (lightness - content[..., 0]), content[..., 1:]])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)


def _kept(shown: Planes, content: Planes) -> NDArray[np.bool_]:
    """Whether RGB, which conversion has clipped, still has the chroma of Lab."""
    strayed = cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)[..., 1:] - content[..., 1:]
    return np.asarray(np.linalg.norm(strayed, axis=-1) <= _NEAR)


def _lab(pixels: Pixels) -> Planes:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def _rounded(shown: Planes) -> Pixels:
    return np.asarray(np.rint(np.clip(shown, 0, 1) * 255), np.uint8)


def _bands(pixels: Pixels) -> Iterator[slice]:
    step = max(1, _BAND // pixels.shape[1])
    return (slice(row, row + step) for row in range(0, pixels.shape[0], step))
