"""WORD… or --all → the words of the library that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mofu.errors import NothingFoundError

if TYPE_CHECKING:
    from mofu.db.words import WordRecord
    from mofu.library import Library


def choose(
    library: Library, words: Sequence[str], everything: bool, language: str | None, noun: str
) -> list[WordRecord]:
    """The words named, or all.

    Raises:
        click.UsageError: neither or both are given.
        UnknownNameError: the library has no such word.
        NothingFoundError: all are meant and there is none.
    """
    if bool(words) == everything:
        raise click.UsageError("expected WORD..., or --all for every word of the library.")
    if not everything:
        return [library.word(text, language, noun) for text in words]
    found = library.words()
    if not found:
        raise NothingFoundError(f"the library at {library.root} has no word: make one with `mofu build WORD`")
    return found
