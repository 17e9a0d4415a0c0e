"""What the form of new words offers: sources, backbones with their layers, strategies, nouns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from mofu.crawler.sources import REGISTRY
from mofu.errors import MofuError
from mofu.lexicon import load
from mofu.library import Library
from mofu.workers.sourcing import make_sources

_PACKAGES = {"torch": ("torch", "torchvision"), "timm": ("torch", "timm"), "clip": ("torch", "open_clip")}
"""Modules by the extra that brings them; looked for, never imported."""


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A search service; `lacks` says what it needs before it can be asked, empty where it is ready."""

    name: str
    lacks: str


@dataclass(frozen=True, slots=True)
class BackboneChoice:
    """A backbone and where it can be read.

    Attributes:
        about: one line.
        extra: what must be installed first; None where nothing must.
        is_fetched: whether its weights are to be fetched first.
    """

    name: str
    about: str
    layers: tuple[str, ...]
    default_layer: str
    extra: str | None
    is_fetched: bool


@dataclass(frozen=True, slots=True)
class NounChoice:
    """A noun of the lexicon, with what it means."""

    noun: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Choices:
    """All that the form offers; sources that are ready stand first."""

    sources: tuple[SourceChoice, ...]
    backbones: tuple[BackboneChoice, ...]
    strategies: tuple[str, ...]
    nouns: tuple[NounChoice, ...]


def choices(library: Library) -> Choices:
    """What a library's form offers."""
    from mofu.ranking.strategies.registry import strategies

    nouns = load(library.settings.lexicon.file).matching("", ("noun",))
    told = tuple(NounChoice(e.word, ", ".join(part for part in (e.romaji, e.gloss) if part)) for e in nouns)
    sources = sorted(
        (SourceChoice(name, _lacks(library, name)) for name in REGISTRY), key=lambda each: bool(each.lacks)
    )
    return Choices(tuple(sources), _backbones(), strategies(), told)


def lacking_extra(extra: str | None) -> str | None:
    """An extra of which something is not installed; None where all is."""
    return extra if any(find_spec(package) is None for package in _PACKAGES.get(extra or "", ())) else None


def _lacks(library: Library, name: str) -> str:
    try:
        make_sources(library.settings, [name])
    except MofuError as error:
        return str(error)
    return ""


@cache
def _backbones() -> tuple[BackboneChoice, ...]:
    from mofu.features import registry

    return tuple(
        BackboneChoice(
            spec.name,
            spec.about,
            tuple(layer.name for layer in spec.layers),
            spec.default_layer,
            lacking_extra(spec.extra),
            not registry.is_cached(spec),
        )
        for spec in registry.models()
    )
