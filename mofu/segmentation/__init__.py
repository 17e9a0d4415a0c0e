"""A word's images → the pixels that show the word, learned from what is said of whole images alone."""

from __future__ import annotations

from mofu.features import torch_extra


def require_torch() -> None:
    """Raise MissingPackageError where torch, on which all of this runs, cannot be imported."""
    torch_extra.require_torch("regions of a word")
