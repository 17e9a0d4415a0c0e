"""The application's routes → the OpenAPI description of its JSON interface.

Addresses, rights, parameters and answers are read off the code: docstrings, annotations, and the dataclasses that views
name for what they are asked. The file `openapi.json` beside this one is what it gave; `python -m mofu.webui.openapi`
writes it anew, and a test holds it to the code.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from mofu import __version__
from mofu.webui.access import Right, right_of
from mofu.webui.pages import Described, described

FILE = Path(__file__).parent / "openapi.json"

_ARGUMENT = re.compile(r"<(?:[^:<>]+(?:\([^)]*\))?:)?([^<>]+)>")
_REFERENCES = "#/components/schemas/{model}"
_TYPES = {"IntegerConverter": {"type": "integer", "minimum": 0}}

Schema = dict[str, Any]


def describe(app: Flask) -> Schema:
    """The whole description, in the order of addresses."""
    shared: Schema = {"Error": _ERROR}
    paths: dict[str, Schema] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        said = described(view)
        if said is None or (_reads(rule) and not _gives_data(rule)):
            continue
        path = _ARGUMENT.sub(r"{\1}", rule.rule)
        for method in _methods(rule):
            paths.setdefault(path, {})[method] = _operation(rule, method, right_of(view), said, shared)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mofu",
            "version": __version__,
            "description": "One library, served. The address of every page with .json behind it is its data.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "made on the page Settings"}
            },
            "schemas": dict(sorted(shared.items())),
        },
    }


_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["kind", "message"],
            "properties": {"kind": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


def _reads(rule: Rule) -> bool:
    return "GET" in (rule.methods or ())


def _gives_data(rule: Rule) -> bool:
    """Whether a route answers with data whoever asks: the twin of a page, or an action that is asked by GET."""
    return rule.rule.endswith(".json") or not rule.endpoint.rpartition(".")[2] or rule.rule == "/health"


def _methods(rule: Rule) -> Iterator[str]:
    return (method.lower() for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def _operation(rule: Rule, method: str, right: Right | None, said: Described, shared: Schema) -> Schema:
    summary, _, more = inspect.cleandoc(said.view.__doc__ or "").partition("\n")
    answers: Schema = {"200": _answer(said, shared), "default": _failure()}
    operation: Schema = {
        "operationId": f"{rule.endpoint.removesuffix('_json')}.{method}",
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": summary.rstrip("."),
        "description": " ".join([more.strip(), f"Needs the right: {right}."]).strip(),
        "parameters": [*_arguments(rule), *_query(said.query, shared)],
        "responses": answers,
    }
    if right is Right.ANYONE:
        operation["security"] = []
    if said.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(_schema(said.body, "validation", shared))}
    return operation


def _failure() -> Schema:
    return {
        "description": "what went wrong and what to do, in one line",
        "content": _content({"$ref": "#/components/schemas/Error"}),
    }


def _answer(said: Described, shared: Schema) -> Schema:
    returned = said.answers or typing.get_type_hints(said.view).get("return")
    kinds = [kind for kind in typing.get_args(returned) or (returned,) if not _is_response(kind)]
    schema = _schema(kinds[0], "serialization", shared) if kinds else {}
    return {"description": "done", "content": _content(schema)}


def _is_response(kind: object) -> bool:
    return kind is None or (isinstance(kind, type) and issubclass(kind, (Response, str, tuple)))


def _content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _arguments(rule: Rule) -> Iterator[Schema]:
    for name in sorted(rule.arguments):
        kind = type(rule._converters[name]).__name__  # werkzeug keeps them nowhere else
        yield {"name": name, "in": "path", "required": True, "schema": dict(_TYPES.get(kind, {"type": "string"}))}


def _query(query: type | None, shared: Schema) -> Iterator[Schema]:
    if query is None:
        return
    whole = TypeAdapter(query).json_schema(ref_template=_REFERENCES)
    shared |= whole.pop("$defs", {})
    for field in dataclasses.fields(query):
        yield {"name": field.name, "in": "query", "required": False, "schema": whole["properties"][field.name]}


def _schema(kind: Any, mode: typing.Literal["validation", "serialization"], shared: Schema) -> Schema:
    """The JSON schema of a type, those it is made of among the shared ones; anything, where it has none."""
    try:
        whole = TypeAdapter(kind).json_schema(mode=mode, ref_template=_REFERENCES)
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema, PydanticUserError):
        return {}
    shared |= whole.pop("$defs", {})
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and "properties" in whole:
        shared[kind.__name__] = whole
        return {"$ref": _REFERENCES.format(model=kind.__name__)}
    return whole


def main() -> None:
    """Write the description of the application as it is now."""
    from mofu.library import Library
    from mofu.webui.app import WebConfig, create_app

    with tempfile.TemporaryDirectory(prefix="mofu-") as folder, Library.open(folder) as library:
        description = describe(create_app(library, WebConfig(b"only to look at its routes: nobody is served")))
    FILE.write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{FILE}: {len(description['paths'])} addresses\n")


if __name__ == "__main__":
    main()
