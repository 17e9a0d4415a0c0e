"""How visual words are: a table and a plot of all of them, and the pictures that each number rests on."""

from mofu.webui.visualness.views import blueprint

__all__ = ["blueprint"]
