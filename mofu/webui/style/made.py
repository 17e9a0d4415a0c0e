"""A job that makes pictures, and those it has made so far → a matrix of styles × strengths, which fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mofu.db import styles
from mofu.db.jobs import QUEUED, RUNNING, JobRecord
from mofu.db.styles import ResultRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.library import Library
from mofu.webui.style import requests
from mofu.webui.style.asking import Draft, PartAsked
from mofu.webui.style.contents import Content, content_of
from mofu.webui.style.recipes import Checked, Told, checked_of, told_of

MOST_CELLS = 100


@dataclass(frozen=True, slots=True)
class ResultView:
    """A picture that was made.

    Attributes:
        text: the word that weighs most in it.
        href: where it is seen large; address: of the PNG; download: of the same, to be kept.
        region: how its region came about; None for the whole picture.
        check: how recognisable words are before and after.
    """

    id: int
    text: str
    sha256: str
    href: str
    address: str
    download: str
    width: int
    height: int
    strength: float
    colours: str
    method: str
    region: str | None
    seconds: float
    created_at: datetime
    check: Checked


@dataclass(frozen=True, slots=True)
class Row:
    """A mix at every strength.

    Attributes:
        parts: of the mix, as they were asked for.
        cells: in the order of the strengths; None of one that is not done.
        told: whose photographs are behind it, and what repeats it; None before the first is done.
    """

    number: int
    parts: tuple[PartAsked, ...]
    cells: tuple[ResultView | None, ...]
    told: Told | None


@dataclass(frozen=True, slots=True)
class Made:
    """What a job makes.

    Attributes:
        draft: what was asked for.
        content: the picture that is changed; None where it is gone.
        row: number of the one that is looked at.
        chosen: the picture that is looked at; None before the first.
        live: address of the part that changes.
    """

    job: JobRecord
    draft: Draft
    content: Content | None
    rows: tuple[Row, ...]
    row: int
    chosen: ResultView | None
    live: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be made."""
        return self.job.state not in (QUEUED, RUNNING)


def read(library: Library, word: WordRecord, number: int, row: int, at: float | None) -> Made:
    """What a job has made so far.

    Args:
        row, at: of the cell that is looked at: of the mix, the strength.

    Raises:
        UnknownNameError: no such job.
        NothingFoundError: a job that makes something else.
    """
    job = library.job(number)
    draft = requests.draft_of(f"/words/{word.slug}/style", job) if job.verb == requests.MAKE else None
    if draft is None or draft.content is None:
        raise NothingFoundError(f"job {number} makes no pictures in styles: look for it among the jobs")
    with library.database.read() as session:
        results = styles.results(session, job_id=number, limit=MOST_CELLS)
    rows = tuple(_row(place, mix, draft, results) for place, mix in enumerate(requests.mixes_made(job)))
    live = f"{draft.path}/made/{number}/live"
    chosen = _chosen(rows, row, at)
    seen = row if chosen is None else next(each.number for each in rows if chosen in each.cells)
    return Made(job, draft, content_of(library, draft.content), rows, seen, chosen, live)


def view(record: ResultRecord, path: str) -> ResultView:
    """A result as a page shows it, whose address is given."""
    address = f"/style-results/{record.result_sha256}"
    seen = f"{path}?job={record.job_id}&row={record.place}&at={record.strength:g}"
    href = f"{address}/result.png" if record.job_id is None else f"{seen}#made"
    return ResultView(
        record.id, record.text, record.result_sha256, href, f"{address}/result.png", f"{address}/download",
        record.width, record.height, record.strength, record.colours, record.method, record.region, record.seconds,
        record.created_at, checked_of(record.scores),
    )  # fmt: skip


def _row(place: int, mix: tuple[PartAsked, ...], draft: Draft, results: Sequence[ResultRecord]) -> Row:
    newest = {each.strength: each for each in reversed(results) if each.place == place}
    cells = (newest.get(strength) for strength in draft.strengths)
    shown = tuple(view(each, draft.path) if each else None for each in cells)
    return Row(place, mix, shown, next((told_of(each.recipe) for each in newest.values()), None))


def _chosen(rows: Sequence[Row], row: int, at: float | None) -> ResultView | None:
    """The cell of a row at a strength; else its strongest, else the strongest of any."""
    for some in ([each for each in rows if each.number == row], rows):
        done = [cell for each in some for cell in each.cells if cell is not None]
        exact = [cell for cell in done if cell.strength == at]
        if done:
            return (exact or done)[-1]
    return None
