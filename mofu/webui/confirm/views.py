"""The addresses of a blind second look: to begin one, to go through it, to say what one sees."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from pydantic import Field
from werkzeug.wrappers import Response

from mofu.db.verdict_log import Given
from mofu.errors import InvalidInputError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.confirm.reading import TARGET, ConfirmPage, read
from mofu.webui.context import library, word_of
from mofu.webui.incoming import LARGEST_NUMBER, number, sent
from mofu.webui.pages import action, data, page
from mofu.workers.auditing import begin_audit
from mofu.workers.confirming import audit_of, confirm

blueprint = Blueprint("confirm", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Stored:
    """How many of the verdicts that were sent are new; the others were stored already."""

    new: int


@dataclass(frozen=True, slots=True)
class ConfirmQuery:
    """Where in which sample.

    Attributes:
        audit: number of the sample; none: the newest of the current ranking.
        at: place in its order of showing, from 1; none: the first that is not judged.
        target: the precision that is asked for.
    """

    audit: int | None = None
    at: int | None = None
    target: Annotated[float, Field(gt=0, le=1)] = TARGET


@dataclass(frozen=True, slots=True)
class SampleAsked:
    """A sample of the first `k` images; `seed` repeats its order."""

    k: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] = 100
    seed: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """The number of a sample, old or new, and of how many images it is."""

    audit: int
    k: int


@dataclass(frozen=True, slots=True)
class BlindVerdict:
    """A verdict on an image of a sample; `uid` is made by its giver: sent again, it is stored once."""

    uid: UUID
    image: str
    judgement: Literal["accept", "reject", "unsure", "clear"]


@dataclass(frozen=True, slots=True)
class BlindVerdicts:
    """Verdicts of one sample."""

    verdicts: tuple[BlindVerdict, ...]


@page(blueprint, "/words/<slug:slug>/confirm", right=Right.JUDGE, template="confirm/confirm.html", query=ConfirmQuery)
def look(slug: str) -> ConfirmPage:
    """The picture to judge next: `audit` names the sample, `at` a place in it, from 1, `target` a precision."""
    at = number("at")
    target = request.args.get("target", TARGET, type=float)
    if not 0 < target <= 1:
        raise InvalidInputError(f"target {target}: expected a precision above 0 and at most 1")
    audit = number("audit")
    return read(library(), word_of(slug), the_person().name, audit, None if at is None else at - 1, target)


@action(blueprint, "/words/<slug:slug>/confirm", right=Right.JUDGE, body=SampleAsked, answers=Begun)
def start(slug: str) -> Response:
    """Draw a sample of the first `k` images; `seed` repeats its order."""
    word = word_of(slug)
    asked = sent()
    audit = begin_audit(library().workshop, word, _whole(asked, "k", 100), _whole(asked, "seed", 0))
    if wants_json():
        return data(Begun(audit.id, audit.k))
    return redirect(url_for("confirm.look", slug=word.slug, audit=audit.id), 303)


@action(blueprint, "/words/<slug:slug>/confirm/<int:audit_id>", right=Right.JUDGE, body=BlindVerdicts)
def judge(slug: str, audit_id: int) -> Stored | Response:
    """Store verdicts: of a form one, of a script `{"verdicts": [{"uid", "image", "judgement"}, …]}`."""
    word = word_of(slug)
    workshop, who = library().workshop, the_person().name
    audit = audit_of(workshop, word, audit_id)
    if request.is_json:
        return Stored(confirm(workshop, word, audit, who, _given(sent())))
    form = request.form
    given = Given(form.get("uid", ""), form.get("image", ""), form.get("judgement", ""))
    confirm(workshop, word, audit, who, [given])
    return redirect(url_for("confirm.look", slug=word.slug, audit=audit.id), 303)


@blueprint.app_template_global("new_uid")
def new_uid() -> str:
    """An id for a form: sent twice, it is stored once."""
    return str(uuid.uuid4())


def _given(body: Any) -> list[Given]:
    try:
        return [Given(str(each["uid"]), str(each["image"]), str(each["judgement"])) for each in body["verdicts"]]
    except (KeyError, TypeError) as error:
        raise InvalidInputError('body: expected {"verdicts": [{"uid", "image", "judgement"}, …]}') from error


def _whole(asked: Any, name: str, usual: int) -> int:
    given = asked.get(name)
    try:
        whole = int(usual if given in (None, "") else given)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{name}: expected a whole number") from error
    if abs(whole) > LARGEST_NUMBER:
        raise InvalidInputError(f"{name} {whole}: expected at most {LARGEST_NUMBER}")
    return whole
