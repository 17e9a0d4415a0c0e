"""Ranked words of the library → their style packs: images measured, clustered and merged, kept with their word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mofu import __version__
from mofu.db import styles
from mofu.db.base import now
from mofu.db.styles import NewPack, PackRecord
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, MissingError, UsageError
from mofu.features.registry import Backbone
from mofu.settings import StyleSettings
from mofu.style import pack_file, require_torch
from mofu.style.exemplars import SHARES, clearness, exemplars, merged
from mofu.style.layers import PIXELS, style_layers
from mofu.style.pack import Style, StylePack
from mofu.style.statistics import Array, descriptor
from mofu.workers.jobs import job
from mofu.workers.style_lessons import FEWEST, StyleLesson, style_lesson
from mofu.workers.style_packs import KeptPack, read_pack
from mofu.workers.style_store import StyleStore
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.workers.style_measuring import Measured

EXAMPLES = 10
"""Images that a style shows of those it was learned from, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnedStyle:
    """A word's pack, and how it came about.

    Attributes:
        kept: the pack and its row.
        is_new: whether it was learned now; else exactly this was learned before.
        failed: images that could not be measured → why.
    """

    word: WordRecord
    kept: KeptPack
    is_new: bool
    failed: Mapping[str, str]


def learn_styles(
    workshop: Workshop, asked: Sequence[WordRecord], backbone: Backbone, settings: StyleSettings
) -> list[LearnedStyle]:
    """Learn the styles of words, one after the other; a word of which exactly this was learned before keeps its pack.

    Args:
        workshop: the library.
        asked: ranked words.
        backbone: by whose maps styles are measured.
        settings: how.

    Raises:
        UsageError: no word.
        MissingPackageError: torch is not installed.
        InvalidInputError: the backbone has no maps.
        NothingFoundError: a word is not ranked.
        MissingError: a word has too few images.
    """
    if not asked:
        raise UsageError("no word: name one whose style is to be learned")
    require_torch()
    layers = (PIXELS, *style_layers(backbone.spec))
    learner = _Learner(workshop, backbone, layers, settings)
    unique = {word.id: word for word in asked}
    return [learner.learn(word) for word in unique.values()]


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    workshop: Workshop
    backbone: Backbone
    layers: tuple[str, ...]
    settings: StyleSettings
    behind: dict[str, Array] = field(default_factory=dict)  # descriptors of the background's images, for all words

    def learn(self, word: WordRecord) -> LearnedStyle:
        with job(self.workshop, "style", word.text, word.id) as at:
            lesson = style_lesson(at, word, self.settings)
            mark = lesson.digest(self.backbone.id, self.layers, *self._how())
            if (kept := _kept(at, word, mark)) is not None:
                at.progress.finish(_said(kept.pack, 0))
                return LearnedStyle(word, kept, False, {})
            return self._learned(at, lesson, mark)

    def _learned(self, at: Workshop, lesson: StyleLesson, mark: str) -> LearnedStyle:
        from mofu.workers.style_measuring import Measurer

        at.progress.start("style", lesson.word.text, len(lesson.images))
        measurer = Measurer(at, self.backbone, self.layers, self.settings)
        measured = measurer.measure(lesson, mark)
        if len(measured.names) < FEWEST:
            raise MissingError(
                f"{lesson.word.text!r}: {len(measured.names)} of {len(lesson.images)} images can be measured, expected"
                f" at least {FEWEST}: run `mofu check --repair`, then `mofu build {lesson.word.text}`"
            )
        missing = [name for name in lesson.behind if name not in self.behind]
        self.behind.update(measurer.described(missing))
        pack = self._painted(at, self._pack(lesson, measured))
        kept = self._put(at, lesson, pack, mark)
        measurer.forget(mark)
        at.progress.finish(_said(pack, len(measured.failed)))
        return LearnedStyle(lesson.word, kept, True, measured.failed)

    def _how(self) -> tuple[object, ...]:
        of = self.settings
        return of.side_px, of.merge, of.seed, of.swatch_px, SHARES

    def _pack(self, lesson: StyleLesson, measured: Measured) -> StylePack:
        word, settings = lesson.word, self.settings
        return StylePack(
            word=word.text, noun=word.noun, language=word.language, backbone=self.backbone.name,
            backbone_id=self.backbone.id, layers=self.layers, styles=self._styles(lesson, measured),
            ranking=lesson.ranking_id, created_at=now(), mofu=__version__,
            settings={
                "top": settings.top, "side_px": settings.side_px, "merge": settings.merge, "seed": settings.seed,
                "licences": settings.license, "masked": measured.masked, "images": len(measured.names),
            },
        )  # fmt: skip

    def _styles(self, lesson: StyleLesson, measured: Measured) -> tuple[Style, ...]:
        from mofu.style.clustering import cluster

        rows = np.stack(
            [descriptor({name: each[name] for name in self.layers if name != PIXELS}) for each in measured.statistics]
        )
        behind = [self.behind[name] for name in lesson.behind if name in self.behind]
        clear = clearness(rows, np.reshape(behind, (-1, rows.shape[1])))
        # where no two are alike, all are one style
        groups = cluster(rows, self.settings.seed).groups or (np.arange(len(rows)),)
        shown = [exemplars(rows, group, clear, EXAMPLES) for group in groups]
        return tuple(
            Style(
                name=str(number),
                size=len(group),
                statistics=merged([measured.statistics[row] for row in first], self.settings.merge),
                examples=tuple(lesson.examples[measured.names[row]] for row in first),
            )
            for number, (group, first) in enumerate(zip(groups, shown, strict=True), start=1)
        )

    def _painted(self, at: Workshop, pack: StylePack) -> StylePack:
        """The same with a swatch of each style."""
        if not self.settings.swatch_px:
            return pack
        from mofu.style.swatch import swatch

        at.progress.start("swatches", pack.word, len(pack.styles))
        painted = []
        for style in pack.styles:
            side_px, seed = self.settings.swatch_px, self.settings.seed
            png = swatch(self.backbone, style.statistics, side_px=side_px, seed=seed)
            painted.append(replace(style, swatch=png))
            at.progress.advance(len(painted), len(pack.styles))
        return replace(pack, styles=tuple(painted), preview=painted[0].swatch)

    def _put(self, at: Workshop, lesson: StyleLesson, pack: StylePack, mark: str) -> KeptPack:
        sha256 = StyleStore(at.root).packs.put(pack_file.to_bytes(pack))
        new = NewPack(
            word_id=lesson.word.id, sha256=sha256, text=pack.word, noun=pack.noun, language=pack.language,
            backbone=pack.backbone, backbone_id=pack.backbone_id, styles=len(pack.styles),
            images=sum(style.size for style in pack.styles), ranking_id=lesson.ranking_id,
            settings=dict(pack.settings), seed=self.settings.seed, fingerprint=mark,
        )  # fmt: skip
        with at.database.write() as session:
            return KeptPack(styles.add_pack(session, new), pack)


def _kept(at: Workshop, word: WordRecord, mark: str) -> KeptPack | None:
    """The pack in which exactly this was learned; the current one again."""
    with at.database.read() as session:
        records = [each for each in styles.of_word(session, word.id) if each.fingerprint == mark]
    if not records:
        return None
    try:
        kept = read_pack(at, records[0])
    except DamagedError as error:
        at.progress.notice(f"{error}; learned again")
        return None
    return replace(kept, record=_made_current(at, records[0]))


def _made_current(at: Workshop, record: PackRecord) -> PackRecord:
    names = NewPack.__dataclass_fields__
    with at.database.write() as session:
        return styles.add_pack(session, NewPack(**{name: getattr(record, name) for name in names}))


def _said(pack: StylePack, failed: int) -> str:
    images = sum(style.size for style in pack.styles)
    wrong = f", {failed} could not be measured" if failed else ""
    return f"{len(pack.styles)} style{'s' if len(pack.styles) > 1 else ''} of {images} images{wrong}"
