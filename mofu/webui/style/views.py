"""The addresses of a word's styles: to look at them, to have them learned, to have pictures made in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.jobs import JobRecord
from mofu.db.styles import PictureRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, UsageError
from mofu.webui.access import Right, needs, the_person, wants_json
from mofu.webui.asked import fragment, pending
from mofu.webui.context import library, word_of
from mofu.webui.incoming import number, sent
from mofu.webui.pages import action, data, page
from mofu.webui.style import asking, made
from mofu.webui.style.asking import Draft, StyleAsked
from mofu.webui.style.reading import StylePage, read
from mofu.webui.style.requests import LEARN, MAKE, request_of
from mofu.webui.style.uploads import receive, receive_mask

blueprint = Blueprint("pages", __name__)

STOP_POLLING = 286
"""The status by which htmx asks no more."""


@dataclass(frozen=True, slots=True)
class StyleQuery:
    """What of a word's styles is asked for; the fields of the form may stand beside.

    Attributes:
        job: number of the one whose pictures are shown.
        row, at: which of them is seen large: its row, its strength.
        before: the cursor of what was made before.
    """

    job: int | None = None
    row: Annotated[int, Field(ge=0)] = 0
    at: float | None = None
    before: int | None = None


@page(blueprint, "/words/<slug:slug>/style", right=Right.SEE, template="style/style.html", query=StyleQuery)
def show(slug: str) -> StylePage:
    """A word's styles, the form that puts them onto a picture, what was made."""
    return _page(word_of(slug), asking.read(f"/words/{slug}/style", request.args))


@action(blueprint, "/words/<slug:slug>/style", right=Right.CURATE, body=StyleAsked, answers=JobRecord, status=202)
def make(slug: str) -> AnyResponse:
    """Ask for pictures in styles, one for each strength; the picture was uploaded before, or is the library's."""
    word = word_of(slug)
    if wants_json():
        return data(_ask(asking.checked(dict(sent()))), 202)
    draft = asking.read(f"/words/{slug}/style", request.form)
    try:
        draft = _with_files(draft)
        if request.form.get("do") == "show":
            return redirect(f"{draft.href()}#make", 303)
        job = _ask(draft.asked())
    except UsageError as error:
        shown = render_template("style/style.html", page=_page(word, draft), error=str(error))
        return Response(shown, 400)
    return redirect(f"{url_for('style.pages.show', slug=word.slug, job=job.id)}#made", 303)


@action(
    blueprint,
    "/words/<slug:slug>/style/pictures",
    right=Right.CURATE,
    answers=PictureRecord,
    status=201,
)
def upload(slug: str) -> AnyResponse:
    """Store a picture to be changed: the file `picture` of a form (multipart/form-data).

    Its size is limited by the setting web.max_body_mb, its pixels by style.max_pixels.
    """
    word = word_of(slug)
    file = request.files.get("picture")
    if file is None:
        raise InvalidInputError("no picture: expected a form (multipart/form-data) with a file named picture")
    stored = receive(library(), file)
    if wants_json():
        return data(stored, 201)
    return redirect(Draft(f"/words/{word.slug}/style", stored.sha256).href() + "#make", 303)


@action(blueprint, "/words/<slug:slug>/style/pack", right=Right.CURATE, answers=JobRecord, status=202)
def learn(slug: str) -> AnyResponse:
    """Ask for the word's styles to be learned, anew where there are some."""
    word = word_of(slug)
    job = library().ask(LEARN, {"words": [word.slug]}, asked_by=the_person().name)
    return data(job, 202) if wants_json() else redirect(url_for("style.pages.show", slug=word.slug), 303)


@blueprint.get("/words/<slug:slug>/style/waiting")
@needs(Right.SEE)
def waiting(slug: str) -> Response | str:
    """How far the learning that was asked for is."""
    word = word_of(slug)
    return fragment(pending(library(), LEARN, word.slug), url_for("style.pages.waiting", slug=word.slug))


@blueprint.get("/words/<slug:slug>/style/made/<int:number>/live")
@needs(Right.SEE)
def live(slug: str, number: int) -> AnyResponse:
    """The matrix of what a job makes, as far as it is; 304 where it has not changed."""
    shown = made.read(library(), word_of(slug), number, *_seen())
    answer = make_response(render_template("style/cells.html", made=shown))
    if shown.is_over:
        answer.status_code = STOP_POLLING
        return answer
    answer.add_etag()
    return answer.make_conditional(request)


def _page(word: WordRecord, draft: Draft) -> StylePage:
    job = number("job")
    shown = made.read(library(), word, job, *_seen()) if job is not None else None
    if shown is not None and not draft.parts:
        draft = replace(shown.draft, pictures=draft.pictures)
    return read(library(), word, draft, shown, number("before"))


def _seen() -> tuple[int, float | None]:
    return max(0, number("row", 0)), request.args.get("at", type=float)


def _with_files(draft: Draft) -> Draft:
    """The same with the picture and the masks that came along, stored."""
    file = request.files.get("picture")
    if file is not None and file.filename:
        draft = replace(draft, content=receive(library(), file).sha256)
    if draft.region != "paint":
        return draft
    styled = [place for place, style in enumerate(request.form.getlist("style")) if style]
    painted = dict(enumerate(request.form.getlist("painted")))
    masks = (painted.get(place, "") for place in styled)
    parts = (replace(part, mask=receive_mask(library(), mask).sha256) if mask else part
             for part, mask in zip(draft.parts, masks, strict=False))  # fmt: skip
    return replace(draft, parts=tuple(parts))


def _ask(asked: StyleAsked) -> JobRecord:
    return library().ask(MAKE, request_of(asked), asked_by=the_person().name)
