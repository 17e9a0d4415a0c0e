"""An address → what of a word's regions it asks for; a change of that → the address that asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from mofu.errors import UnknownNameError
from mofu.webui.incoming import number

PER_PAGE = 100
NONE = "none"
STATES = ("accept", "reject", NONE)
"""What regions can be filtered by: what people said of them, or nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    Attributes:
        path: of the page.
        segmentation: its number; None: the current one.
        state: one of `STATES`; None: all.
        compare: whether several segmentations are shown side by side.
        after: so many regions of what the filter leaves are before this page.
        limit: regions on a page.
        at: number of the region that shall have the focus, wherever it is.
    """

    path: str
    segmentation: int | None = None
    state: str | None = None
    compare: bool = False
    after: int = 0
    limit: int = PER_PAGE
    at: int | None = None

    def href(self, **changed: object) -> str:
        """The address of the same with some of it changed; it begins at the first page unless `after` is given."""
        asked = replace(self, **({"after": 0, "at": None} | changed))  # type: ignore[arg-type]  # fields by name
        pairs = {
            "segmentation": asked.segmentation, "state": asked.state, "compare": 1 if asked.compare else None,
            "limit": asked.limit if asked.limit != PER_PAGE else None, "after": asked.after, "at": asked.at,
        }  # fmt: skip
        query = urlencode({name: value for name, value in pairs.items() if value})
        return f"{asked.path}?{query}" if query else asked.path


def read(path: str, state: str, compare: bool) -> Asked:
    """What the address of this request asks for.

    Raises:
        UnknownNameError: no such state.
    """
    if state and state not in STATES:
        raise UnknownNameError("state of regions", state, STATES)
    return Asked(
        path,
        number("segmentation"),
        state or None,
        compare,
        max(0, number("after", 0)),
        min(max(1, number("limit", PER_PAGE)), PER_PAGE),
        number("at"),
    )
