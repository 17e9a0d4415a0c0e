"""A word and what an address asks for → one page of its grid: tiles in an order, what stands on them, filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import pgettext
from markupsafe import Markup

from mofu.db import jobs, verdicts
from mofu.db.verdicts import CLEAR, StoredVerdict
from mofu.db.words import WordRecord
from mofu.library import Library
from mofu.webui.charts import histogram
from mofu.webui.grid.asking import STATES, Asked
from mofu.webui.grid.orders import CORRECTED, CURRENT, ROUND, SEARCH, Listed, Orders
from mofu.workers import agreeing
from mofu.workers.correcting import Preview


@dataclass(frozen=True, slots=True)
class Tile:
    """An image as the grid shows it.

    Attributes:
        place: in the order that is shown, from 1.
        rank: in the current ranking; None before the first.
        score: in the order that is shown.
        copies: how many near-duplicates it stands for.
        state: what stands on it or a near-duplicate: accept, reject, unsure, or None.
        verdict: number of the newest verdict on it, 0 for none: what the next one `expects`.
        opinions: who says what, where some accept and some reject it.
    """

    image: str
    place: int
    rank: int | None
    score: float | None
    copies: int
    state: str | None
    verdict: int
    opinions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to look, with its address."""

    name: str
    label: str
    href: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is that runs on the word now."""

    stage: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class GridPage:
    """A page of a word's grid.

    Attributes:
        total: images that the filters leave; `images` of the word in all.
        first: place of the first tile among those, from 0.
        previous, next: addresses of the pages beside this one.
        progress: of what runs on the word now; None for nothing.
        ranking: number of the current ranking; None before the first.
    """

    word: WordRecord
    order: str
    tiles: tuple[Tile, ...]
    total: int
    images: int
    first: int
    previous: str | None
    next: str | None
    orders: tuple[Choice, ...]
    states: tuple[Choice, ...]
    scores: tuple[float, float] | None
    at: str | None
    ranking: int | None
    strategy: str | None
    progress: Progress | None
    _histogram: Markup | None
    _whole: str


def read(library: Library, word: WordRecord, asked: Asked, preview: Callable[[], Preview]) -> GridPage:
    """One page.

    Args:
        preview: gives the corrected order, where that is asked for.

    Raises:
        UnknownNameError: no such order.
    """
    orders = Orders.of(library, word)
    name = asked.order or (CURRENT if orders.ranking else SEARCH)
    tiles = _tiles(library, word, orders.listed(name, preview))
    kept = [tile for tile in tiles if _passes(tile, asked)]
    first = _first(kept, asked)
    shown = kept[first : first + asked.limit]
    return GridPage(
        word, name, tuple(shown), len(kept), len(tiles), first,
        asked.href(after=max(0, first - asked.limit)) if first else None,
        asked.href(after=first + asked.limit) if first + asked.limit < len(kept) else None,
        tuple(Choice(each, order_label(each), asked.href(order=each), None, each == name) for each in orders.names),
        _states(tiles, asked), asked.scores, asked.at,
        orders.ranking.id if orders.ranking else None, orders.ranking.strategy if orders.ranking else None,
        running(library, word), _histogram(tiles, asked), asked.href(scores=None, state=None),
    )  # fmt: skip


def order_label(name: str) -> str:
    """An order's name for people."""
    if name.startswith(ROUND):
        return str(_("Round %(number)s", number=name.removeprefix(ROUND)))
    return {SEARCH: str(pgettext("order", "Search")), CURRENT: str(_("Current")), CORRECTED: str(_("Corrected"))}[name]


def running(library: Library, word: WordRecord) -> Progress | None:
    """The stage that runs on a word now."""
    with library.database.read() as session:
        newest = [job for job in jobs.newest(session, 50) if job.word_id == word.id and job.state == jobs.RUNNING]
    return Progress(newest[0].stage, newest[0].done, newest[0].total) if newest else None


def _tiles(library: Library, word: WordRecord, listed: Sequence[Listed]) -> list[Tile]:
    with library.database.read() as session:
        newest = verdicts.newest(session, word.id)
    disputed = agreeing.disputed(agreeing.opinions(library.workshop, word)) if newest else {}
    return [_tile(each, newest, disputed.get(each.image, {})) for each in listed]


def _tile(each: Listed, newest: dict[str, StoredVerdict], opinions: dict[str, str]) -> Tile:
    said = [newest[name].verdict.judgement for name in (each.image, *each.copies) if name in newest]
    state = verdicts.of_group(judgement for judgement in said if judgement != CLEAR)
    own = newest.get(each.image)
    return Tile(
        each.image, each.place, each.rank, each.score, len(each.copies), state, own.id if own else 0, opinions
    )  # fmt: skip


def _passes(tile: Tile, asked: Asked) -> bool:
    if not asked.covers(tile.score):
        return False
    if asked.state == "conflict":
        return bool(tile.opinions)
    return asked.state is None or (tile.state or "none") == asked.state


def _first(kept: Sequence[Tile], asked: Asked) -> int:
    """Where the page begins: at its cursor, or at the page on which the image is that is asked for."""
    for place, tile in enumerate(kept):
        if tile.image == asked.at:
            return place - place % asked.limit
    return min(asked.after, len(kept))


def _states(tiles: Sequence[Tile], asked: Asked) -> tuple[Choice, ...]:
    counts = Counter(tile.state or "none" for tile in tiles)
    counts["conflict"] = sum(bool(tile.opinions) for tile in tiles)
    labels = dict(zip(STATES, (_("Accepted"), _("Rejected"), _("Unsure"), _("Unjudged"), _("Disputed")), strict=True))
    return tuple(
        Choice(each, labels[each], asked.href(state=None if asked.state == each else each), counts[each],
               asked.state == each)
        for each in STATES
    )  # fmt: skip


def _histogram(tiles: Sequence[Tile], asked: Asked) -> Markup | None:
    steps = histogram.steps([tile.score for tile in tiles if tile.score is not None])
    if not steps:
        return None
    return histogram.histogram(
        _("Scores"), steps, lambda step: asked.href(scores=(step.low, step.high)), asked.scores
    )  # fmt: skip
