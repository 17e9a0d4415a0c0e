"""The addresses that show a word's regions, their maps, and that ask for them to be found."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from flask import Blueprint, Response, abort, redirect, request, send_file, url_for
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.jobs import JobRecord
from mofu.errors import DamagedError
from mofu.export.masks.overlay import overlay_png
from mofu.webui.access import Right, needs, the_person, wants_json
from mofu.webui.asked import fragment, pending
from mofu.webui.assets import YEAR_S
from mofu.webui.context import library, word_of
from mofu.webui.incoming import sent
from mofu.webui.pages import action, data, described_as, page
from mofu.webui.pictures import SANDBOX
from mofu.webui.regions import asking
from mofu.webui.regions.reading import RegionsPage, read
from mofu.workers.region_maps import RegionMaps
from mofu.workers.segmenting import METHODS, REFINEMENTS

blueprint = Blueprint("pages", __name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVELS = 255


@dataclass(frozen=True, slots=True)
class RegionsQuery:
    """What of a word's regions is asked for.

    Attributes:
        segmentation: its number; null: the current one.
        state: accept, reject or none; empty: all.
        compare: 1: several segmentations side by side.
        after: so many regions of what the filter leaves are before this page.
        limit: regions on a page.
        at: number of a region: the page on which it is.
    """

    segmentation: int | None = None
    state: Literal["", "accept", "reject", "none"] = ""
    compare: Literal[0, 1] = 0
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=asking.PER_PAGE)] = asking.PER_PAGE
    at: int | None = None


@page(blueprint, "/words/<slug:slug>/regions", right=Right.SEE, template="regions/regions.html", query=RegionsQuery)
def show(slug: str) -> RegionsPage:
    """Where a word's pictures show it, as a segmentation found it and people judged it."""
    state, compare = request.args.get("state", ""), request.args.get("compare", "") == "1"
    return read(library(), word_of(slug), asking.read(f"/words/{slug}/regions", state, compare), the_person().name)


@dataclass(frozen=True, slots=True)
class SegmentationAsked:
    """How the word's regions are to be found; null: as the settings say."""

    method: Literal["surfaces", "cam", "dcsm", "layercam", "gradcam++", "simonyan", "attention"] | None = None
    refine: Literal["none", "crf", "crf-surfaces", "guided", "sam"] | None = None


@blueprint.app_context_processor
def _ways() -> dict[str, object]:
    settings = library().settings.segmentation
    ways = {"methods": METHODS, "refinements": REFINEMENTS, "method": settings.method, "refine": settings.refine}
    return {"segmentation_ways": ways}


@action(
    blueprint,
    "/words/<slug:slug>/regions",
    right=Right.CURATE,
    body=SegmentationAsked,
    answers=JobRecord,
    status=202,
)
def ask(slug: str) -> AnyResponse:
    """Ask for the word's regions; where the same method found some already, for what is missing."""
    word, body = word_of(slug), sent()
    asked = {name: body[name] for name in ("method", "refine") if body.get(name)}
    job = library().ask("segment", {"words": [word.slug]} | asked, asked_by=the_person().name)
    return data(job, 202) if wants_json() else redirect(url_for("regions.pages.show", slug=word.slug), 303)


@blueprint.get("/words/<slug:slug>/regions/waiting")
@needs(Right.SEE)
def waiting(slug: str) -> Response | str:
    """How far the segmentation that was asked for is."""
    word = word_of(slug)
    return fragment(pending(library(), "segment", word.slug), url_for("regions.pages.waiting", slug=word.slug))


@blueprint.get("/region-maps/<sha256>/map.png")
@needs(Right.SEE)
@described_as("image/png")
def soft_map(sha256: str) -> Response:
    """A soft map: 255 where a region surely is."""
    return _kept(lambda: RegionMaps(library().root).path(_checked(sha256)).read_bytes())


@blueprint.get("/region-maps/<sha256>/overlay-<int:level>.png")
@needs(Right.SEE)
@described_as("image/png")
def overlay(sha256: str, level: int) -> Response:
    """What of a map is at least a level, 1 … 255, to be laid over the picture."""
    if not 1 <= level <= _LEVELS:
        abort(404)
    return _kept(lambda: overlay_png(RegionMaps(library().root).read(_checked(sha256)), level / _LEVELS))


@blueprint.app_template_global("region_level")
def region_level(threshold: float) -> int:
    """The level of a map, 1 … 255, from which on a threshold is reached."""
    return max(1, math.ceil(threshold * _LEVELS))


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        abort(404)
    return sha256


def _kept(read_content: Callable[[], bytes]) -> Response:
    """A picture that never changes."""
    try:
        content = read_content()
    except (FileNotFoundError, DamagedError):
        abort(404)
    response = send_file(io.BytesIO(content), "image/png", etag=False, max_age=YEAR_S)
    response.cache_control.public, response.cache_control.no_cache = False, None
    response.cache_control.private = True
    response.cache_control.immutable = True
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
