"""The name of a style that nobody knows, but a file has → one line that says what the file is not, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mofu.errors import InvalidInputError, UnknownNameError

SHOWN = 10
REMEDIES = {
    ".mofustyle": "to use a style pack, `mofu style import {file}` first, then name its word",
    ".png": "to make a picture as this one was made, give it to --recipe",
}
_OTHERWISE = "it is neither a style pack (.mofustyle) nor a stylised picture (.png)"


@contextmanager
def names_of_styles() -> Iterator[None]:
    """Around what looks styles up: a file that was given for one is told as such.

    Raises:
        InvalidInputError: the name is a file's.
        UnknownNameError: it is not, or something else is unknown.
    """
    try:
        yield
    except UnknownNameError as error:
        if not error.kind.startswith("style") or not Path(error.value).is_file():
            raise
        expected = "a word that has a style" if error.kind == "style" else f"a {error.kind}"
        remedy = REMEDIES.get(Path(error.value).suffix.lower(), _OTHERWISE).format(file=error.value)
        known = ", ".join(error.known[:SHOWN]) or "none yet"
        raise InvalidInputError(f"{error.value} is a file, expected {expected}: {remedy}; known: {known}") from error
