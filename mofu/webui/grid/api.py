"""Scripts of the grid send and ask: verdicts, undo and redo, the order that verdicts make, what to judge next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, redirect, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from mofu.db import rankings
from mofu.db.verdict_log import Given
from mofu.errors import InvalidInputError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.context import library, word_of
from mofu.webui.grid.correcting import corrections
from mofu.webui.incoming import LARGEST_NUMBER, number, sent
from mofu.webui.pages import action, data
from mofu.workers import verdict_log
from mofu.workers.verdict_log import MOST, Receipt, Sent, StepLog

MOST_PROPOSALS = 100
blueprint = Blueprint("judging", __name__)


@dataclass(frozen=True, slots=True)
class VerdictSent:
    """A verdict.

    Attributes:
        id: a UUID made by its sender: sent again, for want of an answer, it is stored once.
        image: SHA-256, whole.
        expects: number of the newest verdict on the image that the giver saw, 0 for none; null: whatever there is.
        batch: a UUID: verdicts that follow one another with the same one are taken back together.
    """

    id: UUID
    image: str
    judgement: Literal["accept", "reject", "unsure", "clear"]
    expects: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] | None = None
    batch: UUID | None = None


@dataclass(frozen=True, slots=True)
class VerdictsSent:
    """Verdicts on a word's images."""

    verdicts: Annotated[tuple[VerdictSent, ...], Field(min_length=1, max_length=MOST)]


@dataclass(frozen=True, slots=True)
class StepSent:
    """An undo or a redo.

    Attributes:
        id: a UUID made by its sender: sent again, one step is taken back.
        step: the id of the step that is meant; null: the newest.
    """

    id: UUID | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class NextQuery:
    """How many images; more than a hundred are a hundred."""

    count: int = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """An image in the order that verdicts make.

    Attributes:
        rank: in that order, from 1.
        former: in the current ranking; None where it had none.
        score: in that order.
    """

    image: str
    rank: int
    former: int | None
    score: float


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """The order with the verdicts of now, best first, not stored; `moved` images stand elsewhere than in `ranking`."""

    ranking: int | None
    strategy: str
    order: tuple[Moved, ...]
    moved: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """SHA-256 of the images whose verdicts would say most, the most telling first."""

    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The ranking that is current now."""

    ranking: int
    strategy: str


@action(blueprint, "/words/<slug:slug>/verdicts.json", right=Right.JUDGE, methods=("GET",))
def log(slug: str) -> StepLog:
    """What whoever asks can undo and redo on a word."""
    return verdict_log.step_log(library().workshop, word_of(slug), the_person().name)


@action(blueprint, "/words/<slug:slug>/preview.json", right=Right.JUDGE, methods=("GET",))
def preview(slug: str) -> PreviewAnswer:
    """The order that the verdicts of now make."""
    word = word_of(slug)
    made = corrections().preview(word)
    with library().database.read() as session:
        current = rankings.current_id(session, word.id)
    order = tuple(Moved(each.sha256, each.rank, each.former_rank, each.score) for each in made.images)
    return PreviewAnswer(current, made.strategy, order, len(made.moved))


@action(blueprint, "/words/<slug:slug>/next.json", right=Right.JUDGE, methods=("GET",), query=NextQuery)
def proposals(slug: str) -> Proposals:
    """The `count` images to judge next."""
    count = min(max(1, number("count", 10)), MOST_PROPOSALS)
    return Proposals(corrections().next_to_judge(word_of(slug), count))


@action(
    blueprint,
    "/words/<slug:slug>/verdicts",
    right=Right.JUDGE,
    body=VerdictsSent,
    answers=Receipt,
    refuses={409: Receipt},
)
def judge(slug: str) -> AnyResponse:
    """Store verdicts: 200 where all are stored, 409 where somebody else's came first; the answer says of each.

    A script sends `{"verdicts": [{"id", "image", "judgement", "expects", "batch"}, …]}`, a form one of them.
    """
    word, who = word_of(slug), the_person().name
    if not wants_json():
        form = [Sent(str(uuid.uuid4()), (_given(dict(request.form) | {"id": str(uuid.uuid4())}),))]
        verdict_log.submit(library().workshop, word, who, form)
        return redirect(f"/words/{slug}/annotate?at={request.form.get('image', '')}", 303)
    receipt = verdict_log.submit(library().workshop, word, who, _sent(sent()))
    return data(receipt, 409 if receipt.conflicts else 200)


@action(blueprint, "/words/<slug:slug>/undo", right=Right.JUDGE, body=StepSent, answers=Receipt, refuses={409: Receipt})
def undo(slug: str) -> AnyResponse:
    """Take back the newest step of whoever asks: `{"id", "step"}`; `step` says which one is meant."""
    return _answered(slug, verdict_log.undo(library().workshop, word_of(slug), the_person().name, *_step()))


@action(blueprint, "/words/<slug:slug>/redo", right=Right.JUDGE, body=StepSent, answers=Receipt, refuses={409: Receipt})
def redo(slug: str) -> AnyResponse:
    """Give the step again that was undone last; as undo."""
    return _answered(slug, verdict_log.redo(library().workshop, word_of(slug), the_person().name, *_step()))


@action(blueprint, "/words/<slug:slug>/apply", right=Right.CURATE, answers=Applied)
def apply(slug: str) -> AnyResponse:
    """Make the order with the verdicts of now the current ranking."""
    saved = corrections().save(word_of(slug))
    return data(Applied(saved.id, saved.strategy)) if wants_json() else redirect(f"/words/{slug}/annotate", 303)


def _answered(slug: str, receipt: Receipt) -> AnyResponse:
    if not wants_json():
        return redirect(f"/words/{slug}/annotate", 303)
    return data(receipt, 409 if receipt.conflicts else 200)


def _step() -> tuple[str, str | None]:
    body = sent()
    step = body.get("step") or None
    return str(body.get("id") or uuid.uuid4()), None if step is None else str(step)


def _sent(body: Mapping[str, Any]) -> list[Sent]:
    """Verdicts that follow one another with the same `batch` are a step; one without is a step of its own."""
    if not isinstance(body.get("verdicts"), list):
        raise InvalidInputError('expected {"verdicts": [{"id", "image", "judgement", "expects", "batch"}, …]}')
    rows = body["verdicts"]
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInputError("verdicts: expected a list of 1 or more objects")
    steps = groupby(rows, key=lambda row: str(row.get("batch") or row.get("id")))
    return [Sent(step, tuple(_given(row) for row in of_step)) for step, of_step in steps]


def _given(row: Mapping[str, Any]) -> Given:
    expects = row.get("expects")
    if isinstance(expects, str) and expects.isdecimal():
        expects = int(expects)
    if expects is not None and (type(expects) is not int or abs(expects) > LARGEST_NUMBER):
        raise InvalidInputError(f"expects {str(expects)[:40]!r}: expected the number of a verdict, 0 for none")
    return Given(str(row.get("id", "")), str(row.get("image", "")), str(row.get("judgement", "")), expects)
