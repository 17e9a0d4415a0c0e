"""`/metrics`, where the setting `web.metrics` opens it: a scraper comes with the token of somebody who may see."""

from __future__ import annotations

import time

from flask import Blueprint, Response, current_app, g, request
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from werkzeug.exceptions import NotFound

from mofu.webui import context
from mofu.webui.access import Right, needs
from mofu.webui.metrics.figures import LibraryFigures
from mofu.webui.pages import described_as

blueprint = Blueprint("metrics", __name__)

EXTENSION = "mofu_metrics"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds of the histogram of answers; the pages' budgets lie between 0.05 and 1."""


@blueprint.get("/metrics")
@needs(Right.SEE)
@described_as("text/plain", refuses={404: None})
def metrics() -> Response:
    """What the library holds, what its jobs do, how requests are answered: Prometheus's text format."""
    registry: CollectorRegistry | None = current_app.extensions.get(EXTENSION)
    if registry is None:
        raise NotFound
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@blueprint.record_once
def _measure(state: BlueprintSetupState) -> None:
    app = state.app
    library = app.extensions[context.EXTENSION]
    if not library.settings.web.metrics:
        return
    registry = CollectorRegistry()
    registry.register(LibraryFigures(library))
    app.extensions[EXTENSION] = registry
    _time_answers(app, registry)


def _time_answers(app: App, registry: CollectorRegistry) -> None:
    answers = Counter("mofu_http_answers", "Answers by view and status.", ["view", "status"], registry=registry)
    seconds = Histogram(
        "mofu_http_seconds", "From a request to its answer.", ["view"], buckets=SECONDS, registry=registry
    )

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        # An address that does not exist is no label: strangers would make as many as they like.
        view = request.endpoint or "none"
        answers.labels(view, str(response.status_code)).inc()
        seconds.labels(view).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response

    app.before_request(begin)
    app.after_request(end)
