"""`/words`: every word of the library as a card, searched in kana, kanji and romaji."""

from mofu.webui.words.views import blueprint

__all__ = ["blueprint"]
