"""The embedded web of procedural pictures, behind the shape of Openverse's search, on loopback and without quotas."""

from __future__ import annotations

from mofu.crawler.sources.base import Limits, register
from mofu.crawler.sources.openverse import Openverse


@register("demo")
class Demo(Openverse):
    """Asks the embedded web, which `mofu demo` serves."""

    own_url = "http://127.0.0.1:8765"

    @property
    def limits(self) -> Limits:
        """Openverse's anonymous pages, no quotas."""
        return Limits(page_size=20, max_hits=400)
