"""A path of the cache whose file is brought there when the system asks for it: whoever reads it need not know."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

if sys.platform == "win32":
    from pathlib import WindowsPath as _Path
else:
    from pathlib import PosixPath as _Path


class BroughtPath(_Path):
    """A path to read: opening it, or asking whether it is there, has its file brought first; printing it does not.

    Paths that are made of it (`parent`, `with_suffix`) are plain ones.
    """

    _bring: Callable[[], None] | None = None

    @classmethod
    def of(cls, place: Path, bring: Callable[[], None]) -> Self:
        """The path of a place whose file `bring` makes sure of, if there is one at all."""
        path = cls(place)
        path._bring = bring
        return path

    def __fspath__(self) -> str:
        """What the system is given; by now the file is there."""
        if self._bring is not None:
            self._bring()
        return str(self)
