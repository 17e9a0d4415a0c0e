"""The rows of a result → what pages tell of it: whose photographs are behind it, what repeats it, what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from mofu.style.pack import Example


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A style that went in: of which word, its name, its weight, the pack's SHA-256, the photographs behind it."""

    word: str
    style: str
    weight: float
    pack_sha256: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What repeats a result.

    Attributes:
        content: SHA-256 of the picture that it was made of.
        region: how it came about; empty: the whole picture.
        size: pixels of the longer side; null: the picture's own.
        iterations: null: as many as the method has by default.
        weights: SHA-256 of the method's own; empty: it has none.
    """

    packs: tuple[Ingredient, ...]
    content: str
    method: str
    colours: str
    region: str
    seed: int
    size: int | None
    iterations: int | None
    backbone: str
    weights: str
    mofu: str
    torch: str


@dataclass(frozen=True, slots=True)
class WordCheck:
    """How likely a picture shows a word; `role`: style, whose style was put on, or region, which was there."""

    word: str
    role: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RegionCheck:
    """How well the region of a word is found again on the result: share of right pixels, intersection over union."""

    word: str
    accuracy: float
    iou: float


@dataclass(frozen=True, slots=True)
class Checked:
    """What a result comes to; `notes` say why something is not known."""

    words: tuple[WordCheck, ...] = ()
    region: RegionCheck | None = None
    notes: tuple[str, ...] = ()


_CHECKED = TypeAdapter(Checked)
_EXAMPLES = TypeAdapter(tuple[Example, ...])


def told_of(recipe: Mapping[str, Any]) -> Told:
    """What a recipe says, as its PNG has it."""
    options = recipe["options"]
    packs = tuple(
        Ingredient(
            each["word"], each["style"], each["weight"], each["pack_sha256"],
            _EXAMPLES.validate_python(each["examples"]),
        )
        for each in recipe["packs"]
    )  # fmt: skip
    return Told(
        packs, recipe["content_sha256"], recipe["method"], options["colours"], recipe["region"], options["seed"],
        options["size_px"], options["iterations"], recipe["backbone_id"], recipe["weights_sha256"], recipe["mofu"],
        recipe["torch"],
    )  # fmt: skip


def checked_of(scores: Mapping[str, Any]) -> Checked:
    """What was measured of a result."""
    return _CHECKED.validate_python(dict(scores))
