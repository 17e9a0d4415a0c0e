"""`/help`: every key, and what the pages are for. `/health`: whether the server answers.

`/openapi.json`: what scripts can ask, for the tools that read such descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, send_file
from flask_babel import gettext as _

from mofu import __version__
from mofu.db.facts import facts
from mofu.webui.access import Right, needs
from mofu.webui.context import library
from mofu.webui.pages import action, page

blueprint = Blueprint("help", __name__, template_folder="templates")

_DESCRIPTION = Path(__file__).parents[1] / "openapi.json"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, or several, and what it does."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True)
class Help:
    """The key map, by where it holds."""

    keys: dict[str, tuple[Key, ...]]


@page(blueprint, "/help", right=Right.ANYONE, template="help/help.html")
def show() -> Help:
    """Every key."""
    return Help(
        {_("Everywhere"): _everywhere(), _("At the grid"): _at_the_grid(), _("At the regions"): _at_the_regions()}
    )


def _everywhere() -> tuple[Key, ...]:
    return (Key(("?",), _("this page")), Key(("Tab",), _("to the next control")))


def _at_the_grid() -> tuple[Key, ...]:
    return (
        Key(("←", "→", "↑", "↓"), _("to the next picture")),
        Key(("Home", "End", "PgUp", "PgDn"), _("to the first, the last, a screen up or down")),
        Key(tuple("0123456789"), _("to a tenth of the list")),
        Key(("A",), _("accept: it shows the word")),
        Key(("X",), _("reject: it does not")),
        Key(("S",), _("unsure")),
        Key(("U",), _("clear: as if nothing had been said")),
        Key(("Space",), _("select, or no longer")),
        Key(("Shift", "←", "→", "↑", "↓"), _("extend the selection")),
        Key(("Ctrl", "A"), _("select the page; again: all")),
        Key(("Enter",), _("open the loupe")),
        Key(("Esc",), _("close the loupe, or drop the selection")),
        Key(("Z",), _("undo")),
        Key(("Shift", "Z"), _("redo")),
        Key(("R",), _("rank again by the verdicts so far")),
        Key(("N",), _("to the picture whose verdict would say most")),
        Key(("M",), _("the map")),
    )


def _at_the_regions() -> tuple[Key, ...]:
    return (
        Key(("←", "→", "↑", "↓"), _("to the next region")),
        Key(("A",), _("accept: the region is where the word is")),
        Key(("X",), _("reject: it is not")),
        Key(("U",), _("clear: as if nothing had been said")),
        Key(("[", "]"), _("a lower or a higher threshold: a larger or a smaller region")),
        Key(("Enter",), _("open the loupe")),
        Key(("Z",), _("undo")),
        Key(("Shift", "Z"), _("redo")),
    )


@dataclass(frozen=True, slots=True)
class Health:
    """Whether this server and its database answer; what a proxy or a supervisor asks."""

    version: str
    schema: str


@action(blueprint, "/health", right=Right.ANYONE, methods=("GET",))
def health() -> Health:
    """Answered while the database does; an error otherwise."""
    return Health(__version__, facts(library().database).schema)


@blueprint.get("/openapi.json")
@needs(Right.ANYONE)
def openapi() -> Response:
    """What scripts can ask; the same for every library, so that nothing of this one is told."""
    return send_file(_DESCRIPTION, "application/json")
