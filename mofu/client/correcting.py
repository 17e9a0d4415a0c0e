"""A word on a server that is being corrected: the order that verdicts make, what to judge next, making it current."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.client.records import Preview, Word
from mofu.client.wire import Wire, at


@dataclass(frozen=True, slots=True)
class _Proposals:
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Applied:
    ranking: int


class RemoteCorrection:
    """A word opened for correction; what its ranking is made of stays in the server's memory between verdicts."""

    def __init__(self, wire: Wire, word: Word) -> None:
        self.word, self._wire = word, wire

    def preview(self) -> Preview:
        """The order with the verdicts that stand now; nothing is stored.

        Raises:
            NothingFoundError: the word is not ranked.
        """
        return self._wire.get(Preview, at("words", self.word.slug, "preview.json"))

    def save(self) -> int:
        """Make that order the word's current ranking; its number. The same again changes nothing."""
        return self._wire.post(_Applied, at("words", self.word.slug, "apply"), can_repeat=True).ranking

    def next_to_judge(self, count: int = 10) -> tuple[str, ...]:
        """SHA-256 of the images whose verdicts would say most, the most telling first; at most a hundred."""
        return self._wire.get(_Proposals, at("words", self.word.slug, "next.json"), count=count).images
