"""Words and weights that a person names → the styles of their packs, and the stylist that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mofu.features import registry
from mofu.settings import StyleSettings
from mofu.style.recipe import Ingredient
from mofu.style.statistics import Statistics
from mofu.workers.style_packs import KeptPack, find_pack, read_pack
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.style.stylist import Stylist

ALL = "all"
"""Instead of the name of a style: all styles of the pack together."""


@dataclass(frozen=True, slots=True)
class PartAsked:
    """A style of a mix.

    Attributes:
        word: text or slug of a word, or the first digits of a pack's SHA-256.
        style: its name in the pack; None: the largest; `all`: all of them together.
        weight: against the others.
        mask: SHA-256 of a kept picture, white where this style goes; None: everywhere.
    """

    word: str
    style: str | None = None
    weight: float = 1.0
    mask: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A part of a mix, found."""

    asked: PartAsked
    kept: KeptPack

    @property
    def style(self) -> str:
        """Its name in the pack; empty: all of them together."""
        return "" if self.asked.style == ALL else self.kept.pack.style(self.asked.style).name

    @property
    def statistics(self) -> Statistics:
        """Of the style, by layer."""
        return self.kept.pack.style(self.style).statistics if self.style else self.kept.pack.whole

    def told(self) -> Ingredient:
        """For the recipe."""
        pack = self.kept.pack
        chosen = [pack.style(self.style)] if self.style else pack.styles
        examples = tuple(example for style in chosen for example in style.examples)
        sha256, asked = self.kept.record.sha256, self.asked
        return Ingredient(sha256, pack.word, self.style, asked.weight, asked.mask or "", examples)


def mixed(workshop: Workshop, mix: Sequence[PartAsked]) -> list[Chosen]:
    """Find the styles of a mix.

    Raises:
        NothingFoundError: a word has no style yet.
        UnknownNameError: no such word, or no such style of it.
        DamagedError: a pack's file is lost.
    """
    found = [Chosen(part, read_pack(workshop, find_pack(workshop, part.word))) for part in mix]
    for each in found:
        each.style  # noqa: B018 - raises where the pack has no such style
    return found


def stylist_of(workshop: Workshop, parts: Sequence[Chosen], settings: StyleSettings) -> Stylist:
    """What puts these styles onto pictures.

    Raises:
        UnknownNameError: no such method.
        InvalidInputError: a style that was measured by another backbone, or by other weights of it.
        MissingPackageError, MissingWeightsError: torch, or what the method needs, is not here.
    """
    from mofu.style.stylist import load

    backbone = registry.load(parts[0].kept.pack.backbone, workshop.settings.features)
    weights = Path(settings.weights).expanduser() if settings.weights else None
    stylist = load(settings.method, backbone, weights=weights)
    for part in parts:
        stylist.check_backbone(part.kept.pack.backbone_id, part.kept.title)
    return stylist
