"""A word's best images → its style packs → pictures in the style of the word.

What measures and what paints runs on torch; packs, their files, clusters, recipes and colours need none.
"""

from __future__ import annotations

from mofu.features import torch_extra


def require_torch() -> None:
    """Raise MissingPackageError where torch, by which styles are measured and painted, cannot be imported."""
    torch_extra.require_torch("styles of a word")
