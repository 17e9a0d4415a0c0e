"""mofu: from a word to a clean, licensed, explained image dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mofu.library import Library

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(location: str = "mofu-library", **settings: Any) -> Library:  # noqa: A001 - `mofu.open` reads as what it does
    """Open (or make) the library at a folder; see `mofu.library.Library.open` for settings, e.g. `crawler={...}`."""
    from mofu.library import Library

    return Library.open(location, **settings)
