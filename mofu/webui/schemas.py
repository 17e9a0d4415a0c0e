"""The annotation of what a view gives or takes → its JSON schema: the same fields that `pages.plain` writes."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter

Schema = dict[str, Any]

REFERENCES = "#/components/schemas/"
_ATTRIBUTES = re.compile(r"^Attributes:\n((?:[ ]{4}.*\n?|\n)*)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^    (\w[\w, ]*): ((?:.|\n(?!    \w))*)", re.MULTILINE)


class Schemas:
    """The schemas of dataclasses by name, filled as annotations refer to them."""

    def __init__(self, *, sent: bool = False) -> None:
        """Schemas of what is answered, or of what is `sent`: there, what has a default may be left out."""
        self._sent = sent
        self._named: dict[type, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of an annotation; a dataclass becomes a reference to its own."""
        origin: Any = typing.get_origin(kind)
        of = typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(each) for each in of]}
        if origin is Annotated and typing.get_origin(of[0]) is tuple:
            limits = {key: value for key, value in _leaf(kind).items() if key in ("minItems", "maxItems")}
            return self.of(of[0]) | limits
        if isinstance(origin, type) and origin is not Annotated:
            return self._container(origin, of)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            return self._reference(kind)
        if kind is Any:
            return {}
        return _leaf(str if kind is Path else kind)

    def fields(self, kind: type) -> Iterator[tuple[dataclasses.Field[Any], Schema]]:
        """The fields of a dataclass with their schemas; those that are its own affair are left out."""
        hints = typing.get_type_hints(kind, include_extras=True)
        told = _told(kind)
        for field in dataclasses.fields(kind):
            if not field.name.startswith("_"):
                yield field, self.of(hints[field.name]) | told.get(field.name, {})

    def named(self) -> dict[str, Schema]:
        """Every schema that was referred to, by name."""
        return {_name(kind): schema for kind, schema in self._named.items()}

    def _container(self, origin: type, of: tuple[Any, ...]) -> Schema:
        if issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(of[1])}
        if issubclass(origin, tuple) and of[-1] is not ...:
            parts = [self.of(each) for each in of]
            return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
        if issubclass(origin, (Sequence, Set)):
            return {"type": "array", "items": self.of(of[0])}
        raise TypeError(f"{origin}: expected a mapping, a tuple, a sequence or a set")

    def _reference(self, kind: type) -> Schema:
        if kind not in self._named:
            self._named[kind] = {}  # so that a dataclass that refers to itself ends
            self._named[kind] = self._object(kind)
        return {"$ref": REFERENCES + _name(kind)}

    def _object(self, kind: type) -> Schema:
        fields = list(self.fields(kind))
        schema: Schema = {"type": "object", "description": _first_lines(kind)}
        schema["properties"] = {field.name: of for field, of in fields}
        if required := [field.name for field, _ in fields if not (self._sent and _has_default(field))]:
            schema["required"] = required
        if not self._sent:
            schema["additionalProperties"] = False
        return schema


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Whole name → the class's alone, or behind its package's where several classes have it."""
    short: dict[str, str] = {}
    for name in names:
        last = name.rpartition(".")[2]
        is_alone = sum(each.rpartition(".")[2] == last for each in names) == 1
        short[name] = last if is_alone else ".".join(name.split(".")[-3::2])
    return short


def _leaf(kind: Any) -> Schema:
    schema = TypeAdapter(kind).json_schema()
    schema.pop("title", None)
    return schema


def _first_lines(kind: type) -> str:
    return " ".join(_ATTRIBUTES.sub("", inspect.cleandoc(kind.__doc__ or "")).split())


def _told(kind: type) -> dict[str, Schema]:
    """Field → what the class's docstring says of it."""
    found = _ATTRIBUTES.search(inspect.cleandoc(kind.__doc__ or "") + "\n")
    lines = _ATTRIBUTE.findall(found[1]) if found else []
    return {name.strip(): {"description": " ".join(text.split())} for names, text in lines for name in names.split(",")}
