"""Files of regions held against the rows that name them: what is lost or damaged, and what no row names.

A region whose map is lost is hidden until its image is segmented again; it keeps what people said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from mofu.db import region_files
from mofu.workers.content_files import sha256_in
from mofu.workers.file_check import PAGE, LostFile, may_be_elsewhere, set_aside, what_is_wrong
from mofu.workers.region_classifiers import FOLDER as CLASSIFIERS
from mofu.workers.region_classifiers import RegionClassifiers
from mofu.workers.region_maps import FOLDER as MAPS
from mofu.workers.region_maps import RegionMaps
from mofu.workers.workshop import Workshop


def lost_files(workshop: Workshop, repair: bool) -> Iterator[LostFile]:
    """The maps and classifiers that are missing or damaged; with `repair`, set aside, and their rows repaired."""
    maps, trained = RegionMaps(workshop.root), RegionClassifiers(workshop.root)
    for name in _named_maps(workshop):
        if wrong := what_is_wrong(maps.path(name), name):
            told = _hide(workshop, maps.path(name), name) if repair and not may_be_elsewhere(workshop, MAPS) else ""
            yield LostFile(f"{wrong}-map", name, f"{maps.path(name)} is {wrong}{told}")
    with workshop.database.read() as session:
        names = sorted(region_files.classifiers(session))
    for name in names:
        if wrong := what_is_wrong(trained.path(name), name):
            here = not may_be_elsewhere(workshop, CLASSIFIERS)
            told = _forget(workshop, trained.path(name), name) if repair and here else ""
            yield LostFile(f"{wrong}-classifier", name, f"{trained.path(name)} is {wrong}{told}")


def orphans(workshop: Workshop) -> Iterator[Path]:
    """Maps and classifiers that no row names."""
    listing = RegionMaps(workshop.root).listing()
    while batch := list(islice(listing, PAGE)):
        with workshop.database.read() as session:
            named = region_files.named_maps(session, [sha256_in(path) for path in batch])
        yield from (path for path in batch if sha256_in(path) not in named)
    with workshop.database.read() as session:
        kept = region_files.classifiers(session)
    yield from (path for path in RegionClassifiers(workshop.root).listing() if path.stem not in kept)


def remove_unnamed(workshop: Workshop, maps: Iterable[str], classifiers: Iterable[str]) -> None:
    """Remove those of some maps and classifiers that no row names any more."""
    stored, waiting = RegionMaps(workshop.root), iter(sorted(maps))
    while batch := list(islice(waiting, PAGE)):
        with workshop.database.read() as session:
            named = region_files.named_maps(session, batch)
        for name in set(batch) - named:
            stored.path(name).unlink(missing_ok=True)
    with workshop.database.read() as session:
        kept = region_files.classifiers(session)
    for name in set(classifiers) - kept:
        RegionClassifiers(workshop.root).path(name).unlink(missing_ok=True)


def _named_maps(workshop: Workshop) -> Iterator[str]:
    last = ""
    while True:
        with workshop.database.read() as session:
            page = region_files.maps_after(session, last, PAGE)
        if not page:
            return
        yield from page
        last = page[-1]


def _hide(workshop: Workshop, path: Path, sha256: str) -> str:
    set_aside(workshop, path)
    with workshop.database.write() as session:
        images = region_files.lose_map(session, sha256)
    return f": hidden; the next `mofu segment` makes it again, for {images} images"


def _forget(workshop: Workshop, path: Path, sha256: str) -> str:
    set_aside(workshop, path)
    with workshop.database.write() as session:
        region_files.forget_classifier(session, sha256)
    return ": its regions stay; the next `mofu segment` trains it again"
