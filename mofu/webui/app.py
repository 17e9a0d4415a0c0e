"""An open library → the application that serves it: page groups, security headers, languages, error pages."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from mofu.library import Library
from mofu.webui import access, assets, context, failures, headers, identity, incoming, languages, told
from mofu.workers.entering import SESSION_LASTS

GROUPS = (
    "people",
    "words",
    "grid",
    "pictures",
    "help",
    "deletion",
    "export",
    "jobs",
    "new",
    "arrivals",
    "image",
    "map",
    "regions",
    "style",
    "visualness",
    "compare",
    "confirm",
    "metrics",
)
"""The page groups, each a package of mofu.webui that exports `blueprint`."""

MAX_BODY = 16 * 2**20


@dataclass(frozen=True, slots=True)
class WebConfig:
    """How a library is served.

    Attributes:
        secret_key: signs sessions; random, one a library.
        https: whether browsers come by TLS: cookies are then for TLS alone.
        behind_proxy: how many reverse proxies' X-Forwarded headers are believed.
        max_body_bytes: of a request, e.g. of an uploaded list.
    """

    secret_key: bytes = field(repr=False)
    https: bool = False
    behind_proxy: int = 0
    max_body_bytes: int = MAX_BODY


class Slug(BaseConverter):
    """A word's slug in an address: everything but slashes and dots, so that `.json` stands behind it."""

    regex = r"[^/.]+"


def create_app(library: Library, config: WebConfig) -> Flask:
    """The application that serves a library; whoever opened the library closes it.

    Raises:
        RuntimeError: a view names no right.
    """
    app = Flask("mofu.webui", static_folder=None, template_folder=str(Path(__file__).parent / "layout" / "templates"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=config.max_body_bytes,
        SESSION_COOKIE_NAME="mofu",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_REFRESH_EACH_REQUEST=False,  # a picture that is kept for ever carries no cookie
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: annotators sit for hours
        WTF_CSRF_CHECK_DEFAULT=False,  # `admit` checks, once it is known who asks
    )
    app.extensions[context.EXTENSION] = library
    app.url_map.converters["slug"] = Slug
    incoming.install(app)
    if config.behind_proxy:
        count = config.behind_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's documented way
    for name in GROUPS:
        app.register_blueprint(importlib.import_module(f"mofu.webui.{name}").blueprint)
    assets.serve(app)
    languages.install(app)
    told.install(app)
    headers.install(app)
    failures.install(app)
    access.guard(app, identity.identify)
    _check_forms(app)
    return app


def _check_forms(app: Flask) -> None:
    """Ask for a CSRF token wherever something changes, but of scripts with a bearer token, which no browser sends."""
    protection = CSRFProtect(app)

    def check() -> None:
        person = access.current_person()
        if person is None or not person.by_token:
            protection.protect()

    app.before_request(check)
