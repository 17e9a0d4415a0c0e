"""A word that was purged → every copy of what only it had, gone: files, exports, vectors, what was set aside."""

from __future__ import annotations

import re
from contextlib import suppress

from mofu.db import activations
from mofu.db.blobs import original_name, thumbnail_name
from mofu.db.files import quarantined
from mofu.db.purging import Purged
from mofu.db.words import WordRecord
from mofu.errors import DamagedError
from mofu.workers import extraction, region_check, style_check, word_classifiers
from mofu.workers.file_check import QUARANTINE
from mofu.workers.verbs.delivering import FOLDER as EXPORTS
from mofu.workers.verbs.delivering import remove
from mofu.workers.workshop import Workshop


def remove_files(workshop: Workshop, purged: Purged) -> None:
    """Remove what no row names any more."""
    images = [(image.sha256, image.format) for image in purged.images]
    workshop.blobs.remove_images(images)
    for sha256, image_format in images:
        for name in (original_name(sha256, image_format), thumbnail_name(sha256)):
            quarantined(workshop.root / QUARANTINE, name).unlink(missing_ok=True)
    region_check.remove_unnamed(workshop, purged.maps, purged.classifiers)
    style_check.remove_unnamed(workshop, purged.style)
    _remove_vectors(workshop)
    for learned in (workshop.root / word_classifiers.FOLDER).glob("*.npz"):
        learned.unlink(missing_ok=True)  # of all words, made anew when they are asked for


def remove_exports(workshop: Workshop, word: WordRecord) -> None:
    """Remove the exports of a word, and what killed ones have left: before its rows go, by which they are known."""
    name = re.compile(rf"\.?{re.escape(word.slug)}-[0-9a-f]{{8}}(\..*)?")
    folder = workshop.root / EXPORTS
    for path in folder.iterdir() if folder.is_dir() else ():
        if name.fullmatch(path.name):
            remove(path)


def _remove_vectors(workshop: Workshop) -> None:
    """Write the shards anew that hold activations of images which are no more."""
    with workshop.database.read() as session:
        partly_named = activations.partly_named(session)
        of_set = {shard.set_id: activations.find_set(session, shard.set_id) for shard in partly_named}
    for shard in partly_named:
        with suppress(DamagedError, FileNotFoundError):  # for a check to tell of
            extraction.merge(workshop, of_set[shard.set_id], [shard])
