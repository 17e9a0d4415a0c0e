"""How visual a library's words are: how recognisable in pictures, and how much their regions differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mofu.db.visualness import EntropyRecord
from mofu.db.words import WordRecord
from mofu.errors import MissingError, NothingFoundError
from mofu.library.mining import Mining

if TYPE_CHECKING:
    import pandas

    from mofu.db.activations import SetRecord
    from mofu.workers.visualness_table import Asked, Request, VisualnessTable


class Measuring(Mining):
    """Measures of words, each stored and kept while what went into it has not changed."""

    def visualness(
        self,
        words: Sequence[str | WordRecord] | None = None,
        *,
        n: int = 50,
        folds: int = 5,
        seed: int = 0,
        verdicts_only: bool = False,
        entropy: bool = True,
        judge: Any = None,
    ) -> pandas.DataFrame:
        """How visual words are: a row a word, the most recognisable first.

        Args:
            words: texts, slugs or records; None: all of the library.
            n: images of a word; one with fewer is not ranked.
            folds: of the cross-validation, 2 … n.
            seed: deals folds, draws bootstraps and kinds of regions.
            verdicts_only: take only images that people accepted.
            entropy: whether region entropy is measured, too.
            judge: as in `measure_visualness`.

        Raises:
            UsageError: n, folds or seed that cannot be.
            MissingPackageError: pandas is not installed.
            LibraryError, MissingError, NothingFoundError: as `measure_visualness`.
        """
        from mofu.workers.visualness_table import Request

        return self.measure_visualness(
            words, request=Request(n, folds, seed, verdicts_only, entropy), judge=judge
        ).to_pandas()

    def measure_visualness(
        self,
        words: Sequence[str | WordRecord] | None = None,
        *,
        request: Request | None = None,
        judge: Any = None,
        language: str | None = None,
        noun: str = "",
    ) -> VisualnessTable:
        """How visual words are: cross-validated average precision against the background, and region entropy.

        A word that is unknown, not ranked, or has too few images is a line that says what to do.

        Args:
            words: texts, slugs or records; None: all of the library. Their entropies compare with one another only.
            request: how many images, folds, the seed, whose choice the images are; None: 50, 5, 0, the ranking's.
            judge: the backbone (name or name:layer) that judges; None: for each word, that of its ranking.
            language: of the words that are given as text.
            noun: theirs.

        Raises:
            LibraryError: there is no background yet.
            MissingError: nothing has activations by the judge.
            NothingFoundError: the library has no words.
        """
        from mofu.workers.visualness import measure
        from mofu.workers.visualness_table import Request

        asked = self._asked(words, language, noun)
        with self.writing() as workshop:
            return measure(workshop, asked, request or Request(), self._judge(judge))

    def entropy(self, word: str | WordRecord, *, request: Request | None = None) -> EntropyRecord | None:
        """A word's region entropy among all words of the library; None where it has too few ranked images.

        Raises:
            UnknownNameError: no such word.
            LibraryError: there is no background yet.
        """
        from mofu.workers.visualness import measure_entropy
        from mofu.workers.visualness_table import Request

        with self.writing() as workshop:
            return measure_entropy(workshop, self._word(word), self.words(), request or Request())

    def _asked(self, words: Sequence[str | WordRecord] | None, language: str | None, noun: str) -> list[Asked]:
        from mofu.workers.visualness import look_up

        wanted = self.words() if words is None else words
        if not wanted:
            raise NothingFoundError(f"{self.root} has no words: make one with `mofu build WORD`")
        return look_up(self.workshop, wanted, language, noun)

    def _judge(self, judge: Any) -> SetRecord | None:
        from mofu.db import activations

        if judge is None:
            return None
        loaded = self.backbone(judge)
        with self.database.read() as session:
            of_set = activations.look_up_set(session, loaded.id, loaded.layer)
        if of_set is None:
            name = f"{loaded.name}:{loaded.layer}"
            raise MissingError(f"no activations by {name} yet: run `mofu features --all --backbone {name}`")
        return of_set
