"""The addresses of files that styles are made of and make: packs, swatches, pictures that were given, results."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from flask import Blueprint, Response, abort, send_file

from mofu.db import styles
from mofu.errors import DamagedError
from mofu.style import pack_file
from mofu.webui.access import Right, needs
from mofu.webui.assets import YEAR_S
from mofu.webui.context import library, word_of
from mofu.webui.pages import described_as
from mofu.webui.pictures import SANDBOX
from mofu.webui.style import packs
from mofu.workers.style_pictures import picture_view
from mofu.workers.style_store import StyleStore

blueprint = Blueprint("files", __name__)

PNG, JPEG, OCTETS = "image/png", "image/jpeg", "application/octet-stream"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@blueprint.get(f"/words/<slug:slug>/style/packs/<sha256>{pack_file.SUFFIX}")
@needs(Right.SEE)
@described_as(OCTETS)
def pack(slug: str, sha256: str) -> Response:
    """A pack of the word as a file, to be kept; `mofu style import` takes it."""
    word = word_of(slug)
    with library().database.read() as session:
        if sha256 not in {each.sha256 for each in styles.of_word(session, word.id)}:
            abort(404)
    name = f"{word.slug}{pack_file.SUFFIX}"
    return _kept(lambda: StyleStore(library().root).packs.read(sha256), OCTETS, etag=sha256, name=name)


@blueprint.get("/style-packs/<sha256>/swatch-<int:number>.png")
@needs(Right.SEE)
@described_as(PNG)
def swatch(sha256: str, number: int) -> Response:
    """A picture painted in a style of a pack, by the style's place in it."""
    return _kept(lambda: packs.swatch(library(), _checked(sha256), number), PNG)


@blueprint.get("/style-pictures/<sha256>/view.jpg")
@needs(Right.SEE)
@described_as(JPEG)
def view(sha256: str) -> Response:
    """A picture that was given, as our own JPEG, no larger than a screen."""
    with library().database.read() as session:
        record = styles.picture(session, _checked(sha256))
    if record is None:
        abort(404)
    return _kept(lambda: picture_view(library().workshop, record).read_bytes(), JPEG)


@blueprint.get("/style-results/<sha256>/result.png")
@needs(Right.SEE)
@described_as(PNG)
def result(sha256: str) -> Response:
    """A picture that was made, to be looked at; it holds its recipe."""
    return _kept(lambda: StyleStore(library().root).results.read(_known(sha256)), PNG)


@blueprint.get("/style-results/<sha256>/download")
@needs(Right.SEE)
@described_as(PNG)
def download(sha256: str) -> Response:
    """The same, to be kept."""
    response: Response = result(sha256)
    response.headers.set("Content-Disposition", "attachment", filename=f"mofu-{sha256[:12]}.png")
    return response


def _known(sha256: str) -> str:
    with library().database.read() as session:
        if not styles.result_files(session, _checked(sha256)):
            abort(404)
    return sha256


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        abort(404)
    return sha256


def _kept(
    read: Callable[[], bytes], content_type: str, *, etag: str | bool = False, name: str | None = None
) -> Response:
    """A file that never changes; one with a name is to be kept and not opened here."""
    try:
        content = read()
    except (FileNotFoundError, DamagedError):
        abort(404)
    if not content:
        abort(404)
    response: Response = send_file(io.BytesIO(content), content_type, name is not None, name, etag=etag, max_age=YEAR_S)
    response.cache_control.public, response.cache_control.no_cache = False, None
    response.cache_control.private = True
    response.cache_control.immutable = True
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
