"""What a page's owner said about machines: X-Robots-Tag with noai, noimageai, noindex or noimageindex means no."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mofu.crawler.hits import HitFailure, Outcome

REFUSALS = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})
AGENTS = frozenset({"mofu", "*"})
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
"""Rules that have a value after a colon, where other names before one are agents."""
_AGENT_NAME = re.compile(r"[\w*.-]+")


def check_opt_out(values: Iterable[str]) -> None:
    """Judge X-Robots-Tag headers; what is said to another agent (`googlebot: noindex`) does not concern us.

    An agent's name holds for the rules after it, up to the next name or the header's end.

    Raises:
        HitFailure: (opt-out) the owner asks machines like us to leave the image alone.
    """
    for value in values:
        concerns_us = True
        for part in value.lower().split(","):
            name, colon, rest = (piece.strip() for piece in part.partition(":"))
            if colon and name not in _VALUED and _AGENT_NAME.fullmatch(name):
                concerns_us, name = name in AGENTS, rest
            if concerns_us and name in REFUSALS:
                raise HitFailure(Outcome.OPT_OUT, f"X-Robots-Tag: {name}")
