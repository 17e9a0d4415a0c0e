"""The addresses of new words: the form, what a build will cost, asking for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from pydantic import Field
from werkzeug.wrappers import Response

from mofu.db.jobs import JobRecord
from mofu.errors import InvalidInputError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.context import library
from mofu.webui.incoming import sent
from mofu.webui.new.choices import Choices, choices
from mofu.webui.new.draft import MOST_IMAGES, MOST_ROUNDS, Draft, check
from mofu.webui.pages import action, data, page
from mofu.workers.planning import Plan, plan
from mofu.workers.verbs.mining import Build

blueprint = Blueprint("new", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an empty field means in this library."""

    n: int
    sources: tuple[str, ...]
    license: str
    backbone: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form as it was filled in, what is wrong with it by field, and what it would cost where that was asked.

    Attributes:
        plans: of each word; None where nobody asked or something is wrong.
    """

    draft: Draft
    errors: dict[str, str]
    choices: Choices
    defaults: Defaults
    plans: tuple[Plan, ...] | None

    @property
    def seconds(self) -> float:
        """A guess at the time of all words together."""
        return sum(each.seconds for each in self.plans or ())

    @property
    def downloads(self) -> int:
        """Images to be fetched for all words together, at the most."""
        return sum(each.downloads for each in self.plans or ())

    @property
    def requests(self) -> int:
        """Requests to search services for all words together."""
        return sum(source.requests for each in self.plans or () for source in each.sources)


@dataclass(frozen=True, slots=True)
class Asked:
    """The jobs that were asked for, one a word."""

    jobs: tuple[JobRecord, ...]


@page(blueprint, "/new", right=Right.CURATE, template="new/new.html")
def form() -> NewPage:
    """The form, filled in as the address says."""
    return _page(Draft.of_form(request.args), {})


@dataclass(frozen=True, slots=True)
class NewWords:
    """Words to be built; what is left out is as the library's settings say.

    Attributes:
        noun: a co-occurring one.
        n: distinct images wanted of each.
        license: any, commercial, modification, or codes.
        backbone: name or name:layer.
        widen: where the sources give too few, ask for variants of the words too.
        retry: try again what failed for reasons that may have passed.
        dry: say what it would cost, and ask for nothing.
    """

    words: tuple[str, ...]
    noun: str = ""
    sources: tuple[str, ...] = ()
    n: Annotated[int, Field(ge=1, le=MOST_IMAGES)] | None = None
    license: str = ""
    backbone: str = ""
    strategy: str = ""
    rounds: Annotated[int, Field(ge=1, le=MOST_ROUNDS)] | None = None
    widen: bool = False
    retry: bool = False
    dry: bool = False


@action(blueprint, "/new", right=Right.CURATE, body=NewWords, answers=Asked | NewPage, refuses={503: None})
def ask() -> Response:
    """Ask for what the form says; with `dry`, only say what it would cost."""
    draft, is_dry = _given()
    requests, errors = check(library(), draft)
    if wants_json() and errors:
        raise InvalidInputError("; ".join(f"{name}: {said}" for name, said in errors.items()))
    if errors or is_dry:
        shown = _page(draft, errors, requests)
        return data(shown) if wants_json() else _filled_in(shown)
    asked = tuple(library().ask("build", each, asked_by=the_person().name) for each in requests)
    if wants_json():
        return data(Asked(asked))
    flash(ngettext("%(num)d word is asked for.", "%(num)d words are asked for.", len(asked)))
    return redirect(url_for("jobs.listing"), 303)


def _given() -> tuple[Draft, bool]:
    """What was sent, as a form or as JSON, and whether it is only to be looked at."""
    if not request.is_json:
        return Draft.of_form(request.form), bool(request.form.get("dry"))
    given = sent()
    return Draft.of_json(given), bool(given.get("dry"))


def _filled_in(shown: NewPage) -> Response:
    # htmx shows what an error page says only where it comes as a success.
    status = 400 if shown.errors and not request.headers.get("HX-Request") else 200
    return Response(render_template("new/new.html", page=shown), status, mimetype="text/html")


def _page(draft: Draft, errors: dict[str, str], requests: Sequence[Build] | None = None) -> NewPage:
    own = library()
    build = own.settings.build
    defaults = Defaults(build.n, build.sources, build.license, own.settings.features.backbone)
    plans = _plans(requests) if requests and not errors else None
    return NewPage(draft, errors, choices(own), defaults, plans)


def _plans(requests: Sequence[Build]) -> tuple[Plan, ...]:
    own = library()
    found = []
    for place, each in enumerate(requests):
        crawl = own.request(n=each.n, source=each.sources, license=each.license, widen=each.widen, retry=each.retry)
        found.append(plan(own.workshop, each.word, each.noun, None, crawl, with_background=place == 0))
    return tuple(found)
