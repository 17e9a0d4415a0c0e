"""The addresses of a blind second look: to begin one, to go through it, to say what one sees."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from mofu.db.verdict_log import Given
from mofu.errors import InvalidInputError
from mofu.webui.access import Right, the_person
from mofu.webui.confirm.reading import TARGET, ConfirmPage, read
from mofu.webui.context import library, word_of
from mofu.webui.pages import action, page
from mofu.workers.auditing import begin_audit
from mofu.workers.confirming import audit_of, confirm

blueprint = Blueprint("confirm", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Stored:
    """How many of the verdicts that were sent are new; the others were stored already."""

    new: int


@page(blueprint, "/words/<slug:slug>/confirm", right=Right.JUDGE, template="confirm/confirm.html")
def look(slug: str) -> ConfirmPage:
    """The picture to judge next: `audit` names the sample, `at` a place in it, from 1, `target` a precision."""
    at = request.args.get("at", type=int)
    target = request.args.get("target", TARGET, type=float)
    if not 0 < target <= 1:
        raise InvalidInputError(f"target {target}: expected a precision above 0 and at most 1")
    audit = request.args.get("audit", type=int)
    return read(library(), word_of(slug), the_person().name, audit, None if at is None else at - 1, target)


@action(blueprint, "/words/<slug:slug>/confirm", right=Right.JUDGE)
def start(slug: str) -> Response:
    """Draw a sample of the first `k` images; `seed` repeats its order."""
    word = word_of(slug)
    asked: Any = request.get_json() if request.is_json else request.form
    audit = begin_audit(library().workshop, word, _whole(asked, "k", 100), _whole(asked, "seed", 0))
    return redirect(url_for("confirm.look", slug=word.slug, audit=audit.id), 303)


@action(blueprint, "/words/<slug:slug>/confirm/<int:audit_id>", right=Right.JUDGE)
def judge(slug: str, audit_id: int) -> Stored | Response:
    """Store verdicts: of a form one, of a script `{"verdicts": [{"uid", "image", "judgement"}, …]}`."""
    word = word_of(slug)
    workshop, who = library().workshop, the_person().name
    audit = audit_of(workshop, word, audit_id)
    if request.is_json:
        return Stored(confirm(workshop, word, audit, who, _sent(request.get_json())))
    form = request.form
    given = Given(form.get("uid", ""), form.get("image", ""), form.get("judgement", ""))
    confirm(workshop, word, audit, who, [given])
    return redirect(url_for("confirm.look", slug=word.slug, audit=audit.id), 303)


@blueprint.app_template_global("new_uid")
def new_uid() -> str:
    """An id for a form: sent twice, it is stored once."""
    return str(uuid.uuid4())


def _sent(body: Any) -> list[Given]:
    try:
        return [Given(str(each["uid"]), str(each["image"]), str(each["judgement"])) for each in body["verdicts"]]
    except (KeyError, TypeError) as error:
        raise InvalidInputError('body: expected {"verdicts": [{"uid", "image", "judgement"}, …]}') from error


def _whole(asked: Any, name: str, usual: int) -> int:
    try:
        return int(asked.get(name) or usual)
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{name}: expected a whole number") from error
