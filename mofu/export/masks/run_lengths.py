"""A mask ↔ COCO's run lengths: column after column, how many pixels are outside, inside, outside …; area and box.

As counts or, compressed, as text: each count from the fourth on as the difference from the one two before it, in
groups of five bits, the lowest first, the sixth bit saying that more follow, from the character `0` on
(`rleToString` of cocoapi's maskApi.c). Written in numpy so that nobody needs pycocotools, whose answers the tests
hold it to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError

Mask = NDArray[np.bool_]
"""(h, w), True inside."""
Counts = NDArray[np.int64]
"""(n,) run lengths, the first of them outside, 0 where the first pixel is inside; their sum is h · w."""

_FIRST = ord("0")
_BITS, _MORE, _SIGN, _DIGITS = 5, 0x20, 0x10, 0x1F


def encode(mask: Mask) -> Counts:
    """The run lengths of a mask."""
    flat = np.asarray(mask, bool).ravel(order="F")
    if not flat.size:
        return np.zeros(0, np.int64)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0] if flat[0] else np.zeros(0, np.int64), [0], edges, [flat.size]])
    return np.diff(starts).astype(np.int64)


def decode(counts: Sequence[int] | Counts, height: int, width: int) -> Mask:
    """The mask of run lengths, (height, width).

    Raises:
        InvalidInputError: the runs do not fill the mask.
    """
    runs = np.asarray(counts, np.int64)
    if (runs < 0).any() or runs.sum() != height * width:
        raise InvalidInputError(f"run lengths of {runs.sum()} pixels: expected {height} x {width} of them")
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape((height, width), order="F")


def compress(counts: Sequence[int] | Counts) -> str:
    """Run lengths as ASCII text."""
    runs = [int(count) for count in counts]
    text = bytearray()
    for place, run in enumerate(runs):
        left, more = run - (runs[place - 2] if place > 2 else 0), True
        while more:
            digits = left & _DIGITS
            left >>= _BITS
            more = left != (-1 if digits & _SIGN else 0)
            text.append(_FIRST + (digits | (_MORE if more else 0)))
    return text.decode("ascii")


def decompress(text: str) -> Counts:
    """The run lengths that a text holds.

    Raises:
        InvalidInputError: it ends within a number, or holds other characters.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        digits = ord(character) - _FIRST
        if not 0 <= digits < 2 * _MORE:
            raise InvalidInputError(f"{character!r} in compressed run lengths: expected characters from '0' to 'o'")
        value |= (digits & _DIGITS) << shift
        shift += _BITS
        if not digits & _MORE:
            value -= (1 << shift) if digits & _SIGN else 0
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    if shift:
        raise InvalidInputError("compressed run lengths end within a number: expected the whole text")
    return np.array(runs, np.int64)


def area(counts: Sequence[int] | Counts) -> int:
    """How many pixels are inside."""
    return int(np.asarray(counts, np.int64)[1::2].sum())


def box(mask: Mask) -> tuple[int, int, int, int]:
    """The smallest (x, y, width, height) that holds all that is inside; zeros for nothing."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return (0, 0, 0, 0)
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1
