"""Soft masks and the picture they were found in → masks that follow the picture's own edges."""

from mofu.segmentation.refinement.registry import REFINEMENTS, Probabilities, identity, names, refine

__all__ = ["REFINEMENTS", "Probabilities", "identity", "names", "refine"]
