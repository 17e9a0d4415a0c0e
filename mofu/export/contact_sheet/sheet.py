"""A dataset → what a contact sheet shows: the search's first images and the final first ones, tile by tile."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mofu.export.base import Cut, ExportOptions, ExportReport, MissingFile, select
from mofu.export.dataset import Dataset, DatasetImage
from mofu.export.texts import license_counts

DEFAULT_TOP = 50


@dataclass(frozen=True, slots=True)
class Tile:
    """One image in one of the two orders.

    Attributes:
        climb: places gained from the search's order to the final one; negative: lost.
        is_newcomer: whether the search had it beyond the images that the sheet shows.
        seed_of: the rounds, 1-based, that learned from it.
        thumbnail: JPEG bytes; None where the file is missing.
    """

    image: DatasetImage
    climb: int
    is_newcomer: bool
    seed_of: tuple[int, ...]
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The search's order (`before`) and the final order (`after`), cut to the same number of images.

    Attributes:
        cut: where all images were asked for and each shows the first alone.
    """

    dataset: Dataset
    before: tuple[Tile, ...]
    after: tuple[Tile, ...]
    missing: tuple[MissingFile, ...]
    cut: Cut | None

    @property
    def newcomers(self) -> int:
        """How many of the final images the search had further down."""
        return sum(tile.is_newcomer for tile in self.after)

    def report(self, target: Path) -> ExportReport:
        """What was written to `target`."""
        shown = {tile.image.sha256: tile.image for tile in (*self.before, *self.after)}
        counts = license_counts(shown.values())
        return ExportReport(target, len(shown), target.stat().st_size, self.missing, counts, self.cut)


def lay_out(dataset: Dataset, options: ExportOptions) -> Sheet:
    """Read the thumbnails of both orders; raises NothingFoundError where the options leave no image."""
    top = options.top or DEFAULT_TOP
    allowed = {image.sha256 for image in select(dataset, dataclasses.replace(options, top=None))}
    after = [image for image in dataset.images if image.sha256 in allowed][:top]
    before = [image for image in dataset.search_order if image.sha256 in allowed][:top]
    thumbnails = {image.sha256: _read(image.thumbnail) for image in (*before, *after)}
    seeds = _seed_rounds(dataset)
    first = {image.sha256 for image in before}

    def tiles(images: Iterable[DatasetImage]) -> tuple[Tile, ...]:
        return tuple(_tile(image, image.sha256 not in first, seeds, thumbnails) for image in images)

    gone = {image.sha256: image for image in (*before, *after) if thumbnails[image.sha256] is None}
    missing = tuple(MissingFile(i.sha256, i.rank, i.thumbnail, "the thumbnail is missing") for i in gone.values())
    cut = Cut(len(after), len(allowed)) if options.top is None and len(after) < len(allowed) else None
    return Sheet(dataset, tiles(before), tiles(after), missing, cut)


def _tile(
    image: DatasetImage,
    is_newcomer: bool,
    seeds: Mapping[str, tuple[int, ...]],
    thumbnails: Mapping[str, bytes | None],
) -> Tile:
    climb = image.search_position - image.rank
    return Tile(image, climb, is_newcomer, seeds.get(image.sha256, ()), thumbnails[image.sha256])


def _seed_rounds(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    rounds: dict[str, tuple[int, ...]] = {}
    for number, seeds in enumerate(dataset.round_seeds, start=1):
        for sha256 in seeds:
            rounds[sha256] = (*rounds.get(sha256, ()), number)
    return rounds


def _read(thumbnail: Path) -> bytes | None:
    try:
        return thumbnail.read_bytes()
    except OSError:
        return None
