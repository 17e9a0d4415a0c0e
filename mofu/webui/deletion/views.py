"""The addresses of what is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mofu.db.deletion import Belongings, DeletedWord
from mofu.db.words import WordRecord
from mofu.errors import UsageError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.context import library, word_of
from mofu.webui.incoming import sent
from mofu.webui.pages import action, data, page
from mofu.webui.told import said

blueprint = Blueprint("deletion", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class ToDelete:
    """A word that is about to be put away, and what hangs on it."""

    word: WordRecord
    belongings: Belongings


@dataclass(frozen=True, slots=True)
class Deleted:
    """A word that can be restored, and what would be gone if it were purged."""

    word: WordRecord
    deleted_at: datetime
    belongings: Belongings


@dataclass(frozen=True, slots=True)
class DeletedPage:
    """Everything that can be restored."""

    words: tuple[Deleted, ...]


@page(blueprint, "/words/<slug:slug>/delete", right=Right.CURATE, template="deletion/delete.html")
def asked(slug: str) -> ToDelete:
    """What deleting a word means."""
    word = word_of(slug)
    return ToDelete(word, library().belongings(word))


@action(blueprint, "/words/<slug:slug>/delete", right=Right.CURATE, answers=DeletedWord)
def delete(slug: str) -> Response:
    """Put a word away."""
    deleted = library().delete(word_of(slug), who=the_person().name)
    if wants_json():
        return data(deleted)
    flash(_("%(word)s is deleted. It can be restored here.", word=deleted.word.text))
    return redirect("/deleted", 303)


@page(blueprint, "/deleted", right=Right.CURATE, template="deletion/deleted.html")
def listing() -> DeletedPage:
    """The words that can be restored, the last deleted first."""
    there = library().deleted()
    return DeletedPage(tuple(Deleted(d.word, d.deleted_at, library().belongings(d.word)) for d in there))


@action(blueprint, "/deleted/<slug:slug>/restore", right=Right.CURATE, answers=WordRecord)
def restore(slug: str) -> Response:
    """Bring a word back."""
    word = library().restore(slug, who=the_person().name)
    if wants_json():
        return data(word)
    flash(_("%(word)s is back as it was.", word=word.text))
    return redirect(f"/words/{word.slug}", 303)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The word's text, typed again."""

    confirm: str


@action(blueprint, "/deleted/<slug:slug>/purge", right=Right.ADMINISTER, body=Confirmation, answers=Belongings)
def purge(slug: str) -> Response:
    """Drop a word for good, where its name was typed."""
    confirm = sent().get("confirm", "")
    try:
        taken = library().purge(slug, confirm=str(confirm).strip(), who=the_person().name)
    except UsageError as error:
        if wants_json():
            raise
        return make_response(
            render_template("deletion/deleted.html", page=listing(), wrong=slug, error=said(str(error))), 400
        )
    if wants_json():
        return data(taken)
    flash(_("Purged: %(images)s images and %(verdicts)s verdicts are gone for good.", images=taken.own_images,
            verdicts=taken.verdicts))  # fmt: skip
    return redirect("/deleted", 303)
