"""What a style pack says beside its numbers ↔ JSON; whatever is read is checked, field by field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from mofu.errors import DamagedError, InvalidInputError
from mofu.style.pack import Example, StylePack

FORMAT = 1
MOST_STYLES, MOST_LAYERS, MOST_EXAMPLES = 32, 32, 64


def _plain(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise ValueError("each name is allowed once")
    return names


def _utc(when: datetime) -> datetime:
    try:
        return when.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("before the first or after the last year") from error


_Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
_Short = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
_Long = Annotated[str, Field(max_length=8000)]
_Page = Annotated[str, Field(max_length=8000, pattern=r"^(https?://|$)"), AfterValidator(_plain)]
_Count = Annotated[int, Field(ge=0, le=10**9)]
_Scalar = str | int | float | bool | None


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ExampleFacts(_Facts):
    """As `pack.Example`."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    rank: _Count
    licence: _Short
    creator: _Long
    title: _Long
    page: _Page
    source: _Short


class StyleFacts(_Facts):
    """As `pack.Style`, without what is kept as tensors."""

    name: _Name
    size: Annotated[int, Field(ge=1, le=10**9)]
    examples: Annotated[tuple[ExampleFacts, ...], Field(max_length=MOST_EXAMPLES)]

    def described(self) -> tuple[Example, ...]:
        """The examples as a pack has them."""
        return tuple(Example(**example.model_dump()) for example in self.examples)


class PackFacts(_Facts):
    """As `pack.StylePack`, without what is kept as tensors."""

    format: int = FORMAT
    word: _Name
    noun: _Short
    language: _Short
    backbone: _Name
    backbone_id: _Name
    layers: Annotated[tuple[_Name, ...], Field(min_length=1, max_length=MOST_LAYERS), AfterValidator(_unique)]
    styles: Annotated[tuple[StyleFacts, ...], Field(min_length=1, max_length=MOST_STYLES)]
    ranking: _Count | None
    created_at: Annotated[AwareDatetime, AfterValidator(_utc)]
    mofu: _Short
    settings: Mapping[_Name, _Scalar | tuple[_Scalar, ...]]

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        _unique(tuple(style.name for style in self.styles))
        return self


class _Version(BaseModel):
    format: int


def facts_of(pack: StylePack) -> PackFacts:
    """What a pack says.

    Raises:
        InvalidInputError: something that a file may not hold: a text too long, an address that is none, …
    """
    told = {
        name: getattr(pack, name) for name in PackFacts.model_fields if name not in ("format", "styles", "settings")
    }
    styles = tuple(
        {"name": style.name, "size": style.size, "examples": tuple(asdict(each) for each in style.examples)}
        for style in pack.styles
    )
    settings = {name: tuple(each) if isinstance(each, list) else each for name, each in pack.settings.items()}
    try:
        return PackFacts.model_validate(told | {"styles": styles, "settings": settings})
    except ValidationError as error:
        raise InvalidInputError(f"style pack of {pack.word[:40]!r} cannot be kept: {_first(error)}") from error


def read_facts(text: str) -> PackFacts:
    """Read JSON as `facts_of` gives it.

    Raises:
        InvalidInputError: no facts of a pack, or of another format.
        DamagedError: facts that cannot be.
    """
    try:
        version = _Version.model_validate_json(text).format
    except ValidationError as error:
        raise InvalidInputError("not a style pack: expected a file that `mofu style` wrote: learn it again") from error
    if version != FORMAT:
        raise InvalidInputError(
            f"style pack of format {version}: this mofu reads format {FORMAT}: use the mofu it is of"
        )
    try:
        return PackFacts.model_validate_json(text)
    except ValidationError as error:
        raise DamagedError(f"style pack: {_first(error)}: learn it again") from error


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, on one line, without what was given: that may be long."""
    told = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, told['loc'])) or 'facts'}: {' '.join(told['msg'].split())}"[:300]
