"""How a style is put onto a picture: what a person chooses, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from mofu.errors import InvalidSettingError, UnknownNameError

Colours = Literal["style", "luminance", "match"]
"""`style`: the style's own; `luminance`: the picture's, only its lightness is drawn anew; `match`: the picture's, on
average: the style is first given the mean and the covariance of the picture's colours."""
COLOURS: tuple[Colours, ...] = get_args(Colours)

DEFAULT_STRENGTH = 0.7
LEAST_TILE_PX = 128


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chooses.

    Attributes:
        strength: 0 gives the picture itself, 1 as much of the style as there can be.
        colours: whose colours the result has.
        size_px: longer side at which the style is put on, never more than the picture's; None: the picture's own.
        seed: of whatever is drawn by chance.
        tile_px: side of the tiles in which larger pictures are worked on.
        feather_px: width of the border inside a region over which the picture becomes the stylised one.
        iterations: steps of a stylist that goes by steps, at the full size; None: as many as it has by default.

    Raises:
        InvalidSettingError, UnknownNameError: a value out of its range, or no such colours.
    """

    strength: float = DEFAULT_STRENGTH
    colours: Colours = "style"
    size_px: int | None = None
    seed: int = 0
    tile_px: int = 512
    feather_px: float = 12.0
    iterations: int | None = None

    def __post_init__(self) -> None:
        if self.colours not in COLOURS:
            raise UnknownNameError("colours", self.colours, COLOURS)
        _expect("strength", self.strength, 0.0 <= self.strength <= 1.0, "a number from 0 (the picture itself) to 1")
        _expect("size_px", self.size_px, self.size_px is None or self.size_px >= 16, "16 pixels or more, or none")
        _expect("seed", self.seed, 0 <= self.seed < 2**32, "a whole number from 0 to 2³² − 1")
        _expect("tile_px", self.tile_px, self.tile_px >= LEAST_TILE_PX, f"{LEAST_TILE_PX} pixels or more")
        feathered = math.isfinite(self.feather_px) and self.feather_px >= 0
        _expect("feather_px", self.feather_px, feathered, "a number of pixels, 0 or more")
        stepped = self.iterations is None or 1 <= self.iterations <= 10_000
        _expect("iterations", self.iterations, stepped, "a whole number from 1 to 10000, or none")


def _expect(name: str, value: object, holds: bool, expected: str) -> None:
    if not holds:
        raise InvalidSettingError(f"{name}={value}: expected {expected}")
