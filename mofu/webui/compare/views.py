"""The address of comparisons, which carries the words that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from flask import Blueprint, request, url_for
from pydantic import Field

from mofu.errors import InvalidInputError
from mofu.webui.access import Right
from mofu.webui.compare.reading import Asked, ComparePage, read
from mofu.webui.context import library
from mofu.webui.incoming import number
from mofu.webui.pages import page
from mofu.workers.discriminating import IMAGES, LEAST

blueprint = Blueprint("compare", __name__, template_folder="templates")

MOST_IMAGES = 200


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """What is compared.

    Attributes:
        noun: whose words; empty: those that stand alone.
        word: texts, the parameter once for each; none: nothing is compared yet.
        images: of each word.
        row, column: places of two words in the table, from 0: the pictures of that cell are listed.
    """

    noun: str = ""
    word: tuple[str, ...] = ()
    images: Annotated[int, Field(ge=LEAST, le=MOST_IMAGES)] = IMAGES
    row: int | None = None
    column: int | None = None


@page(blueprint, "/compare", right=Right.SEE, template="compare/compare.html", query=CompareQuery)
def compare() -> ComparePage:
    """`noun` and each `word` of it, `images` of each; `row` and `column` name a cell whose pictures are shown."""
    images = request.args.get("images", IMAGES, type=int)
    if not LEAST <= images <= MOST_IMAGES:
        raise InvalidInputError(f"images={images}: expected {LEAST} to {MOST_IMAGES} of each word")
    row, column = number("row"), number("column")
    cell = None if row is None or column is None else (row, column)
    named = tuple(dict.fromkeys(request.args.getlist("word")))
    return read(library(), Asked(request.args.get("noun", ""), named, images, cell))


@blueprint.app_template_global("compare_address")
def compare_address(shown: ComparePage, **more: Any) -> str:
    """The address of a comparison, or of a cell of it."""
    named = [each.word.text for noun in shown.nouns for each in noun.words if each.is_chosen]
    images = shown.images if shown.images != IMAGES else None
    return url_for("compare.compare", noun=shown.noun or None, word=named, images=images, **more)
