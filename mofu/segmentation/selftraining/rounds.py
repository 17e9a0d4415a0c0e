"""Soft masks of pictures → a segmenter → new masks → a better segmenter, round after round, easy pictures first.

Wei et al., "STC: a simple to complex framework for weakly-supervised semantic segmentation", PAMI 2017; here, a picture
is easy whose mask refinement leaves as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.progress import Progress, Silent
from mofu.segmentation.selftraining.architectures import Shape
from mofu.segmentation.selftraining.bodies import Body, shown
from mofu.segmentation.selftraining.entries import Entry, easiest, entry, faithful, grid, segmented
from mofu.segmentation.selftraining.fitting import Example, LearningSettings, fit, fit_projections
from mofu.segmentation.selftraining.pictures import Picture, check
from mofu.segmentation.selftraining.segmenter import Provenance, Segmenter

FEWEST = 5
"""Pictures with a mask, of all words together, below which there is nothing to learn from."""
_SEEN_FOR_PROJECTIONS = 200


@dataclass(frozen=True, slots=True)
class SelfTrainingSettings:
    """How rounds are gone through.

    Attributes:
        segmenter: architecture, by name.
        layers: of the backbone; empty: those of every resolution.
        side_px: longer side of a picture as the segmenter is shown it.
        refine: refinement of masks, by name; `none` would find every picture as easy as can be.
        mask_px: longer side of masks while they are refined and compared.
        rounds: at most.
        first_share: of each word's pictures, the easiest, that the first round learns from.
        growth: by how much that share grows a round, up to 1.
        held_out: share of the pictures that no round learns from, to see whether rounds still help.
        settled: agreement of held-out masks with the round before at which nothing changes any more.
        seed: of starts, orders and what is held out.
        shape: of the segmenter.
        learning: steps and rates.
    """

    segmenter: str = "fcn"
    layers: tuple[str, ...] = ()
    side_px: int = 256
    refine: str = "crf-surfaces"
    mask_px: int = 128
    rounds: int = 4
    first_share: float = 0.5
    growth: float = 0.2
    held_out: float = 0.15
    settled: float = 0.95
    seed: int = 0
    shape: Shape = field(default_factory=Shape)
    learning: LearningSettings = field(default_factory=LearningSettings)


@dataclass(frozen=True, slots=True, eq=False)
class RoundResult:
    """What a round came to.

    Attributes:
        round: from 1.
        segmenter: that it taught.
        losses: of each epoch, nats a cell; none of a segmenter that was taught earlier.
        images: pictures it learned from, those of the background alone included.
        extra: of these, how many had no mask at first.
        easiness: mean over held-out pictures of words, in [0, 1]: of the new segmenter's masks.
        faithfulness: mean over them of the share that known words have of all pixels on which the segmenter, which
            is not told, finds any.
        agreement: mean IoU of held-out masks with those of the round before, in [0, 1].
        helps: whether another round is worth it.
    """

    round: int
    segmenter: Segmenter
    losses: tuple[float, ...]
    images: int
    extra: int
    easiness: float
    faithfulness: float
    agreement: float
    helps: bool

    @property
    def worth(self) -> float:
        """What rounds are compared by: easiness times faithfulness; the best round need not be the last."""
        return self.easiness * self.faithfulness


def self_train(
    pictures: Sequence[Picture],
    words: Sequence[str],
    backbone: Backbone | None,
    settings: SelfTrainingSettings = SelfTrainingSettings(),
    progress: Progress | None = None,
    earlier: Sequence[Segmenter] = (),
) -> Iterator[RoundResult]:
    """Train a segmenter in rounds, each on the masks that the one before found.

    Nobody knows the true masks, so that a round is judged on pictures that none learns from: by how well its masks
    agree with the pictures' edges, and by whether it finds the words that are known to be there and no others. Rounds
    end when their product falls, when held-out masks stay as they were, or when there have been enough.

    Args:
        pictures: of words and of the background alone; gone through twice, read one by one.
        words: names, in the order of the masks.
        backbone: the network below; None: one is learned from pixels.
        settings: how.
        progress: told of pictures and epochs.
        earlier: what the first rounds taught before, from the same pictures by the same settings: their masks are found
            again, and they are not taught again.

    Raises:
        InvalidInputError: words or masks that do not belong together, too few pictures, a backbone without maps.
        UnknownNameError: no such segmenter, layer or refinement.
    """
    check(pictures, len(words))
    told = progress or Silent()
    first = _untaught(pictures, words, backbone, settings)
    entries = _entries(pictures, first, settings, told)
    held = _held_out(entries, settings)
    taught = [each for each in entries if each not in held]
    best = 0.0
    for number in range(1, settings.rounds + 1):
        chosen = easiest(taught, min(1.0, settings.first_share + (number - 1) * settings.growth))
        is_known = number <= len(earlier)
        segmenter, losses = (earlier[number - 1], ()) if is_known else _taught(first, chosen, settings, told)
        easy, right, agreement = _updated(segmenter, entries, held, settings)
        result = RoundResult(
            round=number,
            segmenter=segmenter,
            losses=losses,
            images=len(chosen),
            extra=sum(each.extra for each in chosen),
            easiness=easy,
            faithfulness=right,
            agreement=agreement,
            helps=agreement < settings.settled and easy * right > best,
        )
        yield result
        if not result.helps:
            return
        best = result.worth


def _untaught(
    pictures: Sequence[Picture], words: Sequence[str], backbone: Backbone | None, settings: SelfTrainingSettings
) -> Segmenter:
    """What every round starts from."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        body = Body(backbone, settings.layers)
        provenance = Provenance(
            words=tuple(words),
            segmenter=settings.segmenter,
            shape=settings.shape,
            backbone=body.spec.name,
            backbone_id=body.backbone_id,
            layers=body.layers,
            side_px=settings.side_px,
            seed=settings.seed,
        )
        segmenter = Segmenter(body, provenance)
    if body.frozen and len(pictures):
        step = -(-len(pictures) // _SEEN_FOR_PROJECTIONS)
        images = [shown(pictures[number].pixels, settings.side_px) for number in range(0, len(pictures), step)]
        fit_projections(segmenter, images, settings.seed)
    return segmenter


def _entries(
    pictures: Sequence[Picture], segmenter: Segmenter, settings: SelfTrainingSettings, told: Progress
) -> list[Entry]:
    told.start("masks", ", ".join(segmenter.provenance.words), len(pictures))
    entries = []
    for number in range(len(pictures)):
        entries.append(entry(pictures[number], segmenter, settings.mask_px, settings.refine))
        told.advance(number + 1, len(pictures))
    masked = sum(bool(each.words) and each.easiness > 0 for each in entries)
    told.finish(f"{masked} pictures of words with masks")
    if masked < FEWEST:
        raise InvalidInputError(
            f"{masked} pictures on which a word has a mask, expected at least {FEWEST}: give more pictures, or masks"
            " by another method"
        )
    return entries


def _held_out(entries: Sequence[Entry], settings: SelfTrainingSettings) -> list[Entry]:
    """Some of the pictures of words that came with masks; at least one."""
    able = [each for each in entries if each.words and not each.extra]
    order = np.random.default_rng(settings.seed).permutation(len(able))
    return [able[row] for row in order[: max(1, round(settings.held_out * len(able)))]]


def _taught(
    first: Segmenter, chosen: Sequence[Entry], settings: SelfTrainingSettings, told: Progress
) -> tuple[Segmenter, tuple[float, ...]]:
    """A segmenter that learned from the current masks, and its losses."""
    # a frozen body is the same for all, and may be large
    shared = {id(first.body): first.body} if first.body.frozen else {}
    segmenter = copy.deepcopy(first, shared)
    labels = len(first.provenance.words) + 1
    examples = [Example(each.seen, each.target(labels, grid(first, each))) for each in chosen]
    told.start("segmenter", ", ".join(first.provenance.words), None)
    losses = fit(segmenter, examples, settings.learning, settings.seed, told.advance)
    told.finish(f"{len(examples)} pictures, loss {losses[-1]:.3f}")
    return segmenter, losses


def _updated(
    segmenter: Segmenter, entries: Sequence[Entry], held: Sequence[Entry], settings: SelfTrainingSettings
) -> tuple[float, float, float]:
    """Replace every mask; gives how easy, faithful and settled those are that were held out."""
    changes, faithfulness = [], []
    for each in entries:
        if not each.words:
            continue
        found = segmented(segmenter, each)
        change = each.take(found, settings.refine)
        if each in held:
            changes.append(change)
            faithfulness.append(faithful(found, each.words))
    easy, agreement = np.mean([(change.easiness, change.agreement) for change in changes], axis=0).tolist()
    return easy, float(np.mean(faithfulness)), agreement
