"""Scenes that show no word in particular: what a search engine gives besides what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mofu.demo.canvas import Array, Frame
from mofu.demo.others import indoors, outdoors

SCENES: Mapping[str, Callable[[Frame], Array]] = {
    "sky": outdoors.sky,
    "hills": outdoors.hills,
    "sea": outdoors.sea,
    "road": outdoors.road,
    "houses": outdoors.houses,
    "leaves": outdoors.leaves,
    "books": indoors.books,
    "plates": indoors.plates,
    "letter": indoors.letter,
    "tiles": indoors.tiles,
    "room": indoors.room,
    "fruit": indoors.fruit,
    "lamps": indoors.lamps,
    "strokes": indoors.strokes,
}
"""Families of other things, by name."""
