"""`/words/W/export`: what an export would hold, asking for one, and those that were made."""

from mofu.webui.export.views import blueprint

__all__ = ["blueprint"]
