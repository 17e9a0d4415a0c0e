"""A message in English, as logs and scripts have it → the same in the reader's language, where it is known.

Errors and jobs say what they say once, below the pages and in English. A page recognises a message by its pattern,
which is a text of the catalogue like any other; what matches none stays as it is, marked as English.
"""

from __future__ import annotations

import re
from functools import cache

from flask import Flask
from flask_babel import gettext
from markupsafe import Markup, escape

from mofu.webui.languages import language

WRITTEN_IN = "en"
_PLACE = re.compile(r"\{(\w+)\}")


def N_(text: str) -> str:  # noqa: N802 - the name by which Babel finds texts that are translated later
    """Mark a text for the catalogue."""
    return text


PATTERNS = (
    N_("cancelled; what was done is kept"),
    N_("{images} of {wanted} images"),
    N_("{images} of {wanted} images (not stored: {kinds})"),
    N_("{images} images, version {version}"),
    N_("{new} extracted, {known} known ({backbone})"),
    N_("the word and the background have their activations"),
    N_("{images} ranked"),
    N_("{images} ranked, unchanged"),
    N_("{images} images ranked"),
    N_("{images} images mapped"),
    N_("{word}: {some} of {images} images with regions"),
    N_("regions found; {words}"),
    N_("{styles} style of {images} images"),
    N_("{styles} styles of {images} images"),
    N_("styles learned; {words}"),
    N_("{pictures} pictures"),
    N_("{pictures} pictures, {before} made before"),
    N_("{words} words measured"),
    N_("{measured} measured, {unchanged} unchanged"),
    N_("{words} words told apart"),
    N_("{images} images in {file}"),
    N_("unknown word {value}: known: {known}"),
    N_("unknown word {value}: did you mean {nearest}? known: {known}"),
    N_("unknown {kind} {value}: known: {known}"),
    N_("unknown {kind} {value}: did you mean {nearest}? known: {known}"),
    N_("{word} is not ranked yet: run `mofu build {name}` first"),
    N_("{word} has no images: run `mofu crawl {name}` first"),
    N_("{word} has no regions yet: run `mofu segment {name}` first"),
    N_("no image of {word} has activations: run `mofu features {name}` first"),
    N_("no background to rank against: run `mofu background refresh` first"),
    N_("image {image} is no image of {word}: go back to the word and choose one"),
    N_("no segmentation {number} of {word}: go back to the regions"),
    N_("{word} has no blind sample {number}: begin a new one"),
    N_(
        "{word} has {images} ranked images, expected at least {fewest} to learn from: "
        "run `mofu build {name} -n {more}` first"
    ),
    N_("nothing to {action}: {who} has no verdict left on a region of {word}"),
    N_("{word} is not a word: expected visible characters"),
    N_("a word of {length} characters: expected at most 200"),
    N_("{backbone} is not installed here: pip install 'mofu[{extra}]', or choose another"),
    N_("licence {licence} leaves none: expected codes that allow the uses named with them"),
    N_("a password of {length} characters: expected {shortest} to {longest}, e.g. four words"),
    N_("a password that is guessed at once: expected neither the name nor one letter repeated"),
)
"""Messages that pages show, with names for what varies in them."""


def install(app: Flask) -> None:
    """Give templates the filter `told`."""
    app.jinja_env.filters["told"] = marked


def told(message: str) -> str | None:
    """A message in the language of the request; None where no pattern is its own."""
    for pattern, shape in _shapes():
        if found := shape.fullmatch(message):
            return str(gettext(pattern)).format(**found.groupdict())
    return None


def marked(message: str) -> Markup:
    """A message as a page shows it: in the reader's language, or marked as English."""
    if language() == WRITTEN_IN:
        return escape(message)
    translated = told(message)
    return Markup('<span lang="{}">{}</span>').format(WRITTEN_IN, message) if translated is None else escape(translated)


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each pattern and what it matches; those that fix most come first, so that none hides behind a shorter one."""
    ordered = sorted(PATTERNS, key=lambda pattern: -len(_PLACE.sub("", pattern)))
    return tuple((pattern, re.compile(_shape(pattern), re.DOTALL)) for pattern in ordered)


def _shape(pattern: str) -> str:
    fixed = _PLACE.split(pattern)
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(fixed))
