"""Redirects by hand: each hop is a new address to be judged, never twice the same, never more than so many."""

from __future__ import annotations

from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome

STATUS = frozenset({301, 302, 303, 307, 308})


class RedirectPolicy:
    """The hops of one fetch."""

    def __init__(self, longest: int, first: URL) -> None:
        self._longest = longest
        self._seen = {first}

    def next_hop(self, here: URL, location: str | None) -> URL:
        """Where a redirect leads, as an absolute address that is yet to be judged.

        Raises:
            HitFailure: (redirect) nowhere, in a circle, or too far.
        """
        if not location:
            raise HitFailure(Outcome.REDIRECT, "a redirect without a Location")
        try:
            target = here.join(URL(location)).with_fragment(None)
        except ValueError as error:
            raise HitFailure(Outcome.REDIRECT, f"a redirect to {location[:200]!r}: {error}") from error
        if target in self._seen:
            raise HitFailure(Outcome.REDIRECT, f"a redirect in a circle, to {str(target)[:200]}")
        if len(self._seen) > self._longest:
            raise HitFailure(Outcome.REDIRECT, f"more than {self._longest} redirects")
        self._seen.add(target)
        return target
