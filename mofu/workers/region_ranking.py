"""A word's regions → whether the word lives in the object or in the scene, and its images ordered by regions alone.

Each image is looked at four times: whole, its region alone, its region cropped, its surroundings alone. How
recognisable the word is in each view is measured as it is of whole images: average precision against the background,
cross-validated. The background's images are cut with the same masks, so that no classifier can tell the word by the
cutting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mofu.db import region_verdicts, regions
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, MissingError, NothingFoundError
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.ranking.background import PreparedBackground
from mofu.ranking.recognizability import Candidate, Protocol, Recognizability, measure_recognizability
from mofu.workers.jobs import job
from mofu.workers.region_lessons import background_images
from mofu.workers.region_maps import RegionMaps
from mofu.workers.region_pictures import read_pictures
from mofu.workers.workshop import Workshop

View = Literal["whole", "region", "box", "surroundings"]
VIEWS: tuple[View, ...] = get_args(View)

FEWEST = 10
"""Images below which five folds say nothing."""
LEAST_PART = 0.02
"""Share of a picture that both its region and its surroundings have where it can be looked at by parts."""
_LEAST_BOX = 0.2
"""Of a picture's sides: what a crop has at least, so that something is left to describe."""
_BATCH = 8

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ViewScore:
    """How recognisable a word is in one view of its images.

    Attributes:
        score: mean of the folds' average precisions, in [0, 1]; low and high are its 95 % interval.
        order: SHA-256 of the images by the score of the classifier that did not see them, the best first.
    """

    view: View
    score: float
    low: float
    high: float
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionRanking:
    """A word's images ranked by parts of them.

    Attributes:
        segmentation: the number of that whose regions they are.
        images: that were looked at; `background` of those they are told from.
        chance: the share of the word's images: what a classifier that knows nothing reaches.
        left_out: images whose region is nearly nothing, nearly all of the picture, rejected, or lost.
        backbone: that judges.
        views: in the order of `VIEWS`.
    """

    word: WordRecord
    segmentation: int
    images: int
    background: int
    chance: float
    left_out: int
    backbone: str
    views: tuple[ViewScore, ...]

    @property
    def lives_in(self) -> View | None:
        """The region, or the surroundings, where the interval of one is wholly above the other's; None: undecided."""
        by_view = {each.view: each for each in self.views}
        region, surroundings = by_view["region"], by_view["surroundings"]
        if region.low > surroundings.high:
            return "region"
        return "surroundings" if surroundings.low > region.high else None


def rank_by_regions(
    workshop: Workshop, word: WordRecord, backbone: Backbone, folds: int = 5, seed: int = 0
) -> RegionRanking:
    """Measure a word in each view of its images.

    Raises:
        NothingFoundError: the word was not segmented.
        MissingError: too few of its regions leave a part of the picture to each side.
        LibraryError: there is no background.
    """
    with job(workshop, "regions", word.text, word.id) as at:
        number, masks, left_out = _masks(at, word)
        if len(masks) < FEWEST:
            raise MissingError(
                f"{word.text!r} has {len(masks)} images with a region and something around it, expected at least"
                f" {FEWEST}: run `mofu segment {word.text} --top {10 * FEWEST}`"
            )
        others = background_images(at, list(masks), at.settings.segmentation.background, seed)
        at.progress.start("views", word.text, len(masks) + len(others))
        pairs = [*masks.items(), *zip(others, _repeated(list(masks.values()), len(others)), strict=True)]
        names, vectors = _vectors(at, pairs, backbone)
        own = np.array([name in masks for name in names])
        found = [_measured(word, vectors[:, view], own, backbone, folds, seed) for view in range(len(VIEWS))]
        at.progress.finish(f"{int(own.sum())} images by parts")
    shown = [name for name in names if name in masks]
    scores = tuple(_view(view, shown, each) for view, each in zip(VIEWS, found, strict=True))
    first = found[0]
    return RegionRanking(
        word, number, first.n, first.background, first.chance, left_out, f"{backbone.name}:{backbone.layer}", scores
    )


def viewed(pixels: Pixels, mask: Mask, view: View) -> Pixels:
    """One view of a picture.

    Args:
        pixels: (h, w, 3) uint8.
        mask: (h, w) bool, where the region is.
        view: whole; region, what is around it in its own mean colour; box, cut to it; surroundings, the region in
            their mean colour.
    """
    if view == "whole":
        return pixels
    if view == "box":
        rows, columns = _extent(np.any(mask, axis=1)), _extent(np.any(mask, axis=0))
        return np.ascontiguousarray(pixels[rows, columns])
    kept = mask if view == "region" else ~mask
    mean = pixels[kept].mean(axis=0).round().astype(np.uint8)
    return np.where(kept[..., None], pixels, mean)


def _extent(any_inside: Mask | np.bool_) -> slice:
    """From the first to the last, at least a part of the whole, around their middle."""
    inside = np.atleast_1d(any_inside)
    at = np.flatnonzero(inside)
    first, last = int(at[0]), int(at[-1]) + 1
    lacking = max(0, round(_LEAST_BOX * len(inside)) - (last - first))
    start = min(max(0, first - lacking // 2), max(0, len(inside) - (last - first) - lacking))
    return slice(start, min(len(inside), start + (last - first) + lacking))


def _masks(workshop: Workshop, word: WordRecord) -> tuple[int, dict[str, Mask], int]:
    """The segmentation's number, image → mask where both parts are something, and how many images are left out."""
    with workshop.database.read() as session:
        current = regions.current(session, word.id)
        if current is None:
            raise NothingFoundError(f"{word.text!r} has no regions yet: run `mofu segment {word.text}` first")
        records = list(regions.every(session, current.id))
        said = region_verdicts.of_segmentation(session, current.id)
    maps, found = RegionMaps(workshop.root), {}
    for each in records:
        verdict = said.get(each.id)
        if verdict is not None and verdict.verdict == "reject":
            continue
        moved = None if verdict is None else verdict.threshold
        try:
            soft_map = maps.read(each.map_sha256)
        except DamagedError as error:
            workshop.progress.notice(f"{error}; its image is left out")
            continue
        mask = soft_map >= (each.threshold if moved is None else moved)
        if LEAST_PART <= mask.mean() <= 1 - LEAST_PART:
            found[each.image_sha256] = mask
    return current.id, found, len(records) - len(found)


def _repeated(masks: Sequence[Mask], count: int) -> list[Mask]:
    return [masks[index % len(masks)] for index in range(count)]


def _vectors(
    workshop: Workshop, pairs: Sequence[tuple[str, Mask]], backbone: Backbone
) -> tuple[list[str], NDArray[np.float32]]:
    """Names of the images that can be read, and (n, views, d) their activations."""
    by_name = dict(pairs)
    names: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    readable = (
        (p.sha256, p.pixels) for p in read_pictures(workshop, by_name, backbone.side_px) if p.pixels is not None
    )
    for batch in _batches(readable):
        seen = [viewed(pixels, _fitted(by_name[name], pixels), view) for name, pixels in batch for view in VIEWS]
        vectors.append(backbone.extract(seen).reshape(len(batch), len(VIEWS), -1))
        names += [name for name, _ in batch]
        workshop.progress.advance(len(names), len(by_name))
    return names, np.concatenate(vectors) if vectors else np.zeros((0, len(VIEWS), backbone.dimension), np.float32)


def _batches(readable: Iterable[tuple[str, Pixels]]) -> Iterator[list[tuple[str, Pixels]]]:
    coming = iter(readable)
    while batch := list(islice(coming, _BATCH)):
        yield batch


def _fitted(mask: Mask, pixels: Pixels) -> Mask:
    """A mask at the size of a picture, of whatever aspect."""
    size = (pixels.shape[1], pixels.shape[0])
    grey = Image.fromarray(mask.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    fitted = np.asarray(grey, np.bool_)
    # a region of few rows may fall between those of a smaller picture
    return fitted if fitted.any() and not fitted.all() else _middle(pixels)


def _middle(pixels: Pixels) -> Mask:
    height, width = pixels.shape[0], pixels.shape[1]
    mask = np.zeros((height, width), np.bool_)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask


def _measured(
    word: WordRecord, vectors: NDArray[np.float32], own: NDArray[np.bool_], backbone: Backbone, folds: int, seed: int
) -> Recognizability:
    count = int(own.sum())
    protocol = Protocol(folds=folds, seed=seed, positives=max(count, FEWEST), minimum=FEWEST)
    candidate = Candidate(word.text, vectors[own], "regions")
    [found] = measure_recognizability([candidate], PreparedBackground(vectors[~own]), backbone.id, protocol)
    if found.score is None:
        raise MissingError(f"{word.text!r}: {found.not_ranked}")
    return found


def _view(view: View, names: Sequence[str], found: Recognizability) -> ViewScore:
    order = np.argsort(-np.array(found.held_out), kind="stable")
    low, high = (found.interval.low, found.interval.high) if found.interval else (float("nan"), float("nan"))
    return ViewScore(view, found.score or 0.0, low, high, tuple(names[index] for index in order.tolist()))
