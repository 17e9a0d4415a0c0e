"""A word's ranking as people handle it: its length, its top, a table, an export, a contact sheet in a notebook."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from mofu import __version__
from mofu.crawler.licenses import LicenseFilter
from mofu.db import activations, hits, images, rankings, region_verdicts, regions, verdicts
from mofu.db.hits import ImageRecord, Provenance
from mofu.db.rankings import RankedRecord, RankingRecord
from mofu.db.region_verdicts import RegionVerdictRecord
from mofu.db.regions import RegionRecord
from mofu.db.verdicts import VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import MissingPackageError
from mofu.export import (
    Dataset,
    DatasetImage,
    DatasetRegion,
    ExportOptions,
    ExportReport,
    Resize,
    SourceRecord,
    find,
    lacks_regions,
)
from mofu.export.base import MaskForm, VerdictFilter
from mofu.export.contact_sheet import page, picture
from mofu.export.contact_sheet.sheet import lay_out
from mofu.workers.region_maps import RegionMaps
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class RankedDataset:
    """A word's current ranking; `top` narrows it, everything else reads it.

    Attributes:
        word: whose ranking it is.
        ranking: how it came about.
        content: its images in rank order, as exports write them.
    """

    workshop: Workshop
    word: WordRecord
    ranking: RankingRecord
    content: Dataset

    @classmethod
    def of(cls, workshop: Workshop, word: WordRecord, ranking: RankingRecord) -> RankedDataset:
        """Read a ranking's images with their sources."""
        return cls(workshop, word, ranking, _content(workshop, word, ranking))

    def __len__(self) -> int:
        return len(self.content.images)

    @overload
    def __getitem__(self, place: int) -> DatasetImage: ...

    @overload
    def __getitem__(self, place: slice) -> RankedDataset: ...

    def __getitem__(self, place: int | slice) -> DatasetImage | RankedDataset:
        """The image at a place, from 0 (rank 1, where nothing was left out) on; the dataset of a slice of places."""
        if isinstance(place, slice):
            return self._of(self.content.images[place])
        return self.content.images[place]

    def __iter__(self) -> Iterator[DatasetImage]:
        return iter(self.content.images)

    def __repr__(self) -> str:
        return f"<dataset {self.content.name!r}: {len(self)} images ranked by {self.ranking.strategy}>"

    def top(self, count: int) -> RankedDataset:
        """The first so many images."""
        return self[: max(0, count)]

    def licensed(self, license: str) -> RankedDataset:  # noqa: A002 - the field's name for it
        """The images of these licences (any, commercial, modification, or codes), at the ranks that they have."""
        allows = LicenseFilter.parse(license).allows
        return self._of(tuple(image for image in self.content.images if allows(image.record.license)))

    def export(
        self,
        target: str | Path,
        *,
        format: str = "zip",  # noqa: A002 - the field's name for it
        top: int | None = None,
        license: str = "any",  # noqa: A002 - the field's name for it
        size: int | None = None,
        verdicts: VerdictFilter = "not-rejected",
        masks: MaskForm = "none",
        progress: Callable[[int, int], None] | None = None,
    ) -> ExportReport:
        """Write the images with all that is known of them; until the export is whole, what was at `target` stays.

        Args:
            target: the file or folder to write.
            format: a registered export format, e.g. zip or imagefolder.
            top: the first so many of those that the filters leave; None: all.
            license: any, commercial, modification, or codes: only these are written.
            size: re-encode to so many pixels on the longer side; None keeps the original bytes.
            verdicts: accepted, not-rejected or all: which images by what people judged.
            masks: none, png, coco, coco-rle or coco-counts: how the regions of the images are written beside them.
            progress: told (images done, images in all).

        Raises:
            UnknownNameError: no such format, licence, filter of verdicts or form of masks.
            InvalidInputError: the format holds no such masks.
            NothingFoundError: nothing passes the filter.
            DiskFullError: no room; nothing half-written stays.
        """
        write = find(format)
        with ExitStack() as stack:
            resize = Resize(size, stack.enter_context(self.workshop.decoders())) if size else None
            options = dataclasses.replace(self._options(license, resize), top=top, verdicts=verdicts, masks=masks)
            self.workshop.blobs.bring_originals((image.sha256, image.format) for image in self.content.images[:top])
            report = write(self.content, Path(target), options, progress)
        return dataclasses.replace(report, lacks_regions=lacks_regions(format, self.content, options))

    def contact_sheet(self, folder: str | Path, *, top: int = 50, license: str = "any") -> tuple[Path, Path]:  # noqa: A002 - as above
        """Write search order beside final order as a page that needs nothing beside it, and as a picture."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        options = dataclasses.replace(self._options(license, None), top=top)
        written = place / f"{self.word.slug}.html", place / f"{self.word.slug}.png"
        page.write_page(self.content, written[0], options)
        picture.write_picture(self.content, written[1], options)
        return written

    def to_pandas(self) -> pandas.DataFrame:
        """One row an image, in rank order, with score, source, licence and file.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingPackageError("tables need pandas: pip install 'mofu[pandas]'") from error
        return pandas.DataFrame([_row(image) for image in self])

    def _repr_html_(self) -> str:
        """The contact sheet, where a notebook shows this dataset."""
        text = page.render(lay_out(self.content, ExportOptions(top=50)))
        quoted = text.replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe srcdoc="{quoted}" sandbox width="100%" height="640" style="border:0"></iframe>'

    def _of(self, images: tuple[DatasetImage, ...]) -> RankedDataset:
        return dataclasses.replace(self, content=dataclasses.replace(self.content, images=images))

    def _options(self, license: str, resize: Resize | None) -> ExportOptions:  # noqa: A002 - as above
        wanted = LicenseFilter.parse(license)
        return ExportOptions(None, wanted.allows if wanted.codes else None, resize)


def _row(image: DatasetImage) -> dict[str, Any]:
    record = image.record
    return {
        "rank": image.rank, "score": image.score, "search_position": image.search_position,
        "source": record.source, "url": record.url, "title": record.title, "creator": record.creator,
        "license": record.license, "width": image.width, "height": image.height, "sha256": image.sha256,
        "verdict": image.verdict, "path": str(image.path),
    }  # fmt: skip


def _content(workshop: Workshop, word: WordRecord, ranking: RankingRecord) -> Dataset:
    with workshop.database.read() as session:
        ranked = rankings.images(session, ranking.id)
        names = [record.image_sha256 for record in ranked]
        facts = images.by_name(session, names)
        sources = hits.provenance(session, names)
        of_set = activations.find_set(session, ranking.set_id)
        background = images.current_background(session)
        judged = verdicts.standing(session, word.id)
    found = _regions(workshop, word, [record.image_sha256 for record in ranked if record.rank is not None])
    copies: dict[str, list[RankedRecord]] = {}
    for record in ranked:
        if record.represented_by is not None:
            copies.setdefault(record.represented_by, []).append(record)
    made = [
        _image(workshop, word, record, copies.get(record.image_sha256, []), facts, sources, judged, found)
        for record in ranked
        if record.rank is not None
    ]
    provenance: dict[str, object] = {
        "mofu": __version__,
        "backbone": of_set.backbone_id,
        "layer": of_set.layer,
        "dimension": of_set.dimension,
        "strategy": ranking.strategy,
        "settings": ranking.settings,
        "rounds": ranking.rounds,
        "background": {"version": ranking.background_id, "images": background.count if background else 0},
        "ranked_at": ranking.created_at.isoformat(),
        "counts": {"ranked": len(made), "near_duplicates": len(ranked) - len(made)},
    }
    return Dataset(
        word.text,
        word.language,
        word.noun or None,
        tuple(made),
        tuple(sorted(made, key=lambda image: image.search_position)),
        provenance,
        tuple(tuple(each["seeds"]) for each in ranking.rounds),
        word.slug,
    )


def _image(
    workshop: Workshop,
    word: WordRecord,
    record: RankedRecord,
    copies: list[RankedRecord],
    facts: Mapping[str, ImageRecord],
    sources: Mapping[str, list[Provenance]],
    judged: Mapping[str, VerdictRecord],
    found: Mapping[str, tuple[DatasetRegion, ...]],
) -> DatasetImage:
    fact = facts[record.image_sha256]
    own = sorted(sources[record.image_sha256], key=lambda p: (p.word_id != word.id, p.position))
    others = [p for copy in copies for p in sources.get(copy.image_sha256, [])]
    return DatasetImage(
        sha256=record.image_sha256,
        path=workshop.blobs.original(fact.sha256, fact.format),
        thumbnail=workshop.blobs.thumbnail(fact.sha256),
        format=fact.format,
        width=fact.width,
        height=fact.height,
        rank=record.rank or 0,
        score=record.score,
        round_scores=record.round_scores,
        search_position=min([record.search_rank, *(copy.search_rank for copy in copies)]),
        verdict=_verdict([record, *copies], judged),
        record=_source(own[0]),
        also_at=tuple(_source(p) for p in [*own[1:], *others]),
        duplicates=tuple(copy.image_sha256 for copy in copies),
        regions=found.get(record.image_sha256, ()),
    )


def _regions(workshop: Workshop, word: WordRecord, names: list[str]) -> dict[str, tuple[DatasetRegion, ...]]:
    """What the word's current segmentations found on these images, by image: the word's first, then objects."""
    found: dict[str, list[RegionRecord]] = {}
    with workshop.database.read() as session:
        for kind in (regions.WORD, regions.OBJECT):
            segmentation = regions.current(session, word.id, kind)
            on_images = regions.on_images(session, segmentation.id, names) if segmentation else {}
            for name, some in on_images.items():
                found.setdefault(name, []).extend(some)
        judged = region_verdicts.newest(session, [each.id for some in found.values() for each in some])
    maps = RegionMaps(workshop.root)
    return {name: tuple(_region(maps, each, judged.get(each.id)) for each in some) for name, some in found.items()}


def _region(maps: RegionMaps, region: RegionRecord, said: RegionVerdictRecord | None) -> DatasetRegion:
    threshold = said.threshold if said and said.threshold is not None else region.threshold
    verdict = said.verdict if said and said.verdict != region_verdicts.CLEAR else None
    path = maps.path(region.map_sha256)
    return DatasetRegion(region.kind, region.label, region.confidence, threshold, verdict, path)


def _verdict(group: Iterable[RankedRecord], judged: Mapping[str, VerdictRecord]) -> str | None:
    own = (judged[record.image_sha256] for record in group if record.image_sha256 in judged)
    return verdicts.of_group(verdict.judgement for verdict in own)


def _source(found: Provenance) -> SourceRecord:
    return SourceRecord(
        found.source, found.url, found.page_url, found.title, found.creator, found.license, found.license_version,
        found.license_url, found.attribution, found.rank + 1, found.crawled_at,
    )  # fmt: skip
