"""`/new`: words → jobs that build them, after a look at what that will cost."""

from mofu.webui.new.views import blueprint

__all__ = ["blueprint"]
