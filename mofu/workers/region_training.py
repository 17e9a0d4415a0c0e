"""A lesson → a classifier of regions: found among those of the library, or trained and kept there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import regions
from mofu.db.regions import SegmentationRecord
from mofu.errors import DamagedError, InvalidInputError, MissingError
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.settings import SegmentationSettings
from mofu.workers.region_classifiers import RegionClassifiers
from mofu.workers.region_lessons import RegionLesson
from mofu.workers.region_pictures import read_pictures
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.segmentation.classifier import RegionClassifier
    from mofu.segmentation.selftraining import Segmenter
    from mofu.segmentation.surfaces import SurfaceClassifier, SurfaceSettings
    from mofu.segmentation.training import Labelled, TrainingSettings

SURFACES = "surfaces"
"""The method that looks for whole surfaces; the others are of saliency."""

VERSION = 1
"""Part of a lesson's hash: raised when the same images, read by the same backbone and codebook, would give another
classifier."""

Probabilities = NDArray[np.float32]
"""(K + 1, h, w) float32 that sum to 1 at each pixel; the last plane is the background."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A classifier, or a segmenter that learned from one's masks.

    Attributes:
        network: what looks at pictures.
        sha256: of its file.
        lesson: SHA-256 of all that it learned from.
        round: 0 of a classifier; else that of self-training.
        facts: what is worth keeping of the training.
    """

    network: RegionClassifier | SurfaceClassifier | Segmenter
    sha256: str
    lesson: str
    round: int
    facts: dict[str, Any]

    @property
    def salient(self) -> RegionClassifier | None:
        """What methods of saliency read; None of a network that says itself where words are."""
        from mofu.segmentation.classifier import RegionClassifier

        return self.network if isinstance(self.network, RegionClassifier) else None

    @property
    def is_on_gpu(self) -> bool:
        """Whether a GPU looks, which one picture at a time fills, and which several may be too large for."""
        return self.salient is not None and self.salient.device.type != "cpu"

    def look(
        self, pixels: Pixels, settings: SegmentationSettings, shown: Sequence[str]
    ) -> tuple[Probabilities, NDArray[np.float32]]:
        """Probabilities of words and background, and (K,) how sure it is that each word is there at all.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            settings: the method and the refinement.
            shown: the slugs of the words whose image it is: no others are looked for.
        """
        from mofu.segmentation.classifier import RegionClassifier
        from mofu.segmentation.refinement import refine
        from mofu.segmentation.segmenting import SegmentingSettings, segment
        from mofu.segmentation.selftraining.pictures import restricted
        from mofu.segmentation.surfaces import SurfaceClassifier

        if isinstance(self.network, RegionClassifier):
            how = SegmentingSettings(settings.method, settings.refine, settings.scaled)
            found = segment(self.network, pixels, how, shown)
            return found.probabilities, found.scores
        if isinstance(self.network, SurfaceClassifier):
            planes = self.network.segment(pixels, shown).probabilities
        else:
            words = self.network.provenance.words
            planes = restricted(self.network.segment(pixels), [words.index(word) for word in shown])
        probabilities = refine(settings.refine, planes, pixels)
        return probabilities, planes[:-1].max(axis=(1, 2))


def trained(workshop: Workshop, lesson: RegionLesson, backbone: Backbone, settings: SegmentationSettings) -> Trained:
    """The classifier of a lesson; the one that is kept, where exactly this was learned before.

    Raises:
        InvalidInputError: the backbone has no maps, or too few images can be read.
    """
    from mofu.segmentation.classifier import RegionClassifier, default_layers
    from mofu.segmentation.surfaces import SurfaceClassifier, SurfaceSettings, train_surfaces
    from mofu.segmentation.training import TrainingSettings, train

    of_surfaces = SurfaceSettings(default_layers(backbone.spec))
    of_cells = TrainingSettings.of_method(settings.method, backbone.spec, settings.seed)
    is_of_surfaces = settings.method == SURFACES
    how = of_surfaces if is_of_surfaces else of_cells
    mark = lesson_of(lesson, backbone.id, how)
    if (found := kept(workshop, mark)) is not None:
        sha256, content, facts = found
        kind = SurfaceClassifier if is_of_surfaces else RegionClassifier
        return Trained(kind.from_bytes(content, workshop.settings.features), sha256, mark, 0, facts)
    pictures = _labelled(workshop, lesson, how.side_px)
    network: RegionClassifier | SurfaceClassifier
    if is_of_surfaces:
        network = train_surfaces(backbone, lesson.slugs, pictures, of_surfaces, workshop.progress)
    else:
        network = train(backbone, lesson.slugs, pictures, of_cells, workshop.progress)
    learned = network.provenance
    facts = {"learned": list(learned.images), "background": learned.background, "skipped": learned.skipped}
    return Trained(network, RegionClassifiers(workshop.root).put(network.to_bytes()), mark, 0, facts)


def lesson_of(lesson: RegionLesson, backbone_id: str, how: SurfaceSettings | TrainingSettings) -> str:
    """SHA-256 of all that decides what a classifier learns: one of surfaces reads textures by a codebook, too."""
    from mofu.segmentation.surfaces import SurfaceSettings
    from mofu.segmentation.surfaces.cutting import textures

    read = [textures().id] if isinstance(how, SurfaceSettings) else []
    return lesson.digest(VERSION, backbone_id, asdict(how), *read)


def kept(workshop: Workshop, mark: str) -> tuple[str, bytes, dict[str, Any]] | None:
    """SHA-256, bytes and facts of what learned exactly this."""
    with workshop.database.read() as session:
        record = regions.with_lesson(session, mark)
    if record is None or record.classifier is None:
        return None
    try:
        content = RegionClassifiers(workshop.root).read(record.classifier)
    except DamagedError as error:
        workshop.progress.notice(f"{error}; trained again")
        return None
    return record.classifier, content, record.settings.get("training", {})


def stored(workshop: Workshop, record: SegmentationRecord) -> tuple[Trained, SegmentationSettings]:
    """What a segmentation looked at its images with, to look at others alike.

    Raises:
        MissingError: it has no classifier, or that was lost.
        DamagedError: its file is not what it should be.
        InvalidInputError, MissingWeightsError, MissingPackageError: its backbone or its refinement is another now, or
            not here.
    """
    from mofu.segmentation.classifier import RegionClassifier
    from mofu.segmentation.refinement import identity
    from mofu.segmentation.selftraining import Segmenter
    from mofu.segmentation.surfaces import SurfaceClassifier

    if record.classifier is None or record.lesson is None:
        raise MissingError("the classifier of these regions is not there: run `mofu segment` again")
    refined_by, here = record.settings.get("refinement", record.refine), identity(record.refine)
    if refined_by != here:
        raise InvalidInputError(f"regions refined by {refined_by}, and {here} is here: run `mofu segment` again")
    content = RegionClassifiers(workshop.root).read(record.classifier)
    of_saliency = SurfaceClassifier if record.method == SURFACES else RegionClassifier
    kind = Segmenter if record.round else of_saliency
    network = kind.from_bytes(content, workshop.settings.features)
    how = {"method": record.method, "refine": record.refine, "side_px": record.settings["side_px"]}
    settings = workshop.settings.segmentation.model_copy(update=how)
    return Trained(network, record.classifier, record.lesson, record.round, {}), settings


def _labelled(workshop: Workshop, lesson: RegionLesson, side_px: int) -> Iterator[Labelled]:
    from mofu.segmentation.training import Labelled

    shown_by = lesson.shown_by()
    for picture in read_pictures(workshop, shown_by, side_px):
        if picture.pixels is not None:
            yield Labelled(picture.pixels, shown_by[picture.sha256])
