"""Pictures and the words they show → a classifier of surfaces: expectation and maximisation over trees of regions.

At first every region of a picture shows the picture's words. Then, in turns, what looks most like its words keeps them,
a share of each picture at least, and the rest is background; and the classifier is learned again from regions that are
of one kind. Papandreou et al., "Weakly- and semi-supervised learning of a deep convolutional network", ICCV 2015, hold
a least share of the foreground in the same way.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from mofu import __version__
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.progress import Progress, Silent
from mofu.segmentation.classifier import default_layers
from mofu.segmentation.surfaces.classifier import Softmax, SurfaceClassifier
from mofu.segmentation.surfaces.cutting import Cutter
from mofu.segmentation.surfaces.description import Description, Known
from mofu.segmentation.surfaces.provenance import Provenance
from mofu.segmentation.surfaces.settings import SurfaceSettings
from mofu.segmentation.surfaces.superpixels import Array
from mofu.segmentation.training import FEWEST, Labelled

_FITTED = 120
"""Pictures that the description of regions is fitted to: all that is known of them is held at a time."""
_PURE = 0.8
"""Share of a node that one label has, for the node to be learned from."""
_SCARCE, _GRANTED = 0.06, 0.1
"""A word with less of its picture than the first gets its best superpixels, up to the second: it is there."""
_BALANCE = 0.5
"""A label's weight falls with this power of how common it is."""

_USUAL = SurfaceSettings()

Labels = NDArray[np.intp]


def train_surfaces(
    backbone: Backbone,
    words: Sequence[str],
    pictures: Iterable[Labelled],
    settings: SurfaceSettings = _USUAL,
    progress: Progress | None = None,
) -> SurfaceClassifier:
    """Train a classifier; a picture that cannot be learned from is left out and counted. Nothing is left to chance.

    Args:
        backbone: any with maps.
        words: in the order of the planes.
        pictures: of the words, and of none of them; gone through once.
        settings: how.
        progress: told of each picture and each round.

    Raises:
        InvalidInputError: no word, too few pictures of one or of the background, or a backbone without maps.
        UnknownNameError: a layer without maps, or a picture of a word that is not one of these.
    """
    told = progress or Silent()
    settings = replace(settings, layers=tuple(settings.layers or default_layers(backbone.spec)))
    cutter = Cutter(backbone, settings)
    seen, skipped = _read(cutter, words, pictures, told)
    counts = [sum(number in each.words for each in seen) for number in range(len(words))]
    behind = sum(not each.words for each in seen)
    _check(words, [*counts, behind])
    description, lessons = _described(cutter, seen, told)
    softmax = _learned(lessons, len(words), settings, told)
    provenance = Provenance(
        words=tuple(words),
        images=tuple(counts),
        background=behind,
        skipped=skipped,
        backbone=backbone.name,
        backbone_id=backbone.id,
        textures=cutter.textures.id,
        settings=settings,
        mofu=__version__,
    )
    return SurfaceClassifier(cutter, description, softmax, provenance)


def assigned(found: Array, areas: Array, words: Sequence[int], share: float, ahead: float) -> Labels:
    """Which superpixels of a picture show its words: the expectation under a share that they have at least.

    Args:
        found: (s, labels) logarithms of probabilities, the background last.
        areas: (s,) shares of the picture.
        words: that it shows.
        share: of the picture that they cover together, at least.
        ahead: by how much more than the background a superpixel has to be a word, where that share is covered.

    Returns:
        (s,) labels.
    """
    background = found.shape[1] - 1
    over = found[:, list(words)] - found[:, [background]]
    labels = np.full(len(found), background, np.intp)
    likeliest = over.max(1)
    chosen = np.union1d(_most(likeliest, areas, share), np.flatnonzero(likeliest > ahead))
    labels[chosen] = np.array(words)[over[chosen].argmax(1)]
    for place, word in enumerate(words):
        if len(words) > 1 and areas[labels == word].sum() < _SCARCE:
            others = np.delete(over, place, 1).max(1)
            labels[_most(over[:, place] - others / 2, areas, _GRANTED)] = word
    return labels


def _most(values: Array, areas: Array, share: float) -> Labels:
    """The superpixels of the highest values that cover a share, the last of them over it."""
    order = np.argsort(-values, kind="stable")
    return order[: np.searchsorted(np.cumsum(areas[order]), share) + 1]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A picture as it is cut, and the indices of the words that it shows; none: it is of the background."""

    pixels: Pixels
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """A picture's regions and the indices of its words."""

    known: Known
    words: tuple[int, ...]


def _read(
    cutter: Cutter, words: Sequence[str], pictures: Iterable[Labelled], progress: Progress
) -> tuple[list[_Seen], int]:
    progress.start("pictures", ", ".join(words), None)
    seen: list[_Seen] = []
    skipped = 0
    for picture in pictures:
        for word in picture.words:
            if word not in words:
                raise UnknownNameError("word of a picture", word, words)
        try:
            seen.append(_Seen(cutter.resized(picture.pixels), tuple(words.index(word) for word in picture.words)))
        except InvalidInputError:
            skipped += 1
        progress.advance(len(seen) + skipped, None, skipped)
    progress.finish(f"{len(seen)} images, {skipped} left out")
    return seen, skipped


def _check(words: Sequence[str], counts: Sequence[int]) -> None:
    if not words or len(set(words)) != len(words):
        raise InvalidInputError(f"words {', '.join(words) or 'none'}: expected at least one, and each of them once")
    for name, count in zip([*words, "background"], counts, strict=True):
        if count < FEWEST:
            raise InvalidInputError(
                f"{name}: {count} images that can be learned from, expected at least {FEWEST}: build more of them"
            )


def _described(cutter: Cutter, seen: Sequence[_Seen], progress: Progress) -> tuple[Description, list[_Lesson]]:
    progress.start("regions", f"{len(seen)} images", len(seen))
    size_px = cutter.settings.sizes_px[:1]
    some = range(0, len(seen), -(-len(seen) // _FITTED))
    cuts = {number: cutter(seen[number].pixels, size_px)[0] for number in some}
    description = Description.of(cutter.textures, list(cuts.values()))
    lessons = []
    for number, each in enumerate(seen):
        cut = cuts.pop(number) if number in cuts else cutter(each.pixels, size_px)[0]
        lessons.append(_Lesson(description(cut), each.words))
        progress.advance(number + 1, len(seen))
    progress.finish(f"{len(seen)} images")
    return description, lessons


def _learned(lessons: Sequence[_Lesson], words: int, settings: SurfaceSettings, progress: Progress) -> Softmax:
    progress.start("surfaces", f"{len(lessons)} images", settings.rounds)
    softmax = _maximised(_first(lessons, words), words, settings)
    for number in range(settings.rounds):
        softmax = _maximised(_expected(lessons, words, softmax, settings), words, settings)
        progress.advance(number + 1, settings.rounds)
    progress.finish(f"{settings.rounds} rounds")
    return softmax


@dataclass(frozen=True, slots=True, eq=False)
class _Examples:
    """Nodes of one picture that have one label; together they weigh as much as any other such group."""

    rows: Array
    label: int


def _first(lessons: Sequence[_Lesson], words: int) -> Iterator[_Examples]:
    for each in lessons:
        for label in each.words or (words,):
            yield _Examples(each.known.rows, label)


def _expected(
    lessons: Sequence[_Lesson], words: int, softmax: Softmax, settings: SurfaceSettings
) -> Iterator[_Examples]:
    for each in lessons:
        if not each.words:
            yield _Examples(each.known.rows, words)
            continue
        tree, rows = each.known.tree, each.known.rows
        labels = assigned(tree.averaged(softmax(rows)), tree.parts, each.words, settings.share, settings.ahead)
        shares = tree.shares(labels, words + 1)
        for label in (*each.words, words):
            pure = shares[:, label] > _PURE
            if pure.any():
                yield _Examples(rows[pure], label)


def _maximised(examples: Iterable[_Examples], words: int, settings: SurfaceSettings) -> Softmax:
    groups = list(examples)
    labels = np.concatenate([np.full(len(each.rows), each.label) for each in groups])
    weights = np.concatenate([np.full(len(each.rows), 1 / len(each.rows)) for each in groups])
    common = np.bincount(labels, weights, words + 1)
    weights *= (common / common.mean())[labels] ** -_BALANCE
    regression = LogisticRegression(C=settings.inverse_penalty, max_iter=60, tol=1e-3)
    with warnings.catch_warnings():
        # one of many rounds need not come to its very end
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(np.concatenate([each.rows for each in groups]), labels, sample_weight=weights)
    return _both(regression.coef_, regression.intercept_)


def _both(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> Softmax:
    """Of one word the regression tells one row, that of the background against it."""
    if len(weight) == 1:
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return Softmax(np.asarray(weight, np.float32), np.asarray(bias, np.float32))
