"""A form, an address or JSON → what is to be made of a picture: of which styles, where, how strongly; and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field, TypeAdapter, ValidationError
from werkzeug.datastructures import MultiDict

from mofu.errors import InvalidInputError

MOST_PARTS = 4
"""Styles in one mix, so that each has a tint and a pattern of its own when they are painted."""
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
METHODS = ("fast", "adain", "gatys")
"""In the order in which people are offered them."""
COLOURS = ("style", "luminance", "match")
SIZES = (256, 512, 768, 1024)
REGIONS = ("whole", "word", "box", "paint")
LARGEST_SEED = 2**32 - 1
MOST_STRENGTHS = 8
MOST_ITERATIONS = 2000
_WHOLE = 100.0

Share = Annotated[float, Field(ge=0, le=1)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class PartAsked:
    """A style of a mix.

    Attributes:
        word: slug of the word whose style it is.
        style: its name in the word's pack.
        weight: against the others.
        mask: SHA-256 of a picture that was given, white where this style goes; with region=paint.
    """

    word: Annotated[str, Field(min_length=1, max_length=500)]
    style: Annotated[str, Field(min_length=1, max_length=200)] = "1"
    weight: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    mask: Digest | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A box on a picture, in shares of its width and height."""

    left: Share = 0.25
    top: Share = 0.25
    width: Share = 0.5
    height: Share = 0.5


@dataclass(frozen=True, slots=True)
class StyleAsked:
    """What is to be made of a picture.

    Attributes:
        content: SHA-256 of the picture: one that was uploaded, or an image of the library.
        parts: the styles of the mix.
        each: make every style alone, too.
        region: the whole picture, where `of` is, within the `box`, or where the parts' masks are.
        of: slug of a word whose regions were learned.
        strengths: a picture is made at each of them.
        colours: the style's, or the picture's: only its lightness changes, or the style's are matched to it.
        size: pixels of the longer side at which the style is put on.
        iterations: of gatys; null: as many as it has by default.
    """

    content: Digest
    parts: Annotated[tuple[PartAsked, ...], Field(min_length=1, max_length=MOST_PARTS)]
    each: bool = False
    region: Literal["whole", "word", "box", "paint"] = "whole"
    of: str | None = None
    box: Box = field(default_factory=Box)
    strengths: Annotated[tuple[Share, ...], Field(min_length=1, max_length=MOST_STRENGTHS)] = STRENGTHS
    colours: Literal["style", "luminance", "match"] = "style"
    method: Literal["fast", "adain", "gatys"] = "fast"
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0
    size: Annotated[int, Field(ge=32, le=4096)] = 512
    iterations: Annotated[int, Field(ge=1, le=MOST_ITERATIONS)] | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form has so far: as `StyleAsked`, but a picture and a style may still be missing.

    Attributes:
        path: of the page.
        pictures: slug of the word whose pictures are offered; None: the page's own.
    """

    path: str
    content: str | None = None
    parts: tuple[PartAsked, ...] = ()
    each: bool = False
    region: str = "whole"
    of: str | None = None
    box: Box = field(default_factory=Box)
    strengths: tuple[float, ...] = STRENGTHS
    colours: str = "style"
    method: str = METHODS[0]
    seed: int = 0
    size: int = 512
    iterations: int | None = None
    pictures: str | None = None

    def href(self, **changed: object) -> str:
        """The address of the page with this, some of it changed."""
        draft = replace(self, **changed)  # type: ignore[arg-type]  # fields by name
        usual = Draft(draft.path)
        pairs: list[tuple[str, object]] = [("content", draft.content)] if draft.content else []
        for part in draft.parts:
            pairs += [("style", f"{part.word}/{part.style}"), ("weight", f"{_WHOLE * part.weight:g}")]
            pairs += [("mask", part.mask or "")] if draft.region == "paint" else []
        for name in ("region", "of", "colours", "method", "seed", "size", "iterations", "pictures"):
            if getattr(draft, name) != getattr(usual, name):
                pairs.append((name, getattr(draft, name)))
        if draft.each:
            pairs.append(("each", 1))
        if draft.region == "box":
            pairs += [(name, f"{_WHOLE * getattr(draft.box, name):g}") for name in Box.__dataclass_fields__]
        if draft.strengths != usual.strengths:
            pairs += [("strength", f"{each:g}") for each in draft.strengths]
        return f"{draft.path}?{urlencode(pairs)}" if pairs else draft.path

    def asked(self) -> StyleAsked:
        """The same, checked.

        Raises:
            InvalidInputError: what is missing or cannot be.
        """
        if self.content is None:
            raise InvalidInputError("no picture: upload one, or choose one of the library's")
        if not self.parts:
            raise InvalidInputError("no style: choose at least one")
        values = {name: getattr(self, name) for name in StyleAsked.__dataclass_fields__}
        return checked(values)


def checked(values: dict[str, Any]) -> StyleAsked:
    """The typed request of JSON or of a form.

    Raises:
        InvalidInputError: a value that it cannot have, or something that does not belong together.
    """
    try:
        asked: StyleAsked = TypeAdapter(StyleAsked).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{name}={str(first['input'])[:60]!r}: {first['msg']}") from error
    if asked.region == "word" and not asked.of:
        raise InvalidInputError("region=word: expected `of`, the word whose regions are meant")
    if asked.region == "paint" and not any(part.mask for part in asked.parts):
        raise InvalidInputError("region=paint: nothing is painted yet: paint on the picture, or fill a box on it")
    if sum(part.weight for part in asked.parts) <= 0:
        raise InvalidInputError("mix: expected at least one weight above 0")
    return asked


def read(path: str, given: MultiDict[str, str]) -> Draft:
    """What an address or a form says; what makes no sense is as if left out, since an address is typed by hand, too."""
    usual = Draft(path)
    return Draft(
        path,
        content=_digest(given.get("content")),
        parts=_parts(given),
        each=bool(given.get("each")),
        region=_among(given.get("region"), REGIONS),
        of=given.get("of") or None,
        box=_box(given),
        strengths=_strengths(given.getlist("strength")),
        colours=_among(given.get("colours"), COLOURS),
        method=_among(given.get("method"), METHODS),
        seed=int(min(LARGEST_SEED, max(0.0, _number(given.get("seed"), 0.0)))),
        size=int(min(4096.0, max(32.0, _number(given.get("size"), usual.size)))),
        iterations=_iterations(given.get("iterations")),
        pictures=given.get("pictures") or None,
    )


def _parts(given: MultiDict[str, str]) -> tuple[PartAsked, ...]:
    """The styles of a form's rows; rows without one are left out."""
    weights, masks = given.getlist("weight"), given.getlist("mask")
    found = []
    for place, text in enumerate(given.getlist("style")):
        word, _, style = text.partition("/")
        weight = _number(weights[place] if place < len(weights) else None, _WHOLE)
        mask = _digest(masks[place]) if place < len(masks) else None
        if word and style:
            found.append(PartAsked(word[:500], style[:200], max(0.0, weight) / _WHOLE, mask))
    return tuple(found[:MOST_PARTS])


def _box(given: MultiDict[str, str]) -> Box:
    usual = Box()
    shares = (_number(given.get(name), _WHOLE * getattr(usual, name)) / _WHOLE for name in Box.__dataclass_fields__)
    return Box(*(min(1.0, max(0.0, share)) for share in shares))


def _strengths(texts: Sequence[str]) -> tuple[float, ...]:
    numbers = {number for text in texts if 0 <= (number := _number(text, -1.0)) <= 1}
    return tuple(sorted(numbers))[:MOST_STRENGTHS] or STRENGTHS


def _iterations(text: str | None) -> int | None:
    number = _number(text, 0.0)
    return int(number) if 1 <= number <= MOST_ITERATIONS else None


def _among(text: str | None, names: Sequence[str]) -> str:
    return text if text is not None and text in names else names[0]


def _digest(text: str | None) -> str | None:
    return text if text and len(text) == 64 and set(text) <= set("0123456789abcdef") else None


def _number(text: str | None, otherwise: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        return otherwise
    return number if abs(number) < 1e12 else otherwise  # so says nan and the infinite, too
