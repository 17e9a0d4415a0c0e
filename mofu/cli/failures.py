"""An error → one line (or one JSON object) on stderr, and the exit status that says so to a script."""

from __future__ import annotations

import json
import traceback

import click

from mofu.errors import NO_ROOM, InterruptedWork, MofuError, UnknownNameError

INTERRUPTED = InterruptedWork("interrupted: what was done is kept; run the same command again to go on")

_REMEDIES = {
    "word": "; `mofu build {}` makes it",
    "deleted word": "; only a word that `mofu words delete` put away can be restored or purged",
}
"""What to do about a name that is unknown, by its kind, where the known ones do not say it."""


def tell(error: Exception, *, as_json: bool, debug: bool, word: str | None = None) -> int:
    """Say on stderr what went wrong; the exit status.

    Args:
        as_json: write `{"error": {"kind", "message", "exit_code"}}` in place of a line.
        debug: write the traceback before it.
        word: the word that it befell, where a call names several.
    """
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()  # the help, which is no error's one line
        return error.exit_code
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    code, message = _exit_code(error), _message(error)
    if as_json:
        told = {"kind": type(error).__name__, "message": message, "exit_code": code} | ({"word": word} if word else {})
        click.echo(json.dumps({"error": told}, ensure_ascii=False), err=True)
    else:
        click.echo(f"mofu: {word}: {message}" if word else f"mofu: {message}", err=True)
    return code


def _exit_code(error: Exception) -> int:
    if isinstance(error, MofuError | click.ClickException):
        return error.exit_code
    return 1


def _message(error: Exception) -> str:
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "mofu"
        return f"{_plainly(_one_line(error.format_message()))} Try '{command} --help'."
    if isinstance(error, click.ClickException):
        return _one_line(error.format_message())
    if isinstance(error, UnknownNameError):
        return _one_line(str(error)) + _REMEDIES.get(error.kind, "").format(error.value)
    if isinstance(error, MofuError):
        return _one_line(str(error))
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        place = error.filename or "where the output goes"
        return f"no room left at {place}: make some, then run the same command again; what was done is kept"
    return f"unexpected {type(error).__name__}: {_one_line(str(error))}: run with --debug for the traceback"


def _plainly(message: str) -> str:
    """Click's names of types in words; the range stands in the help."""
    told = message.replace("is not a valid integer range", "is not a whole number")
    return told.replace("is not a valid float range", "is not a number")


def _one_line(text: str) -> str:
    return " ".join(text.split())
