"""Text of strangers → text that a reader, a Markdown page or a spreadsheet takes as text and as nothing else."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKDOWN = re.compile(r"[\\`*_\[\]|~$#!@{}]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_FORMULA_STARTS = tuple("=+-@＝＋－＠")


def one_line(text: str | None) -> str:
    """The text on one line, without control characters and without marks that turn the reading direction."""
    visible = (" " if character.isspace() else character for character in text or "")
    kept = (c for c in visible if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDI_CONTROLS)
    return " ".join("".join(kept).split())


def markdown(text: str | None) -> str:
    """The text on one line, such that Markdown shows it letter by letter: no markup, no tag, no link of its own."""
    line = _MARKDOWN.sub(lambda match: "\\" + match[0], one_line(text))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def csv_cell(text: str | None) -> str:
    """The text on one line, such that a spreadsheet never takes it for a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def web_link(url: str | None) -> str | None:
    """The address when it is one of the web (http, https), with every character that could end a link quoted."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return quote(one_line(url), safe="%/:?#@!$&*+,;=~-._[]")
