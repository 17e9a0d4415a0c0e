"""What a library's pictures and words have in common: neighbours, maps, how well words can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mofu.db.words import WordRecord
from mofu.library.mining import Mining

if TYPE_CHECKING:
    from mofu.workers.describing import Descriptions
    from mofu.workers.discriminating import Discrimination
    from mofu.workers.exploration import WordMap
    from mofu.workers.similar import SimilarImage


class Exploring(Mining):
    """Questions to a library that a backbone answers."""

    def similar(
        self, image: str | Path, *, n: int = 20, word: str | WordRecord | None = None, backbone: Any = None
    ) -> list[SimilarImage]:
        """The n images that look most like one (a picture file, or the SHA-256 of an image here), near-duplicates once.

        Args:
            word: only among its images; None: among all that have activations.

        Raises:
            InvalidInputError: there is no such image.
            NothingFoundError: there are no activations to compare with.
        """
        from mofu.workers.similar import similar

        within = None if word is None else self._word(word)
        return similar(self.workshop, image, self.backbone(backbone), n, within)

    def describe(self, *pictures: str | Path, top: int = 5, prior: float = 0.1, backbone: Any = None) -> Descriptions:
        """Which of the library's words picture files look like, and how likely.

        Args:
            top: words told of each picture, at most.
            prior: the chance, before looking, that a picture shows a word; between 0 and 1.

        Raises:
            InvalidInputError: no picture can be read; one among others that cannot is told in the answer.
            NothingFoundError: no word can be held against a picture.
            MissingError: there is no background, or it has no activations.
        """
        from mofu.workers.describing import describe

        return describe(self.workshop, [Path(each) for each in pictures], self.backbone(backbone), top, prior)

    def map(self, word: str | WordRecord, *, backbone: Any = None) -> WordMap:
        """A word's images in the plane, their clusters and outliers; kept while what it is made of has not changed.

        Args:
            backbone: by whose activations; None: by those of the word's ranking.

        Raises:
            NothingFoundError: the word has no activations.
        """
        from mofu.workers.exploration import current_set, map_word
        from mofu.workers.extraction import activation_set

        record = self._word(word)
        with self.writing() as workshop:
            of_set = current_set(workshop, record) if backbone is None else None
            return map_word(workshop, record, of_set or activation_set(workshop, self.backbone(backbone)))

    def discriminate(
        self,
        noun: str,
        words: Sequence[str],
        *,
        images: int = 50,
        backbone: Any = None,
        language: str | None = None,
    ) -> Discrimination:
        """How well the pictures of a noun's words can be told apart; an empty noun means words that stand alone.

        Raises:
            UsageError: fewer than two words.
            MissingError: words that are not ranked or have too few images; names the command that makes them.
        """
        from mofu.workers.discriminating import Request, discriminate

        return discriminate(self.workshop, Request(noun, tuple(words), images, language), self.backbone(backbone))
