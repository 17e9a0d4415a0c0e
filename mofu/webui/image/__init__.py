"""An image of a word → all that is known of it: where it is from, where it stands and why, what looks like it."""

from mofu.webui.image.views import blueprint

__all__ = ["blueprint"]
