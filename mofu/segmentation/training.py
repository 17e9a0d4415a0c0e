"""Images of words and a background → a classifier of regions.

The labels are those of whole images. The backbone stays as it is, so that its part is computed once an image, and
minutes of training become seconds on two cores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from mofu import __version__
from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.progress import Progress, Silent
from mofu.segmentation.cells import Cells
from mofu.segmentation.classifier import Provenance, RegionClassifier, default_layers
from mofu.segmentation.fitting import FittingSettings, fit
from mofu.segmentation.heads import HeadSettings

FEWEST = 5
"""Images of a word, and of the background, below which a class is the memory of single pictures."""
_BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a classifier is trained.

    Attributes:
        layers: of the backbone; empty: `default_layers`.
        side_px: longer side of a picture at scale 1.
        contrasts: classes made of the background, for class differences.
        seed: of starts, order and dropout: equal seeds give equal classifiers on equal machines.
        head: its shape.
        fitting: steps and rates.
    """

    layers: tuple[str, ...] = ()
    side_px: int = 256
    contrasts: int = 4
    seed: int = 0
    head: HeadSettings = field(default_factory=HeadSettings)
    fitting: FittingSettings = field(default_factory=FittingSettings)


@dataclass(frozen=True, slots=True)
class WordImages:
    """What one word is learned from.

    Attributes:
        word: its name.
        pixels: (h, w, 3) uint8 RGB each, of any sizes: its best images; gone through once.
    """

    word: str
    pixels: Iterable[Pixels]


def train(
    backbone: Backbone,
    words: Sequence[WordImages],
    background: Iterable[Pixels],
    settings: TrainingSettings = TrainingSettings(),
    progress: Progress | None = None,
) -> RegionClassifier:
    """Train a classifier of some words; an image that cannot be learned from is left out and counted.

    Args:
        backbone: any with maps.
        words: each with its best images.
        background: images of none of the words; gone through once.
        settings: how.
        progress: told of each image read and each epoch.

    Raises:
        InvalidInputError: no word, one twice, too few images of one or of the background, or a backbone without maps.
        UnknownNameError: a layer without maps.
    """
    _check_words(words)
    told = progress or Silent()
    layers = settings.layers or default_layers(backbone.spec)
    cells = Cells(backbone, layers, settings.side_px, settings.head)
    read = [_read(cells, each, told) for each in (*words, WordImages(_BACKGROUND, background))]
    provenance = Provenance(
        words=tuple(each.word for each in words),
        images=tuple(read[:-1]),
        contrasts=min(settings.contrasts, read[-1] // FEWEST),
        background=read[-1],
        skipped=cells.skipped,
        backbone=backbone.name,
        backbone_id=backbone.id,
        layers=tuple(layers),
        side_px=settings.side_px,
        head=settings.head,
        seed=settings.seed,
        training=asdict(settings.fitting),
        mofu=__version__,
    )
    return RegionClassifier(backbone, fit(cells, provenance, settings.fitting, told), provenance)


def _check_words(words: Sequence[WordImages]) -> None:
    names = [each.word for each in words]
    if not names or len(set(names)) != len(names):
        raise InvalidInputError(f"words {', '.join(names) or 'none'}: expected at least one, and each of them once")


def _read(cells: Cells, images: WordImages, progress: Progress) -> int:
    """How many images can be learned from; InvalidInputError where they are too few."""
    progress.start("maps", images.word, None)
    kept, skipped = len(cells), cells.skipped
    for pixels in images.pixels:
        cells.add(pixels)
        failed = cells.skipped - skipped
        progress.advance(len(cells) - kept + failed, None, failed)
    count = len(cells) - kept
    progress.finish(f"{count} images, {cells.skipped - skipped} left out")
    if count < FEWEST:
        raise InvalidInputError(
            f"{images.word}: {count} images that can be learned from, expected at least {FEWEST}: build more of them"
        )
    return count
