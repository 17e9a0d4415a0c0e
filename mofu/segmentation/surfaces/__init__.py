"""Pictures of words → whole surfaces that show them: trees of regions, and a classifier of their nodes."""

from mofu.segmentation.surfaces.classifier import SurfaceClassifier
from mofu.segmentation.surfaces.settings import SurfaceSettings
from mofu.segmentation.surfaces.training import train_surfaces

__all__ = ["SurfaceClassifier", "SurfaceSettings", "train_surfaces"]
