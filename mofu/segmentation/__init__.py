"""A word's images → the pixels that show the word, learned from what is said of whole images alone."""

from __future__ import annotations

import importlib

from mofu.errors import MissingPackageError


def require_torch() -> None:
    """Raise MissingPackageError where torch, on which all of this runs, cannot be imported."""
    for package in ("torch", "torchvision"):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingPackageError(f"regions of a word need {package}: pip install 'mofu[torch]'") from error
