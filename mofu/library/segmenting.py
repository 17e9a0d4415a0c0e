"""Where a library's images show its words: found, read, judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mofu.db import region_verdicts, regions
from mofu.db.region_verdicts import Judgement, RegionVerdictRecord
from mofu.db.regions import Kind, RegionRecord, SegmentationRecord, Tally
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError, UnknownNameError
from mofu.library.mining import Mining

if TYPE_CHECKING:
    import pandas

    from mofu.workers.overlaps import Overlap
    from mofu.workers.region_maps import RegionMaps
    from mofu.workers.region_ranking import RegionRanking
    from mofu.workers.segmenting import WordRegions


@dataclass(frozen=True, slots=True)
class FoundRegions:
    """A word's current segmentation with its regions, the best-ranked image's first, and what people say of them.

    Iterates over the regions' records. Of a region, `mask(region)` and `soft_map(region)` give the pixels.
    """

    word: WordRecord
    segmentation: SegmentationRecord
    tally: Tally
    records: tuple[RegionRecord, ...]
    verdicts: dict[int, RegionVerdictRecord]
    maps: RegionMaps

    def __iter__(self) -> Iterator[RegionRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def soft_map(self, region: RegionRecord) -> NDArray[np.float32]:
        """(h, w) float32 in [0, 1], in the image's aspect; raises DamagedError where its file is lost."""
        return self.maps.read(region.map_sha256)

    def mask(self, region: RegionRecord) -> NDArray[np.bool_]:
        """(h, w) bool: where the map is at least the threshold, the person's where one moved it."""
        return np.asarray(self.soft_map(region) >= self.threshold(region), np.bool_)

    def threshold(self, region: RegionRecord) -> float:
        """What of the map counts as the region."""
        said = self.verdicts.get(region.id)
        return region.threshold if said is None or said.threshold is None else said.threshold

    def to_pandas(self) -> pandas.DataFrame:
        """A row a region: its facts, the verdict that stands, where its map lies.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        from mofu.workers.region_table import data_frame

        return data_frame(self.records, self.verdicts, self.maps)


class Segmenting(Mining):
    """The regions of a library's words."""

    def segment(
        self,
        words: str | WordRecord | Sequence[str | WordRecord],
        *,
        method: str | None = None,
        backbone: str | None = None,
        refine: str | None = None,
        selftrain: int | None = None,
        top: int | None = None,
        side: int | None = None,
        seed: int | None = None,
    ) -> list[WordRegions]:
        """Find where the first images of ranked words show them; what the same settings found before is kept.

        Words that are given together share no pixel of an image. Everything that is not given is as the settings of
        the section `segmentation` say.

        Args:
            words: one or several, by text, slug or record.
            method: surfaces, or of saliency: dcsm, simonyan, gradcam++, layercam, cam, attention.
            backbone: whose maps are read, by name.
            refine: none, crf, crf-surfaces, guided or sam.
            selftrain: rounds of self-training, at most; each is kept, and the best is current.
            top: images of each word.
            side: pixels of the longer side of pictures and maps.
            seed: of the training.

        Raises:
            MissingPackageError: torch is not installed, or what the refinement needs.
            MissingWeightsError, DamagedError: the refinement's weights are not here, or not those that were published.
            NothingFoundError, MissingError, LibraryError: a word is not ranked, has too few images, no background.
            InvalidInputError, UnknownNameError: a backbone without maps; no such method, refinement or backbone.
        """
        from mofu.segmentation import require_torch
        from mofu.workers.segmenting import check, segment_words
        from mofu.workers.verbs.segmenting import Segment

        named = [words] if isinstance(words, str | WordRecord) else list(words)
        records = [self._word(word) for word in named]
        asked = Segment((), method, backbone, refine, selftrain, top, side, seed)
        settings = self.settings.changed(asked.flags()).segmentation
        check(settings)
        require_torch()
        loaded = self.backbone(settings.backbone)
        with self.writing() as workshop:
            return segment_words(workshop, records, loaded, settings)

    def annotate(
        self,
        words: str | WordRecord | Sequence[str | WordRecord],
        annotator: str,
        *,
        top: int | None = None,
        side: int | None = None,
    ) -> list[WordRegions]:
        """Find the objects on the first images of ranked words, for `overlap`; what was found before is kept.

        Args:
            words: one or several, by text, slug or record.
            annotator: deeplabv3, fcn, lraspp, maskrcnn; mask2former-semantic, -instance, -panoptic, the same of
                oneformer.
            top: images of each word (default: segmentation.top).
            side: pixels of the longer side of pictures and maps (default: segmentation.side_px).

        Raises:
            UnknownNameError: no such annotator.
            MissingPackageError, MissingWeightsError, DamagedError: it cannot be loaded.
            NothingFoundError: a word is not ranked.
        """
        from mofu.segmentation.annotators.registry import load
        from mofu.workers.annotating import annotate_words
        from mofu.workers.verbs.segmenting import Segment

        named = [words] if isinstance(words, str | WordRecord) else list(words)
        records = [self._word(word) for word in named]
        settings = self.settings.changed(Segment((), top=top, side=side).flags()).segmentation
        loaded = load(annotator)
        with self.writing() as workshop:
            return annotate_words(workshop, records, loaded, settings)

    def regions(self, word: str | WordRecord, *, kind: Kind = "word") -> FoundRegions:
        """A word's current regions, or, by kind `object`, what an annotator found on its images.

        Raises:
            NothingFoundError: the word was not segmented yet.
        """
        from mofu.workers.region_maps import RegionMaps

        record = self._word(word)
        with self.database.read() as session:
            current = regions.current(session, record.id, kind)
            if current is None:
                raise NothingFoundError(f"{record.text!r} has no regions yet: run `mofu segment {record.text}` first")
            found = list(regions.every(session, current.id))
            verdicts = region_verdicts.of_segmentation(session, current.id)
            tally = regions.tally(session, current.id)
        return FoundRegions(record, current, tally, tuple(found), verdicts, RegionMaps(self.root))

    def overlap(self, word: str | WordRecord) -> Overlap:
        """On what a word lies: its regions held against the objects that an annotator found on the same images.

        Raises:
            NothingFoundError: the word has no regions yet, or nobody looked for objects.
        """
        from mofu.workers.overlaps import overlap_of

        return overlap_of(self.workshop, self._word(word))

    def rank_by_regions(
        self, word: str | WordRecord, *, backbone: str | None = None, folds: int = 5, seed: int = 0
    ) -> RegionRanking:
        """Whether a word lives in its regions or in what is around them: how recognisable it is in each.

        Args:
            backbone: that judges, by name (default: features.backbone).
            folds: of the cross-validation.
            seed: deals folds and draws the background.

        Raises:
            NothingFoundError: the word was not segmented.
            MissingError: too few of its regions leave a part of the picture to each side.
        """
        from mofu.workers.region_ranking import rank_by_regions

        record, loaded = self._word(word), self.backbone(backbone)
        with self.writing() as workshop:
            return rank_by_regions(workshop, record, loaded, folds, seed)

    def judge_region(
        self, region: int | RegionRecord, verdict: Judgement, *, threshold: float | None = None, who: str | None = None
    ) -> RegionVerdictRecord:
        """Store what a person says of a region: accept, reject, or clear. A segmentation may run meanwhile.

        Args:
            region: its record or number.
            threshold: what of the map counts as the region from now on, above 0 and at most 1; None: as it stands.
            who: gives it; None: the user of this machine.

        Raises:
            UnknownNameError: no such region.
            InvalidInputError: no such verdict, or a threshold out of range.
        """
        from mofu.workers import region_judging
        from mofu.workers.judging import this_user

        number = region.id if isinstance(region, RegionRecord) else region
        word = self._word_of_region(number)
        given = region_judging.GivenRegion(region_judging.new_id(), number, verdict, threshold)
        return region_judging.judge(self.workshop, word, who or this_user(), [given]).accepted[0]

    def _word_of_region(self, number: int) -> WordRecord:
        with self.database.read() as session:
            of = regions.word_of(session, number)
        for word in self.words():
            if word.id == of:
                return word
        raise UnknownNameError("region", str(number), ())
