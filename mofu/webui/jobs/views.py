"""The addresses of jobs: the list and one job, their parts that are asked for again and again, cancel and resume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.jobs import JobRecord
from mofu.webui.access import Right, needs, wants_json
from mofu.webui.context import library
from mofu.webui.incoming import number as number_asked
from mofu.webui.jobs import wording
from mofu.webui.jobs.reading import JobPage, JobsPage, read, read_job
from mofu.webui.languages import path_of_ours
from mofu.webui.pages import action, data, page

blueprint = Blueprint("jobs", __name__, template_folder="templates")
blueprint.add_app_template_global(wording.state, "job_state")
blueprint.add_app_template_global(wording.verb, "job_verb")
blueprint.add_app_template_global(wording.named, "job_name")
blueprint.add_app_template_global(wording.stage, "job_stage")
blueprint.add_app_template_global(wording.how_far, "job_how_far")
blueprint.add_app_template_filter(wording.pace, "pace")
blueprint.add_app_template_filter(wording.span, "span")
blueprint.add_app_template_filter(wording.size, "size")


@dataclass(frozen=True, slots=True)
class JobsQuery:
    """Which jobs: of one state or all; `before` is the cursor, `next` of the page before."""

    state: Literal["queued", "running", "done", "partial", "failed", "cancelled", "interrupted"] | None = None
    before: int | None = None


@page(blueprint, "/jobs", right=Right.SEE, template="jobs/jobs.html", query=JobsQuery)
def listing() -> JobsPage:
    """Every job, the newest first: `state` narrows them, `before` is the cursor."""
    return _listing()


@blueprint.get("/jobs/live")
@needs(Right.SEE)
def live() -> AnyResponse:
    """The part of the list that changes; 304 where it has not."""
    return _part("jobs/_jobs.html", _listing())


@page(blueprint, "/jobs/<int:number>", right=Right.SEE, template="jobs/job.html")
def job(number: int) -> JobPage:
    """One job."""
    return read_job(library(), number)


@blueprint.get("/jobs/<int:number>/live")
@needs(Right.SEE)
def live_job(number: int) -> AnyResponse:
    """The part of a job that changes; 304 where it has not."""
    return _part("jobs/_job.html", read_job(library(), number))


@action(blueprint, "/jobs/<int:number>/cancel", right=Right.CURATE, answers=JobRecord)
def cancel(number: int) -> AnyResponse:
    """Cancel a job."""
    changed = library().cancel_job(number)
    if changed.cancel_requested:
        return _changed(changed, _("Job %(number)d stops within seconds; what it did is kept.", number=number))
    return _changed(changed, _("Job %(number)d is cancelled; it can be resumed.", number=number))


@action(blueprint, "/jobs/<int:number>/resume", right=Right.CURATE, answers=JobRecord)
def resume(number: int) -> AnyResponse:
    """Let a job go on."""
    changed = library().resume_job(number)
    return _changed(changed, _("Job %(number)d goes on where it stopped.", number=changed.id))


def _listing() -> JobsPage:
    return read(library(), request.args.get("state") or None, number_asked("before"))


def _part(template: str, shown: Any) -> AnyResponse:
    # A form's token differs each time: here it is left out, and the script that asks for this puts it in.
    answer = make_response(render_template(template, page=shown, is_part=True))
    answer.add_etag()
    return answer.make_conditional(request)


def _changed(changed: JobRecord, said: str) -> AnyResponse:
    if wants_json():
        return data(changed)
    flash(said)
    return redirect(path_of_ours(request.form.get("next"), url_for("jobs.job", number=changed.id)), 303)
