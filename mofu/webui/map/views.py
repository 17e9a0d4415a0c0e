"""The addresses of a word's map: to look at it, to ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, redirect, request, url_for
from flask import Response as Answer
from markupsafe import Markup
from werkzeug.wrappers import Response

from mofu.db.jobs import JobRecord
from mofu.webui.access import Right, needs, the_person, wants_json
from mofu.webui.asked import fragment, pending
from mofu.webui.charts.glyphs import glyph
from mofu.webui.charts.svg import element
from mofu.webui.context import library, word_of
from mofu.webui.map import drawing
from mofu.webui.map.reading import MapPage, read
from mofu.webui.pages import action, data, page

blueprint = Blueprint("map", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class MapQuery:
    """How a map is looked at.

    Attributes:
        show: what stands for an image.
        cluster: number of the cluster whose pictures are listed, or `outliers`.
    """

    show: Literal["pictures", "points"] | None = None
    cluster: str | None = None


@page(blueprint, "/words/<slug:slug>/map", right=Right.SEE, template="map/map.html", query=MapQuery)
def word_map(slug: str) -> MapPage:
    """A word's map: `show` is pictures or points, `cluster` the one whose pictures are listed."""
    return read(library(), word_of(slug), request.args.get("show"), request.args.get("cluster"))


@action(blueprint, "/words/<slug:slug>/map", right=Right.CURATE, answers=JobRecord, status=202)
def ask(slug: str) -> Response:
    """Ask for the map, anew where there is one."""
    word = word_of(slug)
    job = library().ask("map", {"word": word.slug}, asked_by=the_person().name)
    return data(job, 202) if wants_json() else redirect(url_for("map.word_map", slug=word.slug), 303)


@blueprint.get("/words/<slug:slug>/map/waiting")
@needs(Right.SEE)
def waiting(slug: str) -> Answer | str:
    """How far the map that was asked for is."""
    word = word_of(slug)
    return fragment(pending(library(), "map", word.slug), url_for("map.waiting", slug=word.slug))


@blueprint.app_template_global("map_drawing")
def map_drawing(page: MapPage) -> Markup:
    """The map as SVG."""
    if page.stored is None:
        return Markup()
    draw = drawing.points if page.show == "points" else drawing.pictures
    return draw(page.stored, lambda sha256: url_for("image.image", slug=page.word.slug, sha256=sha256))


@blueprint.app_template_global("cluster_glyph")
def cluster_glyph(number: int, is_hollow: bool = False) -> Markup:
    """The shape of a cluster as a picture that says nothing to whoever does not see it: its number stands beside it."""
    return element(
        "svg", glyph(number, 10, 10, 7, is_hollow=is_hollow), class_="plot cluster-glyph", viewBox="0 0 20 20",
        width=20, height=20, aria_hidden="true",
    )  # fmt: skip
