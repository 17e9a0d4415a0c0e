"""The addresses of exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, redirect, render_template, request, send_file
from flask_babel import gettext as _
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.jobs import JobRecord
from mofu.errors import UsageError
from mofu.export import formats_of_regions
from mofu.webui.access import Right, needs, the_person, wants_json
from mofu.webui.context import library, word_of
from mofu.webui.export.reading import FORMATS, ExportPage, file_of, read
from mofu.webui.export.rows import MOST_ROWS, DatasetPart, read_dataset
from mofu.webui.incoming import number, sent
from mofu.webui.pages import action, data, described_as, page
from mofu.webui.pictures import SANDBOX
from mofu.webui.told import said

blueprint = Blueprint("export", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """What is to be exported of a word.

    Attributes:
        top: so many of the first that the filters leave; null: all.
        format: of the file.
        license: any, commercial, modification, or codes.
        size: pixels of the longer side; null: the original bytes.
        verdicts: which images by what people judged.
        masks: how the regions of the images are written beside them; contact sheets hold none, coco no png.
    """

    top: Annotated[int, Field(ge=1)] | None = 100
    format: Literal["zip", "coco", "contact-sheet", "contact-sheet-png"] = "zip"
    license: str = "any"
    size: Annotated[int, Field(ge=16, le=8192)] | None = None
    verdicts: Literal["accepted", "not-rejected", "all"] = "not-rejected"
    masks: Literal["none", "png", "coco", "coco-rle", "coco-counts"] = "none"


_FIELDS = ("top", "format", "license", "size", "verdicts", "masks")


@page(blueprint, "/words/<slug:slug>/export", right=Right.SEE, template="export/export.html")
def show(slug: str) -> ExportPage:
    """What an export would hold, and those that were made."""
    return read(library(), word_of(slug))


@action(blueprint, "/words/<slug:slug>/export", right=Right.CURATE, body=ExportAsked, answers=JobRecord, status=202)
def ask(slug: str) -> AnyResponse:
    """Ask for an export; the same one that waits already is given back."""
    word = word_of(slug)
    try:
        job = library().ask("export", {"word": word.slug} | _asked(), asked_by=the_person().name)
    except UsageError as error:
        if wants_json():
            raise
        shown = render_template("export/export.html", page=show(slug), error=said(str(error)), asked=request.form)
        return Response(shown, 400)
    return data(job, 202) if wants_json() else redirect(f"/words/{word.slug}/export#made", 303)


@dataclass(frozen=True, slots=True)
class DatasetQuery:
    """Which part: `after` is the cursor, `next` of the page before; at most `limit` images."""

    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = MOST_ROWS


@action(blueprint, "/words/<slug:slug>/dataset.json", right=Right.SEE, methods=("GET",), query=DatasetQuery)
def dataset(slug: str) -> DatasetPart:
    """A word's ranked images with where each is from, in rank order."""
    limit = min(max(1, number("limit", MOST_ROWS)), MOST_ROWS)
    return read_dataset(library(), word_of(slug), max(0, number("after", 0)), limit)


@blueprint.get("/words/<slug:slug>/exports/<name>")
@needs(Right.SEE)
@described_as("application/octet-stream")
def download(slug: str, name: str) -> Response:
    """An export's file, to be kept and not opened here."""
    word = word_of(slug)
    file = file_of(library(), word, name)
    response = send_file(
        file.absolute(), as_attachment=True, download_name=f"{word.slug}{file.suffix}", conditional=True
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _asked() -> dict[str, Any]:
    """The request of a form or of a JSON body; what is left empty stays at its default."""
    if request.is_json:
        return {name: value for name, value in sent().items() if name != "word"}
    given: dict[str, Any] = {name: request.form[name].strip() for name in _FIELDS if request.form.get(name, "").strip()}
    if given.get("top") == "all":
        given["top"] = None
    if given.get("top") == "other":
        given["top"] = request.form.get("top_other", "").strip()
    for name in ("top", "size"):
        if given.get(name) is not None and name in given:
            given[name] = _number(given[name])
    return given


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(_("“%(text)s” is no number of images or pixels.", text=text[:20])) from None


def mask_names() -> dict[str, str]:
    """Every form of masks with what people are told of it."""
    return {
        "none": str(_("none")),
        "png": str(_("a PNG beside each picture")),
        "coco": str(_("COCO, as polygons")),
        "coco-rle": str(_("COCO, as compressed run lengths")),
        "coco-counts": str(_("COCO, as plain run lengths")),
    }


@blueprint.app_context_processor
def _formats() -> dict[str, Any]:
    return {"export_formats": FORMATS, "formats_of_regions": formats_of_regions(), "mask_names": mask_names}
