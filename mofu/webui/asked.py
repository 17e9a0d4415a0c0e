"""What a page asked for and waits for: the job that is queued or runs, until the page has something new to show."""

from __future__ import annotations

from flask import Response, render_template

from mofu.db.jobs import QUEUED, RUNNING, JobRecord
from mofu.library import Library

NEWEST = 200
"""Jobs that are looked through: more than anybody lets wait."""


def pending(library: Library, verb: str, word: str | None = None) -> JobRecord | None:
    """The newest job of a verb (about a word, by its slug) that waits or runs; None where there is none."""
    for job in library.jobs(NEWEST, states=(QUEUED, RUNNING)):
        about = job.request or {}
        if job.verb == verb and word in (None, about.get("word"), *about.get("words", ())):
            return job
    return None


def fragment(job: JobRecord | None, address: str) -> Response | str:
    """How far a job is, which asks for itself again at an address; once it has ended, the page is loaded anew."""
    if job is None:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template("waiting.html", job=job, address=address)
