"""A content and a stylised picture → what of the one is left in the other: outlines, colours; and plain baselines.

Pictures are (h, w, 3) uint8 RGB.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float64]

WINDOW_SIGMA, WINDOW_PX = 1.5, 11
"""The Gaussian window of Wang et al. 2004."""
K1, K2 = 0.01, 0.03
GRAINS_PX = (0.0, 0.7, 1.5, 3.0)
GRAIN_SHARES = (0.15, 0.5)
SIDE_PX = 256
"""What the shorter side of larger pictures is brought near to, as the authors of SSIM ask."""


def edge_ssim(content: Pixels, result: Pixels) -> float:
    """SSIM of the gradient magnitudes of two pictures' luminance: 1 where all outlines stand, about 0 where none does.

    SSIM as in Wang et al., "Image quality assessment" (IEEE TIP 2004): Gaussian window of 11 px, σ = 1.5, means and
    (co)variances under it, range 1; on Sobel magnitudes in [0, 1] in place of luminance, as in Chen et al.,
    "Gradient-based structural similarity" (ICIP 2006); pictures of 512 px and more are first averaged down to about
    256. The same as scikit-image's `structural_similarity(sobel(a), sobel(b), data_range=1, gaussian_weights=True,
    sigma=1.5, use_sample_covariance=False)`.
    """
    return ssim(sobel(_viewed(luminance(content))), sobel(_viewed(luminance(result))))


def luminance(picture: Pixels) -> Plane:
    """(h, w) of Rec. 601, in [0, 1]."""
    return np.asarray(picture @ np.array([0.299, 0.587, 0.114]) / 255)


def sobel(plane: Plane) -> Plane:
    """Gradient magnitudes (h, w) of a plane in [0, 1]: root mean square of both directions, each in [-1, 1]."""
    across, down = (cv2.Sobel(plane, cv2.CV_64F, *way, scale=0.25, borderType=cv2.BORDER_REFLECT) for way in _WAYS)
    return np.asarray(np.sqrt((across**2 + down**2) / 2))


_WAYS = ((1, 0), (0, 1))


def ssim(one: Plane, two: Plane) -> float:
    """Mean SSIM of two planes in [0, 1], but for a margin of half a window."""
    mean_one, mean_two = _weighed(one), _weighed(two)
    variance_one, variance_two = _weighed(one * one) - mean_one**2, _weighed(two * two) - mean_two**2
    covariance = _weighed(one * two) - mean_one * mean_two
    c1, c2 = K1**2, K2**2
    levels = (2 * mean_one * mean_two + c1) / (mean_one**2 + mean_two**2 + c1)
    structures = (2 * covariance + c2) / (variance_one + variance_two + c2)
    margin = WINDOW_PX // 2
    return float((levels * structures)[margin:-margin, margin:-margin].mean())


def chroma_delta_e(content: Pixels, result: Pixels) -> float:
    """Mean distance of two pictures' a* and b* in CIE Lab (D65), the lightness left aside."""
    one, two = (cv2.cvtColor((each / 255).astype(np.float32), cv2.COLOR_RGB2LAB) for each in (content, result))
    return float(np.linalg.norm(one[..., 1:] - two[..., 1:], axis=-1).mean())


def blended(content: Pixels, photograph: Pixels, share: float) -> Pixels:
    """The content with a photograph of the word over it, which has so large a share of every pixel."""
    height, width = content.shape[:2]
    over = cv2.resize(photograph, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.round((1 - share) * content + share * over.astype(np.float64)), np.uint8)


def with_colours_of(content: Pixels, photograph: Pixels) -> Pixels:
    """The content with the photograph's histogram in each of R, G and B: its colours, none of its texture."""
    planes = []
    for channel in range(3):
        values, counts = np.unique(content[..., channel], return_counts=True)
        wanted, available = np.unique(photograph[..., channel], return_counts=True)
        matched = np.interp(np.cumsum(counts) / counts.sum(), np.cumsum(available) / available.sum(), wanted)
        planes.append(np.interp(content[..., channel], values, matched))
    return np.asarray(np.round(np.stack(planes, axis=-1)), np.uint8)


def grained(content: Pixels, chance: np.random.Generator) -> Pixels:
    """The content under noise of some grain, grey or coloured: a texture that is no word's."""
    height, width = content.shape[:2]
    noise: Plane = chance.standard_normal((height, width, 1 if chance.random() < 0.5 else 3)) * np.ones(3)
    grain = chance.choice(GRAINS_PX)
    if grain:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), grain), np.float64)
        noise = noise / noise.std()
    share = chance.uniform(*GRAIN_SHARES)
    return np.asarray(np.clip((1 - share) * content + share * (128 + 74 * noise), 0, 255), np.uint8)


def _viewed(plane: Plane) -> Plane:
    """Averaged down by a whole number, see `SIDE_PX`."""
    factor = max(1, round(min(plane.shape) / SIDE_PX))
    height, width = (side // factor * factor for side in plane.shape)
    return np.asarray(
        cv2.resize(plane[:height, :width], (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    )


def _weighed(plane: Plane) -> Plane:
    size = (WINDOW_PX, WINDOW_PX)
    return np.asarray(cv2.GaussianBlur(plane, size, WINDOW_SIGMA, borderType=cv2.BORDER_REFLECT))
