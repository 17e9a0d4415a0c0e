"""`/words/W/delete` and `/deleted`: words put away, brought back, and dropped for good by typing their names."""

from mofu.webui.deletion.views import blueprint

__all__ = ["blueprint"]
