"""The files of the pages: under an address that changes when any of them does, so that browsers keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory, url_for

from mofu.webui.access import Right, needs

FOLDER = Path(__file__).parent / "static"
YEAR_S = 31_536_000


def version() -> str:
    """Twelve digits of the SHA-256 of all files and their names."""
    digest = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(FOLDER)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def serve(app: Flask) -> None:
    """Serve the files, and give templates `asset("style.css")`, the address of one.

    Modules import one another by relative addresses, which share the changing part.
    """
    current = version()

    @needs(Right.ANYONE)
    def static(version: str, filename: str) -> Response:
        if version != current:
            abort(404)
        return send_from_directory(FOLDER, filename, max_age=YEAR_S, etag=False)

    app.add_url_rule("/static/<version>/<path:filename>", "static", static)
    app.jinja_env.globals["asset"] = lambda name: url_for("static", version=current, filename=name)
