"""How surfaces are learned and looked for: all that decides it but the pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurfaceSettings:
    """How surfaces are learned.

    Attributes:
        layers: of the backbone; empty: the deepest of every resolution.
        side_px: longer side of a picture as it is cut into regions.
        scales: of that side, at which the backbone is shown a picture: what is fine at one is coarse at the other.
        texture_scale: of that side, at which local texture is read.
        sizes_px: distances of neighbouring superpixels: it learns from those of the first and looks at all of them.
        share: of a picture that its words cover, at least.
        ahead: beyond that share, what is likelier a word than the background by this much, in logarithms, is covered
            as well: pictures that are the word all over are learned from whole.
        rounds: of expectation and maximisation.
        inverse_penalty: C of the logistic regression, on rows of unit length.
        background_bias: added to the background's logarithm where a picture's words are not known.
        found_bias: the same once words were found by that.
        known_bias: the same where they are known.
        least_area: share of a picture that a word covers, for it to be taken for known.
        least_known: share of a picture that the words known to be there cover together, at least.
    """

    layers: tuple[str, ...] = ()
    side_px: int = 256
    scales: tuple[float, ...] = (1.0, 1.5)
    texture_scale: float = 1.5
    sizes_px: tuple[int, ...] = (24, 17, 34)
    share: float = 0.25
    ahead: float = 0.3
    rounds: int = 4
    inverse_penalty: float = 2.0
    background_bias: float = 0.0
    found_bias: float = -0.5
    known_bias: float = -1.0
    least_area: float = 0.08
    least_known: float = 0.2
