"""The addresses of how visual words are: all of them, the evidence of one, to ask for a measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.jobs import JobRecord
from mofu.webui.access import Right, needs, the_person, wants_json
from mofu.webui.asked import fragment, pending
from mofu.webui.charts.scatter import Axis, Point, scatter
from mofu.webui.charts.svg import element
from mofu.webui.charts.whisker import whisker
from mofu.webui.context import library, word_of
from mofu.webui.pages import action, data, page
from mofu.webui.visualness.reading import EvidencePage, Regions, VisualnessPage, evidence, read

REGIONS_PX = 400
"""The longer side of a picture with boxes, in its own units."""

blueprint = Blueprint("visualness", __name__, template_folder="templates")
blueprint.add_app_template_global(whisker, "whisker")


@dataclass(frozen=True, slots=True)
class JudgeQuery:
    """Whose measurements: `judge` is a backbone and its layer; empty: the newest of each word."""

    judge: str = ""


@page(blueprint, "/visualness", right=Right.SEE, template="visualness/visualness.html", query=JudgeQuery)
def table() -> VisualnessPage:
    """Every word, the most recognisable first; `judge` names a backbone."""
    return read(library(), request.args.get("judge", ""))


@page(blueprint, "/visualness/<slug:slug>", right=Right.SEE, template="visualness/evidence.html", query=JudgeQuery)
def shown(slug: str) -> EvidencePage:
    """The pictures and regions that a word's numbers rest on."""
    return evidence(library(), word_of(slug), request.args.get("judge", ""))


@action(blueprint, "/visualness", right=Right.CURATE, answers=JobRecord, status=202)
def ask() -> AnyResponse:
    """Ask for a measurement of every word; what has not changed is kept."""
    job = library().ask("visualness", {}, asked_by=the_person().name)
    return data(job, 202) if wants_json() else redirect(url_for("visualness.table"), 303)


@blueprint.get("/visualness/waiting/now")
@needs(Right.SEE)
def waiting() -> Response | str:
    """How far the measurement that was asked for is."""
    return fragment(pending(library(), "visualness"), url_for("visualness.waiting"))


@blueprint.app_template_global("visualness_plot")
def visualness_plot(page: VisualnessPage) -> Markup:
    """Recognizability against region entropy, of the words that have both; nothing for fewer than two."""
    points = [
        Point(
            line.word.text, line.recognizability.score, line.entropy.bits,
            url_for("visualness.shown", slug=line.word.slug, judge=page.judge or None),
        )
        for line in page.lines
        if line.recognizability and line.recognizability.score is not None
        and line.entropy and line.entropy.bits is not None
    ]  # fmt: skip
    if len(points) < 2:
        return Markup()
    low = min(0.8, math.floor(10 * min(point.x for point in points)) / 10)
    bottom, top = math.floor(min(p.y for p in points)), math.ceil(max(p.y for p in points) + 1e-9)
    steps = 5 if low >= 0.5 else 4
    across = Axis(
        _("recognizability (AP)"), low, 1.0, [round(low + (1 - low) * i / steps, 3) for i in range(steps + 1)]
    )
    up = Axis(_("region entropy (bits)"), bottom, max(top, bottom + 1), range(bottom, max(top, bottom + 1) + 1))
    told = "; ".join(f"{point.name} {point.x:.3f}, {point.y:.2f}" for point in points)
    return scatter(_("Recognizability and region entropy"), told, across, up, points)


@blueprint.app_template_global("region_picture")
def region_picture(of: Regions, label: str) -> Markup:
    """A picture with boxes around its regions."""
    scale = REGIONS_PX / max(of.image.width, of.image.height)
    wide, high = round(of.image.width * scale, 1), round(of.image.height * scale, 1)
    boxes = [
        element(
            "rect", element("title", f"P {region.probability:.2f}"), x=region.left * wide, y=region.top * high,
            width=region.width * wide, height=region.height * high, class_="region",
        )
        for region in of.regions
    ]  # fmt: skip
    picture = element("image", href=f"/pictures/{of.image.sha256}/thumbnail.jpg", width=wide, height=high)
    return element(
        "svg", element("title", label), picture, *boxes, class_="regions", role="img", viewBox=f"0 0 {wide} {high}",
    )  # fmt: skip
