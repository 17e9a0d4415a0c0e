"""What views work with: the open library of the application, and words by the slugs of addresses."""

from __future__ import annotations

from flask import current_app

from mofu.db.words import WordRecord
from mofu.library import Library

EXTENSION = "mofu"


def library() -> Library:
    """The library that this server serves."""
    served: Library = current_app.extensions[EXTENSION]
    return served


def word_of(slug: str) -> WordRecord:
    """The word of an address.

    Raises:
        UnknownNameError: there is none: the page that says so lists the nearest.
    """
    return library().word(slug)
