"""A stylist, a picture, a mix and where it goes → the picture in that mix: resized, by tiles, coloured, feathered."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled
from mofu.style.blending import Plane, blended, check_region, feathered
from mofu.style.colour import matched, with_chroma_of
from mofu.style.mix import Mix, Part, normalised
from mofu.style.options import LEAST_TILE_PX, Options
from mofu.style.stylist import Stylist, Told
from mofu.style.tiling import by_tiles, check_size, count

AROUND_PX = 32
"""Of the picture around a region that the stylist is shown, in pixels of its work."""
LEAST_PX = 128
"""Side of what a stylist is shown of a small region in a larger picture: a texture needs room to be one."""
PADDED_PX = 32
"""Smaller pictures are continued by their reflection: networks halve them again and again."""

_BAND = 1 << 20  # pixels that are brought together at once


def apply(
    stylist: Stylist,
    pixels: Pixels,
    mix: Sequence[Part],
    options: Options,
    region: Plane | None = None,
    progress: Told | None = None,
) -> Pixels:
    """Put a mix of styles onto a picture, or onto a region of it.

    Args:
        stylist: see `stylist.load`.
        pixels: (h, w, 3) uint8 RGB.
        mix: parts; their maps of the picture's size.
        options: what a person chooses.
        region: (h, w) float32 in [0, 1], where the style goes; None: everywhere.
        progress: called with (steps done, steps in all).

    Returns:
        (h, w, 3) uint8; where the region is 0, and everywhere at strength 0, bit for bit as before.

    Raises:
        InvalidInputError: a picture of more than 100 megapixels, a region or a map of another size, or styles that
            the stylist does not take.
    """
    check_size(pixels)
    # what is wrong with a mix is said also where nothing of it would be seen
    shares = stylist.checked(pixels, mix)
    share = None
    if region is not None:
        check_region(region, pixels)
        share = feathered(region.astype(np.float32), options.feather_px)
    if options.strength == 0 or (share is not None and not share.any()):
        return pixels.copy()
    return _Pass(stylist, pixels, shares, options).of(share, progress)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One picture on its way, everything checked."""

    stylist: Stylist
    pixels: Pixels
    mix: Mix
    options: Options

    def of(self, share: Plane | None, progress: Told | None) -> Pixels:
        """The picture with the style where the share says."""
        rows, columns = self._box(share)
        content = self.pixels[rows, columns]
        weights = None if share is None else share[rows, columns]
        small = self._resized(content)
        painted = self._painted(small, _mix_of(self.mix, rows, columns, small), progress)
        whole = self._coloured(content, _enlarged(content, small, painted), weights)
        found = self.pixels.copy()
        found[rows, columns] = whole if weights is None else blended(content, whole, weights)
        return found

    @property
    def _scale(self) -> float:
        longer = max(self.pixels.shape[:2])
        return 1.0 if self.options.size_px is None else min(1.0, self.options.size_px / longer)

    def _box(self, share: Plane | None) -> tuple[slice, slice]:
        """Rows and columns that the stylist is shown."""
        height, width = self.pixels.shape[:2]
        if share is None:
            return slice(0, height), slice(0, width)
        return self._reach(share.max(1) > 0), self._reach(share.max(0) > 0)

    def _reach(self, touched: NDArray[np.bool_]) -> slice:
        """From the first to the last that is touched, and what is around them."""
        places = np.flatnonzero(touched)
        around, least = (round(side / self._scale) for side in (AROUND_PX, LEAST_PX))
        start, stop = int(places[0]) - around, int(places[-1]) + 1 + around
        missing = max(0, least - (stop - start))
        start, stop = start - missing // 2, stop + (missing + 1) // 2
        # what would lie outside of the picture on one side is taken from the other
        start, stop = start - max(0, stop - len(touched)), stop + max(0, -start)
        return slice(max(0, start), min(len(touched), stop))

    def _resized(self, content: Pixels) -> Pixels:
        return scaled(content, max(1, round(max(content.shape[:2]) * self._scale)), "longer")

    def _coloured(self, content: Pixels, painted: Pixels, weights: Plane | None) -> Pixels:
        if self.options.colours == "luminance":
            return with_chroma_of(content, painted)
        return matched(painted, content, weights) if self.options.colours == "match" else painted

    def _painted(self, pixels: Pixels, mix: Mix, progress: Told | None) -> Pixels:
        """By tiles where need be, smaller ones or without the GPU where that has no room."""
        tile_px = self.options.tile_px
        while True:
            try:
                return self._by_tiles(pixels, mix, tile_px, progress)
            except _lost() as error:
                tile_px = self._relieved(error, min(tile_px, max(pixels.shape[:2])))

    def _by_tiles(self, pixels: Pixels, mix: Mix, tile_px: int, progress: Told | None) -> Pixels:
        tiles = count(pixels.shape, tile_px)
        if tiles == 1:
            return self._stylised(pixels, mix, None, progress)
        thumbnail, done = scaled(pixels, tile_px, "longer"), 0

        def work(rows: slice, columns: slice) -> Pixels:
            nonlocal done
            # told in hundredths of a tile: how many steps one has, only the stylist knows
            told = _part_of(progress, done, tiles) if progress else None
            tile = pixels[rows, columns]
            found = self._stylised(tile, _mix_of(mix, rows, columns, tile), thumbnail, told)
            done += 1
            return found

        return by_tiles(pixels, tile_px, work)

    def _stylised(self, pixels: Pixels, mix: Mix, thumbnail: Pixels | None, progress: Told | None) -> Pixels:
        height, width = pixels.shape[:2]
        missing = (0, max(0, PADDED_PX - height)), (0, max(0, PADDED_PX - width))
        shown = np.pad(pixels, (*missing, (0, 0)), mode="symmetric")
        maps = (None if part.where is None else np.pad(part.where, missing, mode="symmetric") for part in mix)
        found = self.stylist.stylise(
            shown,
            tuple(replace(part, where=where) for part, where in zip(mix, maps, strict=True)),
            self.options.strength,
            seed=self.options.seed,
            iterations=self.options.iterations,
            thumbnail=thumbnail,
            progress=progress,
        )
        return found[:height, :width]

    def _relieved(self, error: BaseException, tile_px: int) -> int:
        """Make room for what did not fit; the error itself where there is no way."""
        reason = str(error).strip().partition("\n")[0]
        smaller = max(LEAST_TILE_PX, tile_px // 2)
        if type(error).__name__ == "OutOfMemoryError" and smaller < tile_px:
            instead = f"tiles of {smaller} px"
        elif self.stylist.leave_gpu():
            instead, smaller = "the CPU", tile_px
        else:
            raise error
        warnings.warn(
            f"{self.stylist.name}: the GPU cannot do this ({reason}): going on with {instead}",
            RuntimeWarning,
            stacklevel=2,
        )
        return smaller


def _lost() -> tuple[type[BaseException], ...]:
    """What a device raises that has no room, or is there no more; asked for only once something was raised."""
    from mofu.features.torch_runtime import LOST

    return LOST


def _mix_of(mix: Mix, rows: slice, columns: slice, pixels: Pixels) -> Mix:
    """The mix of a part of the picture, its maps of the size that this part has now."""
    height, width = pixels.shape[:2]
    parts = []
    for part in mix:
        where = part.where
        if where is not None:
            where = cv2.resize(where[rows, columns], (width, height), interpolation=cv2.INTER_AREA).clip(0, 1)
        parts.append(replace(part, where=where))
    return normalised([part for part in parts if part.where is None or part.where.any()])


def _enlarged(content: Pixels, small: Pixels, painted: Pixels) -> Pixels:
    """What was painted on a smaller copy, at the content's size: the content and the difference that was made to it.

    So the content's fine detail, which the smaller copy did not have, stays.
    """
    if small.shape == content.shape:
        return painted
    height, width = content.shape[:2]
    before, after = (cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in (small, painted))
    found = np.empty_like(content)
    step = max(1, _BAND // width)
    for row in range(0, height, step):
        rows = slice(row, row + step)
        made = content[rows].astype(np.int16) + after[rows] - before[rows]
        found[rows] = np.clip(made, 0, 255)
    return found


def _part_of(progress: Told, done: int, tiles: int) -> Told:
    def told(step: int, steps: int) -> None:
        progress(done * 100 + 100 * step // max(1, steps), tiles * 100)

    return told
