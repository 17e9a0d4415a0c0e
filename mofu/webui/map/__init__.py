"""A word's map: its images in the plane, to be circled, and the list of their clusters, which chooses the same."""

from mofu.webui.map.views import blueprint

__all__ = ["blueprint"]
