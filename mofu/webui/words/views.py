"""The addresses of the list of words."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from mofu.webui.access import Right, needs
from mofu.webui.context import library
from mofu.webui.incoming import number
from mofu.webui.pages import page
from mofu.webui.words.reading import WordsPage, read

blueprint = Blueprint("words", __name__, template_folder="templates")


@blueprint.get("/")
@needs(Right.SEE)
def home() -> Response:
    """The words are the home."""
    return redirect("/words")


@dataclass(frozen=True, slots=True)
class WordsQuery:
    """Which words.

    Attributes:
        q: what is searched for, in kana, kanji or romaji; empty: every word.
        before: the cursor: `next` of the page before.
    """

    q: str = ""
    before: int | None = None


@page(blueprint, "/words", right=Right.SEE, template="words/words.html", query=WordsQuery)
def listing() -> WordsPage:
    """Every word, or those that `q` finds; `before` is the cursor."""
    return read(library(), request.args.get("q", "").strip()[:200], number("before"))
