"""The SHA-256 of an image → its thumbnail, or its original with the type that was detected; both never change."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from mofu.db import images
from mofu.webui.access import Right, needs
from mofu.webui.assets import YEAR_S
from mofu.webui.context import library
from mofu.webui.pages import described_as

blueprint = Blueprint("pictures", __name__)

SHOWN_BY_BROWSERS = {
    "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "avif": "image/avif",
}  # fmt: skip
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""A picture runs nothing and loads nothing, whatever a browser may take it for."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/pictures/<sha256>/thumbnail.jpg")
@needs(Right.SEE)
@described_as("image/jpeg")
def thumbnail(sha256: str) -> Response:
    """Our own JPEG of an image."""
    return _picture(_thumbnail(sha256), "image/jpeg")


@blueprint.get("/pictures/<sha256>/large")
@needs(Right.SEE)
@described_as("image/*")
def large(sha256: str) -> Response:
    """The bytes as they came, with the type that we detected; the thumbnail where browsers do not know that type."""
    small = _thumbnail(sha256)
    with library().database.read() as session:
        record = images.by_name(session, [sha256]).get(sha256)
    if record is None or record.format not in SHOWN_BY_BROWSERS:
        return _picture(small, "image/jpeg")
    return _picture(library().blobs.original(sha256, record.format), SHOWN_BY_BROWSERS[record.format])


def _thumbnail(sha256: str) -> Path:
    if not _SHA256.fullmatch(sha256):
        abort(404)
    return library().blobs.thumbnail(sha256)


def _picture(file: Path, content_type: str) -> Response:
    try:
        response = send_file(file.absolute(), content_type, conditional=True, etag=False, max_age=YEAR_S)
    except FileNotFoundError:
        abort(404)
    response.cache_control.public, response.cache_control.no_cache = False, None
    response.cache_control.private = True
    response.cache_control.immutable = True
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
