"""The address of an image of a word."""

from __future__ import annotations

from flask import Blueprint

from mofu.webui.access import Right
from mofu.webui.context import library, word_of
from mofu.webui.image.reading import ImagePage, read
from mofu.webui.pages import page

blueprint = Blueprint("image", __name__, template_folder="templates")


@page(blueprint, "/words/<slug:slug>/image/<slug:sha256>", right=Right.SEE, template="image/image.html")
def image(slug: str, sha256: str) -> ImagePage:
    """One image of a word, named by its SHA-256."""
    return read(library(), word_of(slug), sha256)
