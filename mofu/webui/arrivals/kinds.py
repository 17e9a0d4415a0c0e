"""Kinds of failures → what they are called and what they mean, in the language of who asks."""

from __future__ import annotations

from flask_babel import gettext as _

from mofu.crawler.hits import Outcome


def meaning(kind: str) -> str:
    """One line for people: what happened, and what to do where something can be done."""
    meanings: dict[str, str] = {
        Outcome.HTTP: _("The server refused or no longer has it."),
        Outcome.NETWORK: _("The server could not be reached."),
        Outcome.TIMEOUT: _("The server was too slow."),
        Outcome.REDIRECT: _("The address led in circles, or too far."),
        Outcome.FORBIDDEN_ADDRESS: _("The address lies in a private network, where mofu does not go."),
        Outcome.ROBOTS: _("The site's robots.txt asks crawlers to stay away, and mofu does."),
        Outcome.OPT_OUT: _("The site asks that its pictures be left out of such collections."),
        Outcome.NOT_AN_IMAGE: _("What came is not a picture: often a page that says that it is gone."),
        Outcome.TRUNCATED: _("The transfer broke off."),
        Outcome.UNDECODABLE: _("The file is damaged or not what it says."),
        Outcome.TOO_LARGE: _("The file has more bytes or pixels than the settings allow."),
        Outcome.TOO_SMALL: _("The picture is smaller than the settings want."),
        Outcome.QUOTA: _("The server asked to slow down, again and again."),
        Outcome.DISK: _("A local file could not be read."),
        Outcome.LICENSE: _("Its licence is not among those that were asked for."),
    }
    return meanings.get(kind, "")
