"""A word's stored segmentations and what people said of their regions → what pages show of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mofu.db import rankings, region_verdicts, regions
from mofu.db.jobs import JobRecord
from mofu.db.region_verdicts import CLEAR, RegionVerdictRecord
from mofu.db.regions import RegionRecord, SegmentationRecord, Tally
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, NothingFoundError
from mofu.library import Library
from mofu.webui.asked import pending
from mofu.webui.regions.asking import NONE, STATES, Asked
from mofu.workers.region_maps import RegionMaps

MOST_COLUMNS = 4
"""Segmentations that are compared side by side."""
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class RegionTile:
    """A region as pages show it.

    Attributes:
        place: among the regions of its segmentation, or of its image on that one's page, from 1.
        rank: of its image in the current ranking; None where it has none.
        confidence: that the image shows it there, 0 … 1.
        area: share of the picture at `threshold`, 0 … 1.
        threshold: what of the map counts as the region: as people set it, else `found_at`, the segmentation's own.
        map: SHA-256 of its soft map.
        state: accept, reject, or None.
        verdict: number of the newest verdict on it, 0 for none: what the next one `expects`.
        who: gave that; None for nobody.
    """

    region: int
    image: str
    place: int
    rank: int | None
    kind: str
    label: str
    confidence: float
    area: float
    threshold: float
    found_at: float
    map: str
    width: int
    height: int
    state: str | None
    verdict: int
    who: str | None


@dataclass(frozen=True, slots=True)
class SegmentationView:
    """A stored segmentation; `is_whole` is False while it runs, or where it stopped half-way."""

    id: int
    kind: str
    method: str
    backbone: str
    refine: str
    round: int
    created_at: datetime
    is_whole: bool

    @property
    def name(self) -> str:
        """Its method, with what refined it, and its round of self-training."""
        refined = self.method if self.refine == "none" else f"{self.method} + {self.refine}"
        return f"{refined}, {self.round}" if self.round else refined


@dataclass(frozen=True, slots=True)
class Row:
    """An image and, in the order of the columns, what each segmentation found on it; None for nothing."""

    image: str
    cells: tuple[RegionTile | None, ...]


@dataclass(frozen=True, slots=True)
class RegionsPage:
    """A page of a segmentation's regions.

    Attributes:
        is_ranked: whether there is anything to segment.
        segmentations: all of the word's, the current one first.
        chosen: the one that is shown; None before the first.
        tally: what it comes to so far.
        total: regions that the filter leaves; `counts` of all by state: accept, reject, none.
        previous, next: addresses of the pages beside this one.
        columns, rows: what is compared side by side; empty where it is not.
        undoable, redoable: how many verdicts of whoever asks can be taken back and given again.
        job: what was asked for and is not done; None for nothing.
        at: number of the region that shall have the focus.
    """

    word: WordRecord
    is_ranked: bool
    segmentations: tuple[SegmentationView, ...]
    chosen: SegmentationView | None
    tally: Tally | None
    state: str | None
    tiles: tuple[RegionTile, ...]
    first: int
    total: int
    counts: Mapping[str, int]
    previous: str | None
    next: str | None
    columns: tuple[SegmentationView, ...]
    rows: tuple[Row, ...]
    undoable: int
    redoable: int
    job: JobRecord | None
    at: int | None


def read(library: Library, word: WordRecord, asked: Asked, who: str) -> RegionsPage:
    """What an address asks for, as one person sees it.

    Raises:
        NothingFoundError: the word has no segmentation of that number.
    """
    with library.database.read() as session:
        ranking = rankings.current(session, word.id)
        records = regions.of_word(session, word.id)
        stacks = region_verdicts.stacks(session, word.id, who)
    chosen = _chosen(records, asked, word)
    tiles = _tiles(library, word, chosen.id) if chosen else []
    kept = [tile for tile in tiles if asked.state in (None, tile.state or NONE)]
    first = _first(kept, asked)
    shown = tuple(kept[first : first + asked.limit])
    columns = _columns(records, chosen) if asked.compare and chosen else ()
    with library.database.read() as session:
        tally = regions.tally(session, chosen.id) if chosen else None
    return RegionsPage(
        word, ranking is not None, tuple(view(each) for each in records), view(chosen) if chosen else None, tally,
        asked.state, () if columns else shown, first, len(kept), _counts(tiles),
        asked.href(after=max(0, first - asked.limit)) if first else None,
        asked.href(after=first + asked.limit) if first + asked.limit < len(kept) else None,
        tuple(view(each) for each in columns), _rows(library, columns, [tile.image for tile in shown]),
        len(stacks.done), len(stacks.undone), pending(library, "segment", word.slug), asked.at,
    )  # fmt: skip


def view(record: SegmentationRecord) -> SegmentationView:
    """A segmentation as pages tell of it."""
    return SegmentationView(
        record.id, record.kind, record.method, record.backbone, record.refine, record.round, record.created_at,
        record.finished_at is not None,
    )  # fmt: skip


def on_image(library: Library, word: WordRecord, sha256: str) -> tuple[RegionTile, ...]:
    """What the word's current segmentations found on an image, the word's region before objects."""
    with library.database.read() as session:
        current = [regions.current(session, word.id, kind) for kind in (regions.WORD, regions.OBJECT)]
        found = [regions.on_images(session, each.id, [sha256]).get(sha256, []) for each in current if each]
    records = [record for some in found for record in some]
    return tuple(_of(library, records, dict.fromkeys([sha256])))


def _chosen(records: Sequence[SegmentationRecord], asked: Asked, word: WordRecord) -> SegmentationRecord | None:
    if asked.segmentation is None:
        return next((each for each in records if each.kind == regions.WORD), records[0] if records else None)
    for each in records:
        if each.id == asked.segmentation:
            return each
    raise NothingFoundError(f"no segmentation {asked.segmentation} of {word.text!r}: go back to the regions")


def _columns(records: Sequence[SegmentationRecord], chosen: SegmentationRecord) -> tuple[SegmentationRecord, ...]:
    """The one that is shown and others of its kind, the newest first."""
    others = [each for each in records if each.kind == chosen.kind and each.id != chosen.id]
    return (chosen, *others[: MOST_COLUMNS - 1])


def _tiles(library: Library, word: WordRecord, segmentation: int) -> list[RegionTile]:
    """Every region of a segmentation, in the order in which they were found, which is that of the ranking."""
    records: list[RegionRecord] = []
    with library.database.read() as session:
        ranking = rankings.current(session, word.id)
        ranked = rankings.images(session, ranking.id) if ranking else []
        while some := regions.of_segmentation(session, segmentation, records[-1].id if records else 0, _CHUNK):
            records += some
    return _of(library, records, {each.image_sha256: each.rank for each in ranked})


def _of(library: Library, records: Sequence[RegionRecord], ranks: Mapping[str, int | None]) -> list[RegionTile]:
    with library.database.read() as session:
        said = region_verdicts.newest(session, [each.id for each in records])
    maps = RegionMaps(library.root)
    return [
        _tile(maps, record, place, ranks.get(record.image_sha256), said.get(record.id))
        for place, record in enumerate(records, start=1)
    ]


def _tile(
    maps: RegionMaps, record: RegionRecord, place: int, rank: int | None, said: RegionVerdictRecord | None
) -> RegionTile:
    threshold = said.threshold if said and said.threshold is not None else record.threshold
    return RegionTile(
        record.id, record.image_sha256, place, rank, record.kind, record.label, record.confidence,
        record.area if threshold == record.threshold else _area(maps, record, threshold), threshold, record.threshold,
        record.map_sha256, record.width, record.height, said.verdict if said and said.verdict != CLEAR else None,
        said.id if said else 0, said.author if said else None,
    )  # fmt: skip


def _area(maps: RegionMaps, record: RegionRecord, threshold: float) -> float:
    try:
        return float((maps.read(record.map_sha256) >= threshold).mean())
    except DamagedError:
        return record.area


def _first(kept: Sequence[RegionTile], asked: Asked) -> int:
    """Where the page begins: at its cursor, or at the page on which the region is that is asked for."""
    for place, tile in enumerate(kept):
        if tile.region == asked.at:
            return place - place % asked.limit
    return min(asked.after, len(kept))


def _counts(tiles: Sequence[RegionTile]) -> dict[str, int]:
    counted = Counter(tile.state or NONE for tile in tiles)
    return {state: counted[state] for state in STATES}


def _rows(library: Library, columns: Sequence[SegmentationRecord], images: Collection[str]) -> tuple[Row, ...]:
    """What each segmentation found on some images, these in their order."""
    wanted = dict.fromkeys(images)
    found: list[dict[str, RegionTile]] = []
    for column in columns:
        with library.database.read() as session:
            records = [each for some in regions.on_images(session, column.id, wanted).values() for each in some]
        found.append({tile.image: tile for tile in reversed(_of(library, records, {}))})
    return tuple(Row(image, tuple(each.get(image) for each in found)) for image in wanted) if columns else ()
