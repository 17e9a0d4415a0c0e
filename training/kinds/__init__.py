"""The kinds of surface, a file a family; importing them in this order numbers them as the network learns them."""

from kinds import bands, lattices, grains, sheets, strokes  # isort: skip
from kinds.plane import KINDS

__all__ = ["KINDS", "bands", "grains", "lattices", "sheets", "strokes"]
