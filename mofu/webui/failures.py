"""An error → a page (or data) that says what happened and what to do, with the status that fits."""

from __future__ import annotations

import logging

from flask import Flask, jsonify, render_template, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from mofu.errors import (
    ConflictError,
    DiskFullError,
    LibraryBusyError,
    MissingError,
    MofuError,
    NothingFoundError,
    PartialError,
    UnknownNameError,
    UsageError,
)
from mofu.webui import told
from mofu.webui.access import wants_json

_STATUS: tuple[tuple[type[MofuError], int], ...] = (
    (UnknownNameError, 404),
    (NothingFoundError, 404),
    (ConflictError, 409),
    (LibraryBusyError, 409),
    (UsageError, 400),
    (PartialError, 503),
    (MissingError, 503),
    (DiskFullError, 507),
    (MofuError, 500),
)

_log = logging.getLogger(__name__)


def status_of(error: MofuError) -> int:
    """The HTTP status that says what an error is."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def install(app: Flask) -> None:
    """Answer every error by one of our pages."""
    app.register_error_handler(MofuError, _of_ours)
    app.register_error_handler(CSRFError, _of_form)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unforeseen)


def _of_ours(error: MofuError) -> tuple[Response | str, int]:
    message = str(error)
    return _answer(type(error).__name__, told.said(message), status_of(error), shown=told.marked(message))


def _of_form(error: CSRFError) -> tuple[Response | str, int]:
    del error
    message = _("This form is out of date or did not come from these pages. Go back, reload the page and try again.")
    return _answer("CSRFError", message, 400)


def _of_http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    return _answer(type(error).__name__, _messages().get(status, error.description or error.name), status)


def _unforeseen(error: Exception) -> tuple[Response | str, int]:
    _log.exception("unforeseen error", exc_info=error)
    return _answer(InternalServerError.__name__, _messages()[500], 500)


def _messages() -> dict[int, str]:
    return {
        401: _("You are not logged in, or your session has ended. Log in and try again; nothing you did is lost."),
        403: _("Your role does not allow this. Ask an administrator of this library."),
        404: _("There is nothing at this address. It may have been deleted or renamed."),
        405: _("This address does not take this kind of request."),
        413: _("What was sent is too large."),
        429: _("Too many tries. Wait a little and try again."),
        500: _("Something went wrong on the server. It is written in its log; nothing that was acknowledged is lost."),
    }


def _answer(kind: str, message: str, status: int, shown: Markup | None = None) -> tuple[Response | str, int]:
    if wants_json():
        error = {"kind": kind, "message": message} | ({"login": url_for("people.login")} if status == 401 else {})
        return jsonify({"error": error}), status
    return render_template("error.html", kind=kind, message=shown or message, status=status), status
