"""The packs of a library's words → what pages show of them: their styles, the photographs they were learned from."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mofu.db import images, styles, words
from mofu.db.styles import PackRecord
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, InvalidInputError
from mofu.library import Library
from mofu.style import pack_file
from mofu.style.pack import Example
from mofu.workers.style_store import StyleStore

MOST_KEPT = 64
"""Packs whose facts are kept: a few kilobytes each, of files of megabytes."""


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A photograph that a style was learned from.

    Attributes:
        is_here: whether it is an image of the library.
    """

    sha256: str
    rank: int
    licence: str
    creator: str
    title: str
    page: str
    source: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class StyleView:
    """A style of a pack.

    Attributes:
        number: its place in the pack, from 1.
        size: pictures that it was learned from.
        swatch: address of a picture in this style; None where none was painted.
    """

    number: int
    name: str
    size: int
    swatch: str | None
    examples: tuple[ExampleView, ...]


@dataclass(frozen=True, slots=True)
class PackView:
    """The styles of a word.

    Attributes:
        word: it; None of an imported pack whose word is not here.
        images: that it was learned from.
        file: address of the pack as a file.
    """

    sha256: str
    word: WordRecord | None
    text: str
    noun: str
    language: str
    backbone: str
    images: int
    created_at: datetime
    styles: tuple[StyleView, ...]
    file: str


@dataclass(frozen=True, slots=True)
class StyleName:
    """A style to choose: its name, and from how many pictures it was learned."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class PackName:
    """A pack to choose from."""

    slug: str
    text: str
    noun: str
    language: str
    styles: tuple[StyleName, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered of a pack's file: never changes."""

    styles: tuple[StyleView, ...]
    swatches: tuple[bytes, ...]


def current(library: Library, word: WordRecord) -> PackView | None:
    """A word's current pack; None before the first."""
    with library.database.read() as session:
        record = styles.current(session, word.id)
    if record is None:
        return None
    kept = _kept(_path(library, record.sha256)).styles
    with library.database.read() as session:
        here = images.by_name(session, [each.sha256 for style in kept for each in style.examples])
    shown = tuple(_marked(style, here) for style in kept)
    return PackView(
        record.sha256, word, record.text, record.noun, record.language, record.backbone, record.images,
        record.created_at, shown, f"/words/{word.slug}/style/packs/{record.sha256}{pack_file.SUFFIX}",
    )  # fmt: skip


def choices(library: Library, first: WordRecord) -> tuple[PackName, ...]:
    """The current pack of every word that is here, the page's own first; a pack that cannot be read is left out."""
    with library.database.read() as session:
        records = {each.word_id: each for each in styles.listing(session) if each.word_id is not None}
        by_id = {word.id: word for word in words.listing(session) if word.id in records}
    ordered = sorted(by_id.values(), key=lambda word: (word.id != first.id, word.text, word.noun))
    found = (_name(library, word, records[word.id]) for word in ordered)
    return tuple(each for each in found if each is not None)


def swatch(library: Library, sha256: str, number: int) -> bytes:
    """The picture of a style, by its place in the pack from 1; empty where there is none.

    Raises:
        DamagedError: no such pack, or its file is lost.
    """
    swatches = _kept(_path(library, sha256)).swatches
    return swatches[number - 1] if 1 <= number <= len(swatches) else b""


def _name(library: Library, word: WordRecord, record: PackRecord) -> PackName | None:
    try:
        kept = _kept(_path(library, record.sha256))
    except (DamagedError, InvalidInputError):
        return None
    named = tuple(StyleName(style.name, style.size) for style in kept.styles)
    return PackName(word.slug, word.text, word.noun, word.language, named)


def _path(library: Library, sha256: str) -> Path:
    return StyleStore(library.root).packs.path(sha256)


@functools.lru_cache(maxsize=MOST_KEPT)
def _kept(path: Path) -> _Kept:
    """Read a pack's file; its name is its content's, so that it stays true."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DamagedError(f"{path} is not there: run `mofu check --repair`, then `mofu style learn` again") from error
    pack = pack_file.from_bytes(content)
    sha256 = path.parent.name + path.stem
    shown = tuple(
        StyleView(
            number, style.name, style.size, f"/style-packs/{sha256}/swatch-{number}.png" if style.swatch else None,
            tuple(_example(each) for each in style.examples),
        )
        for number, style in enumerate(pack.styles, 1)
    )  # fmt: skip
    return _Kept(shown, tuple(style.swatch for style in pack.styles))


def _example(each: Example) -> ExampleView:
    return ExampleView(
        each.sha256, each.rank, each.licence, each.creator, each.title, each.page, each.source, is_here=False
    )  # fmt: skip


def _marked(style: StyleView, here: Collection[str]) -> StyleView:
    return replace(style, examples=tuple(replace(each, is_here=each.sha256 in here) for each in style.examples))
