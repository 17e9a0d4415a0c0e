"""Words × words: how well pictures tell them apart, by activations and by colour, and which were confused."""

from mofu.webui.compare.views import blueprint

__all__ = ["blueprint"]
