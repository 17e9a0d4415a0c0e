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


_BETWEEN = N_("; ")
_VARYING = rf"(?:(?!{_BETWEEN}).)+?"
"""What may stand in a place: never the end of one message and the beginning of the next."""

PATTERNS = (
    N_("cancelled; what was done is kept"),
    N_("{images} of {wanted} images"),
    N_("{images} of {wanted} images (not stored: {kinds})"),
    N_("{images} images, version {version}"),
    N_("{new} extracted, {known} known ({backbone})"),
    N_("{new} extracted, {known} known, {failed} could not be read ({backbone})"),
    N_("the word and the background have their activations"),
    N_("{images} ranked"),
    N_("{images} ranked, unchanged"),
    N_("{images} images ranked"),
    N_("{images} images mapped"),
    N_("{images} images by {method}, {clusters} clusters (silhouette {silhouette}), {apart} outlier"),
    N_("{images} images by {method}, {clusters} clusters (silhouette {silhouette}), {apart} outliers"),
    N_("{images} images by {method}, {clusters} clusters (silhouette {silhouette}), {apart} outlier, unchanged"),
    N_("{images} images by {method}, {clusters} clusters (silhouette {silhouette}), {apart} outliers, unchanged"),
    N_("{some} of {images} images with objects"),
    N_("{word}: {some} of {images} images with regions"),
    N_("{word}: {some} of {images} images with regions, {failed} could not be read"),
    N_("regions found; {words}"),
    N_("{styles} style of {images} images"),
    N_("{styles} styles of {images} images"),
    N_("styles learned; {words}"),
    N_("{pictures} pictures"),
    N_("{pictures} pictures, {before} made before"),
    N_("{pictures} pictures, {failed} could not be stylised"),
    N_("{pictures} pictures, {failed} pictures could not be stylised"),
    N_("{pictures} pictures, {before} made before, {failed} pictures could not be stylised"),
    N_("{method} trained for {styles} styles; to use it: style.weights={file}"),
    N_("{method}: {styles} styles, {steps} steps"),
    N_("{classifiers} classifiers learned against {images} background images"),
    N_("fitted on {images} images ({backbone})"),
    N_("{words} words measured"),
    N_("{measured} measured, {unchanged} unchanged"),
    N_("{words} words told apart"),
    N_("{images} images in {file}"),
    N_("the first of {images}"),
    N_("none of them has a region yet"),
    N_("unknown word {value}: known: {known}"),
    N_("unknown word {value}: did you mean {nearest}? known: {known}"),
    N_("unknown {kind} {value}: known: {known}"),
    N_("unknown {kind} {value}: did you mean {nearest}? known: {known}"),
    N_("{word} is not ranked yet: run `mofu build {name}` first"),
    N_("{word} has no images: run `mofu crawl {name}` first"),
    N_("{word} has no regions yet: run `mofu segment {name}` first"),
    N_("{word} has no style yet: run `mofu style learn {name}` first"),
    N_("{word} was not measured yet: run `mofu visualness {name}`"),
    N_("no image of {word} has activations: run `mofu features {name}` first"),
    N_("no background to rank against: run `mofu background refresh` first"),
    N_("image {image} is no image of {word}: go back to the word and choose one"),
    N_("image {image}: expected the SHA-256 of an image of {word}"),
    N_("image {image}: expected one of this blind sample"),
    N_("region {number}: expected the number of a region of {word}"),
    N_("no segmentation {number} of {word}: go back to the regions"),
    N_("no export {file} of {word}: make it again on its page"),
    N_("{word} has no blind sample {number}: begin a new one"),
    N_(
        "{word} has {images} ranked images, expected at least {fewest} to learn from: "
        "run `mofu build {name} -n {more}` first"
    ),
    N_("nothing to undo: {who} has no step left on this word"),
    N_("nothing to redo: {who} has no step left on this word"),
    N_("nothing to undo: {who} has no verdict left on a region of {word}"),
    N_("nothing to redo: {who} has no verdict left on a region of {word}"),
    N_("step {step} is not the next to {action}, {newest} is: {who} judged in another window; load the page again"),
    N_("activations that ranking {number} was made by are gone: run `mofu rank` again"),
    N_("threshold {value}: expected a number above 0, and at most 1"),
    N_("score {value}: expected a range such as 0.25..0.5"),
    N_("score {value}: expected two numbers, the lesser first"),
    N_("{name} {value}: expected a number from 0 to {most}"),
    N_("no picture: upload one, or choose one of the library's"),
    N_("no style: choose at least one"),
    N_("region=paint: nothing is painted yet: paint on the picture, or fill a box on it"),
    N_("mix: expected at least one weight above 0"),
    N_("{words} words: at most {most} are compared here: run `mofu discriminate`"),
    N_("{words} word: expected two or more that can be told apart"),
    N_("images={images}: expected {least} to {most} of each word"),
    N_("job {number} is {state} already: expected one that waits or runs"),
    N_("job {number} is {state}: expected one that is partial, failed or cancelled"),
    N_("job {number} is a stage that a command runs: stop or repeat that command where it runs"),
    N_("{typed} is not {word}: nothing was purged; say the word itself"),
    N_(
        "{word} was deleted on {day} UTC: bring it back with `mofu words restore {slug}`, "
        "or free its name with `mofu words purge {name}`"
    ),
    N_("{sources} found nothing for {word}: try another spelling, --source, or --widen"),
    N_("none of the {hits} hits for {word} could be stored: {kinds}"),
    N_("the name {name} is taken: choose another"),
    N_("this is the last administrator: make somebody else one first"),
    N_("name {name}: expected 1 to {most} visible characters, none of {reserved}"),
    N_("{writer} is writing to the library at {folder}: wait for it, or use another with --library"),
    N_("no room left at {place} ({free} MB free): free some space, then run the same command again to go on"),
    N_("unexpected {kind}: {error}"),
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
    """A message in the language of the request, or several with `; ` between them; None where no pattern is its own."""
    for pattern, shape in _shapes():
        if found := shape.fullmatch(message):
            return str(gettext(pattern)).format(**found.groupdict())
    parts = [told(part) for part in message.split(_BETWEEN)] if _BETWEEN in message else [None]
    known = [part for part in parts if part is not None]
    return gettext(_BETWEEN).join(known) if len(known) == len(parts) else None


def said(message: str) -> str:
    """A message as scripts of a page show it: in the reader's language where it is known."""
    return message if language() == WRITTEN_IN else told(message) or message


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
    return "".join(f"(?P<{part}>{_VARYING})" if place % 2 else re.escape(part) for place, part in enumerate(fixed))
