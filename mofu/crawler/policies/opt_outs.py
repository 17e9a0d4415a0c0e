"""What a page's owner said about machines: X-Robots-Tag with noai, noimageai, noindex or noimageindex means no."""

from __future__ import annotations

from collections.abc import Iterable

from mofu.crawler.hits import HitFailure, Outcome

REFUSALS = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})
AGENT = "mofu"


def check_opt_out(values: Iterable[str]) -> None:
    """Judge X-Robots-Tag headers; a rule for another agent (`googlebot: noindex`) does not concern us.

    Raises:
        HitFailure: (opt-out) the owner asks machines like us to leave the image alone.
    """
    for value in values:
        agent, colon, rules = value.partition(":")
        if not colon or "," in agent:
            rules = value
        elif agent.strip().lower() != AGENT:
            continue
        said = {rule.strip().lower() for rule in rules.split(",")} & REFUSALS
        if said:
            raise HitFailure(Outcome.OPT_OUT, f"X-Robots-Tag: {min(said)}")
