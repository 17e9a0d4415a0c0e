"""Pictures and mixes of styles → stylised pictures, each a PNG file with its recipe, and what they come to, kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from mofu import __version__
from mofu.db import styles, words
from mofu.db.styles import NewResult, ResultRecord
from mofu.errors import DamagedError, InvalidInputError, MissingError, UnknownNameError, UsageError
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.settings import StyleSettings
from mofu.style import require_torch
from mofu.style.applying import apply
from mofu.style.mix import Part
from mofu.style.options import Options
from mofu.style.recipe import Recipe, write
from mofu.workers.jobs import job
from mofu.workers.region_lessons import digest
from mofu.workers.style_mixes import Chosen, PartAsked, mixed, stylist_of
from mofu.workers.style_pictures import Content, content_of, content_pixels, picture_decoders
from mofu.workers.style_regions import Finder, Mask, Where
from mofu.workers.style_scores import Judge, Verified
from mofu.workers.style_store import StyleStore
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.style.stylist import Stylist

_VERSION = 3
"""Part of a result's fingerprint: raised when the same request would give another picture."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: every picture in every mix at every strength.

    Attributes:
        where: of the pictures; None: all of them, or, where parts have masks, where any mask is.
    """

    contents: tuple[Content, ...]
    mixes: tuple[tuple[PartAsked, ...], ...]
    strengths: tuple[float, ...]
    where: Where | None = None

    @property
    def cells(self) -> int:
        """How many pictures that makes."""
        return len(self.contents) * len(self.mixes) * len(self.strengths)


@dataclass(frozen=True, slots=True)
class Made:
    """A result, what it comes to, and whether it was made now; else exactly this was made before."""

    record: ResultRecord
    verified: Verified
    is_new: bool


@dataclass(frozen=True, slots=True)
class Stylised:
    """Results in the order of pictures, mixes, strengths; and why other pictures have none, by their names."""

    made: tuple[Made, ...]
    failures: Mapping[str, str]


def stylise(workshop: Workshop, wanted: Wanted, settings: StyleSettings, judging: Callable[[], Backbone]) -> Stylised:
    """Make pictures in mixes of styles; what was made before of the same is kept, and what stops goes on.

    Args:
        workshop: the library.
        wanted: which.
        settings: how.
        judging: loads what computes the activations that words are recognised by.

    Raises:
        UsageError: no picture, or no style.
        MissingPackageError: torch is not installed.
        NothingFoundError, UnknownNameError: a word without a style, or without regions; no such style.
        InvalidInputError: a pack of another backbone, or not one picture could be stylised.
    """
    if not wanted.contents or not all(wanted.mixes) or not wanted.mixes:
        raise UsageError("nothing to do: expected at least one picture and one style")
    mixes = [mixed(workshop, mix) for mix in wanted.mixes]
    require_torch()
    stylist = stylist_of(workshop, [part for mix in mixes for part in mix], settings)
    subject = ", ".join(dict.fromkeys(part.kept.title for mix in mixes for part in mix))
    word_ids = {part.kept.record.word_id for mix in mixes for part in mix}
    with job(workshop, "stylise", subject, word_ids.pop() if len(word_ids) == 1 else None) as at, ExitStack() as stack:
        pool = stack.enter_context(picture_decoders(at))
        finder = Finder(at, pool)
        judge = _judge(at, finder, judging) if settings.verify else None
        at.progress.start("stylise", subject, wanted.cells)
        easel = _Easel(at, finder, judge, stylist, settings, wanted)
        for content in wanted.contents:
            easel.paint(pool, content, mixes)
        done = Stylised(tuple(easel.made), easel.failures)
        at.progress.finish(_said(done))
    if not done.made:
        raise InvalidInputError("; ".join(done.failures.values()))
    return done


def _judge(at: Workshop, finder: Finder, judging: Callable[[], Backbone]) -> Judge | None:
    """None, which a line says, where what recognises words is not here: pictures are made all the same."""
    try:
        return Judge(at, judging(), finder)
    except MissingError as error:
        at.progress.notice(f"not verified: {error}")
        return None


@dataclass(slots=True)
class _Easel:
    """Paints one cell after the other, and keeps each."""

    workshop: Workshop
    finder: Finder
    judge: Judge | None
    stylist: Stylist
    settings: StyleSettings
    wanted: Wanted
    made: list[Made] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    done: int = 0

    def paint(self, pool: DecoderPool, content: Content, mixes: Sequence[Sequence[Chosen]]) -> None:
        """All cells of one picture; one that cannot be read, or has no region, costs itself."""
        try:
            pixels = content_pixels(pool, content)
            masks = [[self._mask(part, pixels) for part in mix] for mix in mixes]
            regions = [self._region(pixels, of_mix) for of_mix in masks]
        except (InvalidInputError, DamagedError, UnknownNameError) as error:
            self.failures[content.name] = f"{content.name}: {error}"
            self.done += self.wanted.cells // len(self.wanted.contents)
            self._told(0, 1)
            return
        for place, (mix, of_mix, region) in enumerate(zip(mixes, masks, regions, strict=True)):
            for strength in self.wanted.strengths:
                options = self._options(strength, max(pixels.shape[:2]))
                cell = _Cell(content, pixels, place, mix, of_mix, region, options)
                self.made.append(self._again(cell) or self._painted(cell))
                self.done += 1
                self._told(0, 1)

    def _mask(self, part: Chosen, pixels: Pixels) -> Mask | None:
        if part.asked.mask is None:
            return None
        return self.finder.drawn(content_of(self.workshop, part.asked.mask), pixels)

    def _region(self, pixels: Pixels, masks: Sequence[Mask | None]) -> Mask | None:
        """Where a mix goes: what was asked for, else where any mask is."""
        if self.wanted.where is not None:
            return self.finder.mask(self.wanted.where, pixels)
        drawn = [mask for mask in masks if mask is not None]
        return np.max(drawn, axis=0) if drawn and len(drawn) == len(masks) else None

    def _options(self, strength: float, longer_px: int) -> Options:
        of = self.settings
        return Options(
            strength,
            of.colours,
            of.size_px or self.stylist.work_px(longer_px),
            of.seed,
            of.tile_px,
            of.feather_px,
            of.iterations or None,
        )

    def _again(self, cell: _Cell) -> Made | None:
        """What was made before of exactly this, where its file is there."""
        job_id = self.workshop.job
        with self.workshop.database.read() as session:
            record = styles.made_by(session, self._fingerprint(cell))
        if record is None or not StyleStore(self.workshop.root).results.path(record.result_sha256).is_file():
            return None
        if job_id is not None and (record.job_id, record.place) != (job_id, cell.place):
            with self.workshop.database.write() as session:
                record = styles.add_again(session, record.id, job_id, cell.place)
        return Made(record, Verified.of(record.scores), False)

    def _painted(self, cell: _Cell) -> Made:
        began = time.perf_counter()
        parts = [
            Part(chosen.statistics, chosen.asked.weight, mask, chosen.kept.title)
            for chosen, mask in zip(cell.mix, cell.masks, strict=True)
        ]
        painted = apply(self.stylist, cell.pixels, parts, cell.options, cell.region, self._told)
        seconds = time.perf_counter() - began
        recipe = self._recipe(cell)
        sha256 = StyleStore(self.workshop.root).results.put(write(painted, recipe))
        verified = self._verified(cell, painted)
        return Made(self._kept(cell, recipe, sha256, verified, seconds), verified, True)

    def _recipe(self, cell: _Cell) -> Recipe:
        where = self.wanted.where
        return Recipe(
            mofu=__version__, method=self.stylist.name, backbone_id=self.stylist.backbone_id,
            weights_sha256=self.stylist.weights_sha256, content_sha256=cell.content.sha256,
            packs=tuple(part.told() for part in cell.mix), options=cell.options,
            region=where.text if where else "", torch=version("torch"),
        )  # fmt: skip

    def _verified(self, cell: _Cell, painted: Pixels) -> Verified:
        if self.judge is None:
            return Verified()
        numbers = [part.kept.record.word_id for part in cell.mix]
        with self.workshop.database.read() as session:
            known = [words.by_id(session, number) for number in dict.fromkeys(numbers) if number is not None]
        of_styles = [word for word in known if word is not None]
        where = self.wanted.where
        return self.judge.verify(cell.pixels, painted, cell.region, of_styles, where.word if where else None)

    def _kept(self, cell: _Cell, recipe: Recipe, sha256: str, verified: Verified, seconds: float) -> ResultRecord:
        first = max(cell.mix, key=lambda part: part.asked.weight).kept.record
        height, width = cell.pixels.shape[:2]
        where = self.wanted.where
        new = NewResult(
            word_id=first.word_id, text=first.text, pack_sha256=first.sha256, content_sha256=cell.content.sha256,
            result_sha256=sha256, width=width, height=height, method=self.stylist.name,
            strength=cell.options.strength, colours=cell.options.colours, region=where.title if where else None,
            recipe=json.loads(recipe.to_json()), scores=verified.plain(), fingerprint=self._fingerprint(cell),
            job_id=self.workshop.job, place=cell.place, seconds=seconds,
        )  # fmt: skip
        ids = {part.kept.record.word_id for part in cell.mix}
        with self.workshop.database.write() as session:
            return styles.add_result(session, new, [number for number in ids if number is not None])

    def _fingerprint(self, cell: _Cell) -> str:
        region = hashlib.sha256(cell.region.tobytes()).hexdigest() if cell.region is not None else None
        mix = [[part.kept.record.sha256, part.style, part.asked.weight, part.asked.mask] for part in cell.mix]
        stylist = [self.stylist.name, self.stylist.backbone_id, self.stylist.weights_sha256]
        return digest([_VERSION, cell.content.sha256, mix, stylist, asdict(cell.options), region])

    def _told(self, step: int, steps: int) -> None:
        """Cells done; of a single one, its steps."""
        if self.wanted.cells == 1 and self.done == 0:
            self.workshop.progress.advance(step, steps)
        else:
            self.workshop.progress.advance(self.done, self.wanted.cells, len(self.failures))


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    content: Content
    pixels: Pixels
    place: int
    mix: Sequence[Chosen]
    masks: Sequence[Mask | None]
    region: Mask | None
    options: Options


def _said(done: Stylised) -> str:
    new = sum(each.is_new for each in done.made)
    before = f", {len(done.made) - new} made before" if new < len(done.made) else ""
    failed = f", {len(done.failures)} pictures could not be stylised" if done.failures else ""
    return f"{len(done.made)} pictures{before}{failed}"
