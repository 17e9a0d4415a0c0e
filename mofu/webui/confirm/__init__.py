"""A blind second look at a random sample of a word's first images: one picture at a time, ranks and scores hidden."""

from mofu.webui.confirm.views import blueprint

__all__ = ["blueprint"]
