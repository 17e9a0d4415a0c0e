"""The addresses that show a word's images in their orders, and what to do with them next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from flask import Blueprint, request
from markupsafe import Markup
from pydantic import Field

from mofu.db.words import WordRecord
from mofu.webui.access import Right, the_person
from mofu.webui.context import library, word_of
from mofu.webui.grid import asking, reading, strip
from mofu.webui.grid.correcting import preview_of
from mofu.webui.grid.orders import Orders
from mofu.webui.grid.reading import GridPage, Progress
from mofu.webui.incoming import number
from mofu.webui.pages import page, plain
from mofu.workers import verdict_log
from mofu.workers.stopping import TARGET, StopSignal, stop_signal
from mofu.workers.verdict_log import StepLog

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What of a word's grid is asked for.

    Attributes:
        order: search, round-1 …, current or corrected; empty: the current one, or search before the first ranking.
        score: a range such as 0.25..0.5.
        verdict: accept, reject, unsure, none or conflict.
        after: so many images of what the filters leave are before this page.
        limit: images on a page.
        at: SHA-256 of an image: the page on which it is.
    """

    order: str = ""
    score: str = ""
    verdict: str = ""
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=0, le=asking.PER_PAGE)] = asking.PER_PAGE
    at: str = ""


@dataclass(frozen=True, slots=True)
class AnnotateQuery(GridQuery):
    """As of the grid; `target` is the precision that the stop signal is about."""

    target: Annotated[float, Field(gt=0, le=1)] = TARGET


@dataclass(frozen=True, slots=True)
class ProgressQuery:
    """The number of the ranking that is shown."""

    ranking: int | None = None


@dataclass(frozen=True, slots=True)
class AnnotatePage:
    """The grid, what whoever asks can undo, and what a blind sample says of the ranking."""

    word: WordRecord
    grid: GridPage
    log: StepLog
    stop: StopSignal | None

    @property
    def steps(self) -> Any:
        """The log as scripts read it."""
        return plain(self.log)


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """The first images of each order."""

    word: WordRecord
    columns: tuple[strip.Column, ...]
    _strip: Markup


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """What runs on a word, and whether there is another ranking than the page shows."""

    word: WordRecord
    progress: Progress | None
    ranking: int | None
    is_new: bool


@page(blueprint, "/words/<slug:slug>", right=Right.SEE, template="grid/grid.html", query=GridQuery)
def grid(slug: str) -> GridPage:
    """A word's images, in the order, of the scores and of the verdicts that the address asks for."""
    return _grid(word_of(slug), f"/words/{slug}")


@page(blueprint, "/words/<slug:slug>/annotate", right=Right.JUDGE, template="grid/annotate.html", query=AnnotateQuery)
def annotate(slug: str) -> AnnotatePage:
    """The grid to judge in; `target` is the precision that the stop signal is about."""
    word, target = word_of(slug), request.args.get("target", TARGET, type=float)
    if not 0 < target <= 1:
        target = TARGET
    log = verdict_log.step_log(library().workshop, word, the_person().name)
    return AnnotatePage(
        word, _grid(word, f"/words/{slug}/annotate"), log, stop_signal(library().workshop, word, target)
    )  # fmt: skip


@page(blueprint, "/words/<slug:slug>/orders", right=Right.SEE, template="grid/orders.html")
def orders(slug: str) -> OrdersPage:
    """The first of each order side by side: what rose and what fell."""
    word = word_of(slug)
    of = Orders.of(library(), word)
    sides = [
        (name, reading.order_label(name), [each.image for each in of.listed(name, lambda: preview_of(word))])
        for name in of.names
    ]
    columns = strip.columns(sides)
    return OrdersPage(word, columns, strip.strip(columns, slug))


@page(blueprint, "/words/<slug:slug>/progress", right=Right.SEE, template="grid/progress.html", query=ProgressQuery)
def progress(slug: str) -> ProgressPart:
    """What runs on a word; `ranking` is the number of the one that the page shows."""
    word = word_of(slug)
    ranking = Orders.of(library(), word).ranking
    current = ranking.id if ranking else None
    return ProgressPart(word, reading.running(library(), word), current, current != number("ranking"))


def _grid(word: WordRecord, path: str) -> GridPage:
    asked = asking.read(path, request.args)
    return reading.read(library(), word, asked, lambda: preview_of(word))
