"""`/words/<slug>/failures`: what became of a word's hits: what arrived, what did not, and why."""

from mofu.webui.arrivals.views import blueprint

__all__ = ["blueprint"]
