"""Annotations become the schemas of what `plain` makes of their values."""

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from mofu.webui.pages import plain
from mofu.webui.schemas import REFERENCES, Schemas, short_names


class Colour(enum.StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    at: datetime.datetime
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Outer:
    """Something.

    Attributes:
        inners: what is in it,
            on two lines.
        low, high: its ends.
    """

    inners: tuple[Inner, ...]
    low: int
    high: float
    file: Path
    words: Mapping[str, tuple[int, str]]
    _own: object = None


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (int, {"type": "integer"}),
        (str | None, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (Any, {}),
        (Literal["a", "b"], {"enum": ["a", "b"], "type": "string"}),
        (Annotated[int, Field(ge=1)], {"minimum": 1, "type": "integer"}),
        (
            Annotated[tuple[int, ...], Field(min_length=1)],
            {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        ),
        (Path, {"type": "string"}),
    ],
)
def test_each_kind_has_its_schema(kind, schema):
    assert Schemas().of(kind) == schema


def test_what_is_answered_fits_its_schema_whatever_is_its_own_is_left_out():
    schemas = Schemas()
    schema = schemas.of(Outer)
    value = Outer((Inner(datetime.datetime.now(datetime.UTC), Colour.RED),), 1, 2.5, Path("a"), {"b": (1, "c")}, {1})
    shared = {"components": {"schemas": schemas.named()}}
    Draft202012Validator(schema | shared).validate(plain(value))
    assert set(schemas.named()[schema["$ref"].removeprefix(REFERENCES)]["properties"]) == set(plain(value))


def test_fields_are_described_as_the_class_describes_them():
    schemas = Schemas()
    schemas.of(Outer)
    of = schemas.named()[f"{__name__}.Outer"]
    assert of["description"] == "Something."
    assert of["properties"]["inners"]["description"] == "what is in it, on two lines."
    assert of["properties"]["low"]["description"] == of["properties"]["high"]["description"] == "its ends."


def test_what_has_a_default_may_be_left_out_of_what_is_sent_alone():
    sent, answered = Schemas(sent=True), Schemas()
    sent.of(Inner), answered.of(Inner)
    assert sent.named()[f"{__name__}.Inner"]["required"] == ["at"]
    assert answered.named()[f"{__name__}.Inner"]["required"] == ["at", "colour"]


def test_classes_of_one_name_are_told_apart_by_their_packages():
    assert short_names(["mofu.db.words.Word", "mofu.a.b.Choice", "mofu.c.d.Choice"]) == {
        "mofu.db.words.Word": "Word",
        "mofu.a.b.Choice": "a.Choice",
        "mofu.c.d.Choice": "c.Choice",
    }
