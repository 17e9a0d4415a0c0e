"""mofu: from a word to a clean, licensed, explained image dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mofu.client import RemoteLibrary
    from mofu.library import Library

__version__ = "0.1.0"
__all__ = ["__version__", "connect", "open"]


def open(location: str = "mofu-library", **settings: Any) -> Library:  # noqa: A001 - `mofu.open` reads as what it does
    """Open (or make) the library at a folder; see `mofu.library.Library.open` for settings, e.g. `crawler={...}`."""
    from mofu.library import Library

    return Library.open(location, **settings)


def connect(url: str, token: str | None = None, *, allow_http: bool = False) -> RemoteLibrary:
    """Work on the library that a server serves as on one of one's own; see `mofu.client.connect`."""
    from mofu.client import connect

    return connect(url, token, allow_http=allow_http)
