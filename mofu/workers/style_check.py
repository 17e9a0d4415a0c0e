"""Files of style held against the rows that name them: what is lost or damaged, and what no row names.

A lost pack, picture or result takes its rows with it: the pack before it, where there is one, is current again.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from mofu.db import style_files
from mofu.db.style_files import Kind, OfWord
from mofu.workers.content_files import sha256_in
from mofu.workers.file_check import COLLECTABLE_S, PAGE, LostFile, may_be_elsewhere, set_aside, what_is_wrong
from mofu.workers.style_store import FOLDER, MEASURING, StyleStore
from mofu.workers.workshop import Workshop

_REMEDIES: dict[Kind, str] = {
    "pack": "the next `mofu style learn` makes it again",
    "picture": "give it again to stylise it",
    "result": "`mofu style apply` makes it again",
}


def lost_files(workshop: Workshop, repair: bool) -> Iterator[LostFile]:
    """The packs, pictures and results that are missing or damaged; with `repair`, set aside, and their rows dropped."""
    store = StyleStore(workshop.root)
    for kind in style_files.KINDS:
        for name in _named(workshop, kind):
            path = store.of(kind).path(name)
            if wrong := what_is_wrong(path, name):
                told = _lose(workshop, kind, name, path) if repair and not may_be_elsewhere(workshop, FOLDER) else ""
                yield LostFile(f"{wrong}-style-{kind}", name, f"{path} is {wrong}{told}")


def orphans(workshop: Workshop) -> Iterator[Path]:
    """Files of style that no row names; a picture is given without the writing place: none that was just now is one."""
    store, newest = StyleStore(workshop.root), time.time() - COLLECTABLE_S
    for kind in ("pack", "result"):
        yield from _unnamed(workshop, kind, store.of(kind).listing())
    for files in (store.pictures, store.views()):
        old = (path for path in files.listing() if path.stat().st_mtime < newest)
        yield from _unnamed(workshop, "picture", old)
    waiting = sorted((workshop.root / MEASURING).glob("*/*"))
    yield from (path for path in waiting if path.stat().st_mtime < newest)


def remove_unnamed(workshop: Workshop, files: OfWord) -> None:
    """Remove those of some files of style that no row names any more.

    Pictures are given without the writing place: while one is looked up and removed, no row of it can be added.
    """
    store = StyleStore(workshop.root)
    given: dict[Kind, Collection[str]] = {"pack": files.packs, "picture": files.pictures, "result": files.results}
    for kind, names in given.items():
        waiting = iter(sorted(names))
        while batch := list(islice(waiting, PAGE)):
            with workshop.database.write_alone() as session:
                for name in set(batch) - style_files.named(session, kind, batch):
                    store.of(kind).path(name).unlink(missing_ok=True)
                    if kind == "picture":
                        store.view(name).unlink(missing_ok=True)


def _named(workshop: Workshop, kind: Kind) -> Iterator[str]:
    last = ""
    while True:
        with workshop.database.read() as session:
            page = style_files.after(session, kind, last, PAGE)
        if not page:
            return
        yield from page
        last = page[-1]


def _unnamed(workshop: Workshop, kind: Kind, paths: Iterable[Path]) -> Iterator[Path]:
    waiting = iter(paths)
    while batch := list(islice(waiting, PAGE)):
        with workshop.database.read() as session:
            named = style_files.named(session, kind, [sha256_in(path) for path in batch])
        yield from (path for path in batch if sha256_in(path) not in named)


def _lose(workshop: Workshop, kind: Kind, sha256: str, path: Path) -> str:
    set_aside(workshop, path)
    with workshop.database.write() as session:
        style_files.lose(session, kind, sha256)
    return f": dropped; {_REMEDIES[kind]}"
