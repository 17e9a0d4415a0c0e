"""A word that was purged → every copy of what only it had, gone: files, exports, vectors, what was set aside."""

from __future__ import annotations

import re
from contextlib import suppress

from mofu.db import activations, images, purging
from mofu.db.blobs import original_name, thumbnail_name
from mofu.db.files import quarantined
from mofu.db.purging import Left
from mofu.db.words import WordRecord
from mofu.errors import DamagedError
from mofu.workers import extraction, region_check, style_check, word_classifiers
from mofu.workers.check import unnamed_shards
from mofu.workers.file_check import QUARANTINE
from mofu.workers.verbs.delivering import FOLDER as EXPORTS
from mofu.workers.verbs.delivering import remove
from mofu.workers.workshop import Workshop


def finish(workshop: Workshop) -> None:
    """Remove what purges have left, those of killed processes included; twice does no harm."""
    with workshop.database.read() as session:
        purges = purging.unfinished(session)
    for number, left in purges.items():
        _remove_files(workshop, left)
        with workshop.database.write() as session:
            purging.finish(session, number)


def remove_exports(workshop: Workshop, word: WordRecord) -> None:
    """Remove the exports of a word, and what killed ones have left: before its rows go, by which they are known."""
    name = re.compile(rf"\.?{re.escape(word.slug)}-[0-9a-f]{{8}}(\..*)?")
    folder = workshop.root / EXPORTS
    for path in folder.iterdir() if folder.is_dir() else ():
        if name.fullmatch(path.name):
            remove(path)


def _remove_files(workshop: Workshop, left: Left) -> None:
    """Remove those files that no row names: one of them may have come back since with another word."""
    with workshop.database.read() as session:
        back = images.by_name(session, [sha256 for sha256, _ in left.images])
    gone = [(sha256, image_format) for sha256, image_format in left.images if sha256 not in back]
    workshop.blobs.remove_images(gone)
    for sha256, image_format in gone:
        for name in (original_name(sha256, image_format), thumbnail_name(sha256)):
            quarantined(workshop.root / QUARANTINE, name).unlink(missing_ok=True)
    region_check.remove_unnamed(workshop, left.maps, left.classifiers)
    style_check.remove_unnamed(workshop, left.style)
    _remove_vectors(workshop, left)
    for learned in (workshop.root / word_classifiers.FOLDER).glob("*.npz"):
        learned.unlink(missing_ok=True)  # of all words, made anew when they are asked for


def _remove_vectors(workshop: Workshop, left: Left) -> None:
    """Write the shards anew that hold activations of images which are no more; the old files go, and unnamed ones."""
    with workshop.database.read() as session:
        partly_named = activations.partly_named(session)
        of_set = {shard.set_id: activations.find_set(session, shard.set_id) for shard in partly_named}
    for shard in partly_named:
        with suppress(DamagedError, FileNotFoundError):  # for a check to tell of
            extraction.merge(workshop, of_set[shard.set_id], [shard])
    with workshop.database.read() as session:
        named = {shard.path for shard in activations.shards(session)}
    workshop.blobs.remove_shards(path for path in left.shards if path not in named)
    workshop.blobs.files.remove(unnamed_shards(workshop))
