"""`mofu doctor`: what is present, what is missing, what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb
from mofu.cli.output import fold, write_json
from mofu.errors import InvalidInputError, LibraryError, MissingKeyError

if TYPE_CHECKING:
    from mofu.cli.machine import Fact
    from mofu.settings import Settings

_GLYPHS = {"ok": "✓", "missing": "–", "warning": "!", "broken": "✗"}
_NAME_COLUMNS = 11
NARROW = 64
"""Columns below which names do not stand in a column of their own."""


@verb(
    """mofu doctor
mofu doctor --deep
mofu doctor --json"""
)
@click.option("--deep", is_flag=True, help="Start torch, too, and see what it runs on (some seconds).")
def doctor(call: Call, deep: bool) -> int:
    """Say what is present and what is missing.

    Works without a library. Keys are never printed. Exit status 1 only where something is broken.
    """
    from mofu.cli import machine
    from mofu.settings import load_settings

    settings = load_settings(call.library, call.flags)
    found: list[Fact] = []
    for fact in (*machine.facts(deep), *_weights(), *_library(call, settings), *_services(settings)):
        found.append(fact)
        if call.as_json:
            write_json(asdict(fact))
        else:
            _write(fact)
    return 1 if any(fact.state == machine.State.BROKEN for fact in found) else 0


def _write(fact: Fact) -> None:
    width = min(shutil.get_terminal_size().columns, 120)
    name = fact.name.ljust(_NAME_COLUMNS) if width >= NARROW else f"{fact.name}:"
    margin = _NAME_COLUMNS + 3 if width >= NARROW else 4
    told = f"{_GLYPHS[fact.state]} {name} "
    first, *rest = fold(fact.text, width - max(margin, len(told)))
    lines = [told + first, *(" " * margin + part for part in rest)]
    if fact.remedy:
        first, *rest = fold(fact.remedy, width - margin - 2)
        lines += [" " * margin + f"→ {first}", *(" " * (margin + 2) + part for part in rest)]
    click.echo("\n".join(lines))


def _weights() -> Iterator[Fact]:
    from mofu.cli.machine import Fact, State
    from mofu.features import registry

    named = [spec for spec in registry.models() if spec.weights is not None]
    cached = [spec.name for spec in named if registry.is_cached(spec)]
    text = f"{len(cached)} of {len(named)} pretrained backbones cached" + (f": {', '.join(cached)}" if cached else "")
    yield Fact("weights", State.OK if cached else State.MISSING, text, "" if cached else "optional; see mofu models")


def _library(call: Call, settings: Settings) -> Iterator[Fact]:
    from mofu.cli.machine import Fact, State
    from mofu.workers.place import exists

    root = call.library.expanduser()
    if root.exists() and not root.is_dir():
        remedy = "name a folder with --library or MOFU_LIBRARY"
        yield Fact("library", State.BROKEN, f"{root} is a file, expected a folder", remedy)
        return
    if not exists(root, bool(settings.database.url)):
        yield Fact("library", State.MISSING, f"none at {root} yet", "mofu build WORD makes it")
        yield _room(root, settings)
        return
    try:
        yield from _open_library(call)
    except LibraryError as error:
        yield Fact("library", State.BROKEN, str(error))
    yield _room(root, settings)


def _open_library(call: Call) -> Iterator[Fact]:
    from mofu.cli.machine import Fact, State
    from mofu.db.facts import facts

    with call.open() as library:
        words, background = len(library.words()), library.current_background()
        pool = f"background of {background.count:,} images" if background else "no background yet"
        yield Fact("library", State.OK, f"{library.root}: {words:,} word{'' if words == 1 else 's'}, {pool}")
        database = facts(library.database)
        journal = f", journal {database.journal_mode}" if database.journal_mode else ""
        yield Fact("database", State.OK, f"{database.url}, schema {database.schema}{journal}")


def _room(root: Path, settings: Settings) -> Fact:
    from mofu.cli.machine import Fact, State

    place = next(folder for folder in (root.absolute(), *root.absolute().parents) if folder.exists())
    free_mb = shutil.disk_usage(place).free // 2**20
    least = settings.crawler.min_free_mb
    text = f"{free_mb:,} MB free at {place}"
    if free_mb < least:
        return Fact("disk", State.WARNING, f"{text}: crawls stop below {least:,}", "make room, or crawler.min_free_mb")
    return Fact("disk", State.OK, text)


def _services(settings: Settings) -> Iterator[Fact]:
    """Each search service: ready, or what it needs."""
    from mofu.cli.machine import Fact, State
    from mofu.crawler.sources import REGISTRY

    for name, source in REGISTRY.items():
        made = source(settings.sources.of(name), settings.crawler)
        try:
            made.check()
        except (MissingKeyError, InvalidInputError) as error:
            yield Fact(name, State.MISSING, *_cause_and_remedy(str(error), name))
        else:
            where = "your own files" if source.local else f"set up for {made.base_url}"
            yield Fact(name, State.OK, where + (", with your key" if settings.sources.of(name).key else ""))


def _cause_and_remedy(message: str, name: str) -> tuple[str, str]:
    cause, _, remedy = message.removeprefix(f"{name}: ").partition(": ")
    return cause, remedy
