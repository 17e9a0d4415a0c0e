"""The addresses of the list of words."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from mofu.webui.access import Right, needs
from mofu.webui.context import library
from mofu.webui.pages import page
from mofu.webui.words.reading import WordsPage, read

blueprint = Blueprint("words", __name__, template_folder="templates")


@blueprint.get("/")
@needs(Right.SEE)
def home() -> Response:
    """The words are the home."""
    return redirect("/words")


@page(blueprint, "/words", right=Right.SEE, template="words/words.html")
def listing() -> WordsPage:
    """Every word, or those that `q` finds; `before` is the cursor."""
    return read(library(), request.args.get("q", "").strip()[:200], request.args.get("before", type=int))
