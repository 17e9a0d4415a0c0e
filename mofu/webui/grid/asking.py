"""An address → what of a word's grid it asks for; a change of that → the address that asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from mofu.errors import InvalidInputError, UnknownNameError

PER_PAGE = 1000
STATES = ("accept", "reject", "unsure", "none", "conflict")
"""What images can be filtered by: what stands on them, nothing, or that people disagree."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    Attributes:
        path: of the page.
        order: its name; empty: the page's own.
        scores: the least and the greatest score that is shown; None: all.
        state: one of `STATES`; None: all.
        after: so many images of what the filters leave are before this page.
        limit: images on a page.
        at: SHA-256 of the image that shall have the focus, wherever it is.
    """

    path: str
    order: str = ""
    scores: tuple[float, float] | None = None
    state: str | None = None
    after: int = 0
    limit: int = PER_PAGE
    at: str | None = None

    def href(self, **changed: object) -> str:
        """The address of the same with some of it changed; it begins at the first page unless `after` is given."""
        asked = replace(self, **({"after": 0, "at": None} | changed))  # type: ignore[arg-type]  # fields by name
        scores = f"{asked.scores[0]:.6g}..{asked.scores[1]:.6g}" if asked.scores else None
        limit = asked.limit if asked.limit != PER_PAGE else None
        pairs = {"order": asked.order, "score": scores, "verdict": asked.state, "limit": limit,
                 "after": asked.after, "at": asked.at}  # fmt: skip
        query = urlencode({name: value for name, value in pairs.items() if value})
        return f"{asked.path}?{query}" if query else asked.path

    def covers(self, score: float | None) -> bool:
        """Whether a score is in the range; addresses round its ends to six digits."""
        if self.scores is None:
            return True
        slack = 1e-5 * max(1.0, *map(abs, self.scores))
        return score is not None and self.scores[0] - slack <= score <= self.scores[1] + slack

    @property
    def is_whole(self) -> bool:
        """Whether no filter leaves anything out."""
        return self.scores is None and self.state is None


def read(path: str, arguments: MultiDict[str, str]) -> Asked:
    """What an address asks for.

    Raises:
        InvalidInputError: a number or a range is none.
        UnknownNameError: no such state.
    """
    state = arguments.get("verdict") or None
    if state is not None and state not in STATES:
        raise UnknownNameError("verdict", state, STATES)
    return Asked(
        path, arguments.get("order", ""), _range(arguments.get("score", "")), state,
        _number(arguments, "after", 0, 10**9), max(1, _number(arguments, "limit", PER_PAGE, PER_PAGE)),
        arguments.get("at") or None,
    )  # fmt: skip


def _range(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        low, high = (float(end) for end in text.split(".."))
    except ValueError as error:
        raise InvalidInputError(f"score {text[:40]!r}: expected a range such as 0.25..0.5") from error
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        raise InvalidInputError(f"score {text[:40]!r}: expected two numbers, the lesser first")
    return low, high


def _number(arguments: MultiDict[str, str], name: str, default: int, most: int) -> int:
    text = arguments.get(name, "")
    if text and not text.isdecimal():
        raise InvalidInputError(f"{name} {text[:40]!r}: expected a number from 0 to {most}")
    return min(int(text), most) if text else default
