"""The corrections that a server keeps open between requests."""

from __future__ import annotations

from flask import current_app

from mofu.db.words import WordRecord
from mofu.webui.context import library
from mofu.workers.correcting import Preview
from mofu.workers.open_corrections import OpenCorrections

CORRECTIONS = "mofu.corrections"


def corrections() -> OpenCorrections:
    """The corrections that this server keeps open."""
    kept: OpenCorrections = current_app.extensions.setdefault(CORRECTIONS, OpenCorrections(library().workshop))
    return kept


def preview_of(word: WordRecord) -> Preview:
    """A word's order with the verdicts of now."""
    return corrections().preview(word)
