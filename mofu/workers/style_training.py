"""A library's style packs and its background → weights of a stylist that knows these styles better, kept as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mofu.db import images, styles
from mofu.db.durable import write_file
from mofu.errors import InvalidInputError, MissingError, NothingFoundError
from mofu.features import registry
from mofu.imaging.results import Pixels
from mofu.settings import StyleSettings
from mofu.style import require_torch
from mofu.workers.jobs import job
from mofu.workers.region_lessons import digest
from mofu.workers.region_pictures import read_pictures
from mofu.workers.style_packs import KeptPack, find_pack, read_pack
from mofu.workers.style_store import FOLDER
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.style.feedforward.trainer import Plan

WEIGHTS = f"{FOLDER}/weights"
"""Of a library: where trained weights are kept; the setting `style.weights` names one."""

PICTURES = 300
"""Of the background, that styles are tried on."""
FEWEST = 5
_TOLD_EVERY = 20


@dataclass(frozen=True, slots=True)
class TrainedStylist:
    """Weights that were trained.

    Attributes:
        path: of the file.
        sha256: of its bytes.
        styles, pictures: that it was trained with.
        steps: of the training.
        is_new: whether it was trained now; else exactly this was trained before.
    """

    method: str
    path: Path
    sha256: str
    styles: int
    pictures: int
    steps: int
    is_new: bool


def train_stylist(
    workshop: Workshop, words: Sequence[str], settings: StyleSettings, steps: int | None = None
) -> TrainedStylist:
    """Train the stylist of the setting `style.method` for the styles of words; what stops goes on.

    Args:
        workshop: the library.
        words: by text, slug or a pack's SHA-256; none: all that have a pack.
        settings: the method, the weights to go on from, the seed.
        steps: of the optimiser; None: as many as it has by default.

    Raises:
        UnknownNameError: no such word, or a method that is not trained.
        NothingFoundError: no word has a style yet.
        InvalidInputError: packs by different backbones, or weights that cannot be gone on from.
        MissingError: too few pictures in the background.
        MissingPackageError: torch is not installed.
    """
    require_torch()
    from mofu.style.feedforward.training import STEPS, tuned_plan

    kept = _packs(workshop, words)
    plan = replace(tuned_plan(STEPS if steps is None else steps, settings.seed), every=_TOLD_EVERY)
    with job(workshop, "style-train", ", ".join(each.title for each in kept)) as at:
        names = _contents(at, settings.seed)
        mark = digest([settings.method, [each.record.sha256 for each in kept], names, repr(plan), settings.weights])
        path = at.root / WEIGHTS / f"{settings.method}-{mark[:16]}.safetensors"
        is_new = not path.is_file()
        if is_new:
            _train(at, kept, names, settings, plan, path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        count = sum(len(each.pack.styles) for each in kept)
        at.progress.finish(f"{settings.method}: {count} styles, {plan.steps} steps")
    return TrainedStylist(settings.method, path, sha256, count, len(names), plan.steps, is_new)


def _packs(workshop: Workshop, words: Sequence[str]) -> list[KeptPack]:
    if words:
        records = [find_pack(workshop, word) for word in dict.fromkeys(words)]
    else:
        with workshop.database.read() as session:
            records = styles.listing(session)
    if not records:
        raise NothingFoundError("no word has a style yet: run `mofu style learn WORD` first")
    kinds = sorted({each.backbone_id for each in records})
    if len(kinds) > 1:
        raise InvalidInputError(
            f"styles by {', '.join(kinds)}: expected one backbone: name words whose styles share it"
        )
    return [read_pack(workshop, each) for each in records]


def _contents(workshop: Workshop, seed: int) -> list[str]:
    """Images of the background, so many at most, drawn by a seed."""
    with workshop.database.read() as session:
        current = images.current_background(session)
        names = sorted(each.sha256 for each in images.background_members(session, current.id)) if current else []
    if len(names) < FEWEST:
        raise MissingError(
            f"a background of {len(names)} pictures, expected at least {FEWEST} to try styles on:"
            " run `mofu background refresh` first"
        )
    order = np.random.default_rng(seed).permutation(len(names))[:PICTURES]
    return [names[index] for index in sorted(order.tolist())]


def _train(
    at: Workshop, kept: Sequence[KeptPack], names: Sequence[str], settings: StyleSettings, plan: Plan, path: Path
) -> None:
    from mofu.style.feedforward.training import train

    pictures: list[Pixels] = []
    at.progress.start("pictures", settings.method, len(names))
    for done, picture in enumerate(read_pictures(at, names, settings.side_px), start=1):
        if picture.pixels is not None:
            pictures.append(picture.pixels)
        at.progress.advance(done, len(names), done - len(pictures))
    checkpoint = path.with_suffix(".checkpoint")
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    at.progress.start("style-train", settings.method, plan.steps)
    content = train(
        settings.method,  # type: ignore[arg-type]  # it raises where the name is none of its own
        registry.load(kept[0].pack.backbone, at.settings.features),
        pictures,
        [style.statistics for each in kept for style in each.pack.styles],
        plan,
        start=Path(settings.weights).expanduser() if settings.weights else None,
        told=lambda so_far: at.progress.advance(so_far.step, so_far.steps),
        checkpoint=checkpoint,
    )
    write_file(path, [content])
    checkpoint.unlink(missing_ok=True)
