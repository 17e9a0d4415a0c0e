"""The application's routes → the OpenAPI description of its JSON interface.

Addresses, rights, parameters and answers are read off the code: docstrings, annotations, and the dataclasses that views
name for what they are asked. The file `openapi.json` beside this one is what it gave; `python -m mofu.webui.openapi`
writes it anew, and a test holds it to the code.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import tempfile
import typing
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from mofu import __version__
from mofu.webui.access import Right, right_of
from mofu.webui.incoming import LARGEST_NUMBER
from mofu.webui.pages import DATA, Described, described
from mofu.webui.schemas import REFERENCES, Schema, Schemas, short_names

FILE = Path(__file__).parent / "openapi.json"

_ARGUMENT = re.compile(r"<(?:[^:<>]+(?:\([^)]*\))?:)?([^<>]+)>")
_KINDS: Mapping[str, Schema] = {
    "Number": {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
    "Slug": {"type": "string", "pattern": "^[^/.]+$"},
}
_ERROR: Schema = {
    "type": "object",
    "description": "What went wrong and what to do, in one line; `login` says where to log in.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["kind", "message"],
            "properties": {"kind": {"type": "string"}, "message": {"type": "string"}, "login": {"type": "string"}},
        }
    },
}
_WAYS_IN: Schema = {
    "token": {"type": "http", "scheme": "bearer", "description": "made on the page Settings, or by `mofu user token`"},
    "session": {"type": "apiKey", "in": "cookie", "name": "mofu", "description": "of a browser that is logged in"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": "of a page that a browser shows"},
}


class _Described:
    """The schemas that all operations share: of what is answered and of what is sent."""

    def __init__(self) -> None:
        self.answered, self.sent = Schemas(), Schemas(sent=True)

    def components(self) -> dict[str, Schema]:
        """All of them by their whole names."""
        return self.answered.named() | self.sent.named() | {"Error": _ERROR}


def describe(app: Flask) -> Schema:
    """The whole description, in the order of addresses."""
    shared = _Described()
    paths: dict[str, Schema] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        said = described(view)
        if said is None or not _is_for_scripts(rule, said):
            continue
        path = _ARGUMENT.sub(r"{\1}", rule.rule)
        for method in _methods(rule):
            right = right_of(view) or Right.ANYONE
            paths.setdefault(path, {})[method] = _operation(rule, method, right, said, shared)
    return _with_short_names(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "mofu",
                "version": __version__,
                "description": "One library, served. The address of every page with .json behind it is its data.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "paths": paths,
            "components": {"securitySchemes": _WAYS_IN, "schemas": shared.components()},
        }
    )


def _is_for_scripts(rule: Rule, said: Described) -> bool:
    """Whether a route gives data or a file whoever asks: not the page, which its twin in .json stands for."""
    is_page = "GET" in (rule.methods or ()) and said.media == DATA
    return not is_page or rule.rule.endswith(".json") or rule.rule == "/health"


def _methods(rule: Rule) -> Iterator[str]:
    return (method.lower() for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def _operation(rule: Rule, method: str, right: Right, said: Described, shared: _Described) -> Schema:
    summary, _, more = inspect.cleandoc(said.view.__doc__ or "").partition("\n")
    operation: Schema = {
        "operationId": f"{rule.endpoint.removesuffix('_json')}.{method}",
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": summary.rstrip("."),
        "description": " ".join([*more.split(), f"Needs the right: {right}."]),
        "parameters": [*_arguments(rule), *_query(said.query, shared)],
        "responses": dict(sorted(_answers(rule, method, right, said, shared).items())),
        "security": _security(method, right),
    }
    if said.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(shared.sent.of(said.body))}
    return operation


def _security(method: str, right: Right) -> list[Schema]:
    token: Schema = {"token": []}
    if method == "get":
        return [] if right is Right.ANYONE else [token, {"session": []}]
    return [token, {"session": [], "csrf": []}]


def _answers(rule: Rule, method: str, right: Right, said: Described, shared: _Described) -> dict[str, Schema]:
    failures = {400: None, **dict.fromkeys(_usual_failures(rule, method, right, said)), **said.refuses}
    answers = {str(status): _failure(status, kind, shared) for status, kind in failures.items()}
    return answers | {str(said.status): _success(said, shared)}


def _usual_failures(rule: Rule, method: str, right: Right, said: Described) -> Iterator[int]:
    if right is not Right.ANYONE:
        yield from (401, 403)
    if rule.arguments or said.query or said.body:
        yield 404
    if method != "get":
        yield from (409, 413, 507)


def _failure(status: int, kind: Any, shared: _Described) -> Schema:
    error = {"$ref": f"{REFERENCES}Error"}
    schema = error if kind is None else {"anyOf": [shared.answered.of(kind), error]}
    return {"description": HTTPStatus(status).phrase, "content": _content(schema)}


def _success(said: Described, shared: _Described) -> Schema:
    described = HTTPStatus(said.status).phrase
    if said.status in (204, 303):
        return {"description": described}
    if said.media != DATA:
        return {"description": described, "content": {said.media: {}}}
    answered = said.answers or typing.get_type_hints(said.view)["return"]
    kinds = [kind for kind in typing.get_args(answered) or (answered,) if not _is_response(kind)]
    if not kinds:
        raise TypeError(f"{said.view.__module__}.{said.view.__name__}: expected `answers`, what a script is given")
    schemas = [shared.answered.of(kind) for kind in kinds]
    return {"description": described, "content": _content({"anyOf": schemas} if len(schemas) > 1 else schemas[0])}


def _is_response(kind: object) -> bool:
    return kind is None or (isinstance(kind, type) and issubclass(kind, (Response, str, tuple)))


def _content(schema: Schema) -> Schema:
    return {DATA: {"schema": schema}}


def _arguments(rule: Rule) -> Iterator[Schema]:
    for name in sorted(rule.arguments):
        kind = type(rule._converters[name]).__name__  # werkzeug keeps them nowhere else
        yield {"name": name, "in": "path", "required": True, "schema": dict(_KINDS.get(kind, {"type": "string"}))}


def _query(query: type | None, shared: _Described) -> Iterator[Schema]:
    for field, of in shared.sent.fields(query) if query else ():
        told = of.pop("description", "")
        schema = {key: value for key, value in of.items() if key != "anyOf"}
        schema |= next((each for each in of.get("anyOf", ()) if each != {"type": "null"}), {})
        yield {"name": field.name, "in": "query", "required": False, "description": told, "schema": schema}


def _with_short_names(description: Schema) -> Schema:
    """The same with classes called by their own names."""
    schemas = description["components"]["schemas"]
    short = short_names(sorted(schemas))
    description["components"]["schemas"] = {
        short[name]: schemas[name] for name in sorted(schemas, key=short.__getitem__)
    }

    def renamed(part: Any) -> Any:
        if isinstance(part, list):
            return [renamed(each) for each in part]
        if not isinstance(part, dict):
            return part
        if isinstance(reference := part.get("$ref"), str):
            return part | {"$ref": REFERENCES + short[reference.removeprefix(REFERENCES)]}
        return {key: renamed(value) for key, value in part.items()}

    named: Schema = renamed(description)
    return named


def text(app: Flask) -> str:
    """The description as the file holds it."""
    return json.dumps(describe(app), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the description of the application as it is now."""
    from mofu.library import Library
    from mofu.webui.app import WebConfig, create_app

    with tempfile.TemporaryDirectory(prefix="mofu-") as folder, Library.open(folder) as library:
        FILE.write_text(text(create_app(library, WebConfig(b"only to look at its routes: nobody is served"))), "utf-8")
    sys.stdout.write(f"{FILE}\n")


if __name__ == "__main__":
    main()
