"""The addresses of what became of a word's hits: to look, and to try again what may have passed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mofu.db import arrivals
from mofu.db.jobs import JobRecord
from mofu.db.words import WordRecord
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.arrivals.kinds import meaning
from mofu.webui.arrivals.reading import ArrivalsPage, read
from mofu.webui.context import library, word_of
from mofu.webui.incoming import number
from mofu.webui.pages import action, data, page
from mofu.workers.verbs.mining import Build

blueprint = Blueprint("arrivals", __name__, template_folder="templates")
blueprint.add_app_template_global(meaning, "failure_meaning")


@dataclass(frozen=True, slots=True)
class ArrivalsQuery:
    """Which hits: of one kind of failure; `after` is the cursor."""

    kind: str = ""
    after: int | None = None


@page(blueprint, "/words/<slug:slug>/failures", right=Right.SEE, template="arrivals/arrivals.html", query=ArrivalsQuery)
def shown(slug: str) -> ArrivalsPage:
    """What became of a word's hits; `kind` lists one kind of failure, `after` is its cursor."""
    return read(library(), word_of(slug), request.args.get("kind") or None, number("after", -1))


@action(blueprint, "/words/<slug:slug>/failures", right=Right.CURATE, answers=JobRecord, refuses={503: None})
def retry(slug: str) -> Response:
    """Ask for the word once more: what failed for reasons that may have passed is tried again."""
    word = word_of(slug)
    job = library().ask("build", _again(word), asked_by=the_person().name)
    if wants_json():
        return data(job)
    flash(_("It is tried again: job %(number)d.", number=job.id))
    return redirect(url_for("jobs.job", number=job.id), 303)


def _again(word: WordRecord) -> Build:
    """The same word from the same sources, as many images as were wanted."""
    with library().database.read() as session:
        sources = tuple(dict.fromkeys(count.source for count in arrivals.counts(session, word.id)))
    return Build(word.text, n=word.wanted, sources=sources, noun=word.noun, language=word.language, retry=True)
