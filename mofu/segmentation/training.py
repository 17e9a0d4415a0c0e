"""Images of words and a background → a classifier of regions.

The labels are those of whole images. The backbone stays as it is, so that its part is computed once an image, and
minutes of training become seconds on two cores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from mofu import __version__
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone, BackboneSpec
from mofu.imaging.results import Pixels
from mofu.progress import Progress, Silent
from mofu.segmentation.cells import Cells
from mofu.segmentation.classifier import Provenance, RegionClassifier, connected_layers, default_layers
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
        side_px: longer side of a picture at scale 1; a network that takes squares of one size only has its own.
        contrasts: classes made of the background, at most.
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

    @classmethod
    def of_method(cls, method: str, spec: BackboneSpec, seed: int) -> TrainingSettings:
        """How a classifier for a method of saliency is trained.

        For DCSM it reads the last fully connected layer of a backbone that has these at every place, each position by
        itself, as in the paper; gradients come back to the convolutions through them.

        Raises:
            InvalidInputError: a backbone without maps.
        """
        connected = connected_layers(spec)
        if method != "dcsm" or not connected:
            return cls(default_layers(spec), seed=seed)
        return cls(connected[-1:], seed=seed, head=HeadSettings(cell_px=32, window=1))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what is known of it as a whole.

    Attributes:
        pixels: (h, w, 3) uint8 RGB of any size.
        words: those that it shows somewhere; none: it is of the background.
    """

    pixels: Pixels
    words: tuple[str, ...] = ()


def train(
    backbone: Backbone,
    words: Sequence[str],
    pictures: Iterable[Labelled],
    settings: TrainingSettings = TrainingSettings(),
    progress: Progress | None = None,
) -> RegionClassifier:
    """Train a classifier of some words; a picture that cannot be learned from is left out and counted.

    Args:
        backbone: any with maps.
        words: the classes, in the order of their scores.
        pictures: the best images of each word, and images of none of them; gone through once.
        settings: how.
        progress: told of each picture read and each epoch.

    Raises:
        InvalidInputError: no word, one twice, too few pictures of one or of the background, or a backbone without maps.
        UnknownNameError: a layer without maps, or a picture of a word that is not one of these.
    """
    _check_words(words)
    told = progress or Silent()
    layers = settings.layers or default_layers(backbone.spec)
    cells = Cells(backbone, layers, settings.side_px, settings.head)
    shown = _read(cells, words, pictures, told)
    counts = [int(count) for count in shown.sum(0)]
    behind = int((~shown.any(1)).sum())
    _check_counts({**dict(zip(words, counts, strict=True)), _BACKGROUND: behind})
    provenance = Provenance(
        words=tuple(words),
        images=tuple(counts),
        contrasts=min(settings.contrasts, behind // FEWEST),
        background=behind,
        skipped=cells.skipped,
        backbone=backbone.name,
        backbone_id=backbone.id,
        layers=tuple(layers),
        side_px=cells.side_px,
        square=cells.square,
        head=settings.head,
        seed=settings.seed,
        training=asdict(settings.fitting),
        mofu=__version__,
    )
    return RegionClassifier(backbone, fit(cells, shown, provenance, settings.fitting, told), provenance)


def _check_words(words: Sequence[str]) -> None:
    if not words or len(set(words)) != len(words):
        raise InvalidInputError(f"words {', '.join(words) or 'none'}: expected at least one, and each of them once")


def _read(cells: Cells, words: Sequence[str], pictures: Iterable[Labelled], progress: Progress) -> NDArray[np.bool_]:
    """(pictures, words) which of the words each picture that can be learned from shows."""
    progress.start("maps", ", ".join(words), None)
    shown = []
    for picture in pictures:
        for word in picture.words:
            if word not in words:
                raise UnknownNameError("word of a picture", word, words)
        if cells.add(picture.pixels):
            shown.append([word in picture.words for word in words])
        progress.advance(len(shown) + cells.skipped, None, cells.skipped)
    progress.finish(f"{len(shown)} images, {cells.skipped} left out")
    return np.array(shown, np.bool_).reshape(len(shown), len(words))


def _check_counts(counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        if count < FEWEST:
            raise InvalidInputError(
                f"{name}: {count} images that can be learned from, expected at least {FEWEST}: build more of them"
            )
