"""Scripts of the regions' page send: verdicts on regions and thresholds, undo and redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, redirect, request
from pydantic import Field
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from mofu.errors import InvalidInputError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.context import library, word_of
from mofu.webui.incoming import LARGEST_NUMBER, sent
from mofu.webui.pages import action, data
from mofu.workers import region_judging
from mofu.workers.region_judging import MOST, GivenRegion, RegionReceipt

blueprint = Blueprint("judging", __name__)


@dataclass(frozen=True, slots=True)
class RegionVerdictSent:
    """A verdict on a region.

    Attributes:
        id: a UUID made by its sender: sent again, for want of an answer, it is stored once.
        region: its number.
        threshold: what of its map counts as the region, above 0 and at most 1, for which one must be a curator;
            null: as it stands.
        expects: number of the newest verdict on the region that the giver saw, 0 for none; null: whatever there is.
    """

    id: UUID
    region: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    verdict: Literal["accept", "reject", "clear"]
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    expects: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] | None = None


@dataclass(frozen=True, slots=True)
class RegionVerdictsSent:
    """Verdicts on a word's regions."""

    verdicts: Annotated[tuple[RegionVerdictSent, ...], Field(min_length=1, max_length=MOST)]


@dataclass(frozen=True, slots=True)
class RegionStepSent:
    """An undo or a redo; `id` is a UUID made by its sender: sent again, one verdict is taken back."""

    id: UUID | None = None


@action(
    blueprint,
    "/words/<slug:slug>/regions/verdicts",
    right=Right.JUDGE,
    body=RegionVerdictsSent,
    answers=RegionReceipt,
    refuses={409: RegionReceipt},
)
def judge(slug: str) -> AnyResponse:
    """Store verdicts: 200 where all are stored, 409 where somebody else's came first; the answer says of each.

    A script sends `{"verdicts": [{"id", "region", "verdict", "threshold", "expects"}, …]}`, a form one of them.
    """
    word, who = word_of(slug), the_person()
    given = _sent(sent()) if wants_json() else [_given(dict(request.form) | {"id": region_judging.new_id()})]
    if not who.may(Right.CURATE) and any(each.threshold is not None for each in given):
        raise Forbidden
    receipt = region_judging.judge(library().workshop, word, who.name, given)
    if wants_json():
        return data(receipt, 409 if receipt.conflicts else 200)
    image = request.form.get("image", "")
    return redirect(f"/words/{slug}/image/{image}#regions" if image else f"/words/{slug}/regions", 303)


@action(
    blueprint, "/words/<slug:slug>/regions/undo", right=Right.JUDGE, body=RegionStepSent, answers=RegionReceipt
)  # fmt: skip
def undo(slug: str) -> AnyResponse:
    """Take back the newest verdict on a region of whoever asks."""
    return _answered(slug, region_judging.undo(library().workshop, word_of(slug), the_person().name, _step()))


@action(
    blueprint, "/words/<slug:slug>/regions/redo", right=Right.JUDGE, body=RegionStepSent, answers=RegionReceipt
)  # fmt: skip
def redo(slug: str) -> AnyResponse:
    """Give the verdict on a region again that was undone last."""
    return _answered(slug, region_judging.redo(library().workshop, word_of(slug), the_person().name, _step()))


def _answered(slug: str, receipt: RegionReceipt) -> AnyResponse:
    return data(receipt) if wants_json() else redirect(f"/words/{slug}/regions", 303)


def _step() -> str:
    return str(sent().get("id") or region_judging.new_id())


def _sent(body: Mapping[str, Any]) -> list[GivenRegion]:
    rows = body.get("verdicts")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInputError('expected {"verdicts": [{"id", "region", "verdict", "threshold", "expects"}, …]}')
    return [_given(row) for row in rows]


def _given(row: Mapping[str, Any]) -> GivenRegion:
    threshold = row.get("threshold")
    if isinstance(threshold, str):
        threshold = _share(threshold) if threshold.strip() else None
    elif threshold is not None and type(threshold) not in (int, float):
        raise InvalidInputError(f"threshold {str(threshold)[:40]!r}: expected a number above 0, and at most 1")
    region, expects = _whole(row.get("region"), "region"), row.get("expects")
    expected = None if expects in (None, "") else _whole(expects, "expects")
    return GivenRegion(str(row.get("id", "")), region, row.get("verdict", ""), threshold, expected)


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(f"threshold {text[:40]!r}: expected a number above 0, and at most 1") from None


def _whole(value: object, name: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value) if len(value) <= len(str(LARGEST_NUMBER)) else LARGEST_NUMBER + 1
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise InvalidInputError(f"{name} {str(value)[:40]!r}: expected the number of a {name}")
    return value
