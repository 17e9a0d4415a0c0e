"""Verbs of a library → calls to the server that has it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Self, overload
from urllib.parse import parse_qsl, urlsplit

from mofu.client.answers import Alike, Asked, Compared, Deleted, Grid, Jobs, Measured, OfWord, Receipt, Words
from mofu.client.correcting import RemoteCorrection
from mofu.client.dataset import RemoteDataset, table
from mofu.client.records import (
    Belongings,
    Discrimination,
    Job,
    SimilarImage,
    Verdict,
    Visualness,
    Word,
)
from mofu.client.waiting import look_at, wait_for
from mofu.client.wire import Wire, at
from mofu.errors import MissingError, UnknownNameError

if TYPE_CHECKING:
    import pandas

Progress = Callable[[Job], None]

_VISUALNESS = (
    "rank", "word", "noun", "language", "score", "ci_low", "ci_high", "entropy", "entropy_low", "entropy_high", "n",
    "protocol",
)  # fmt: skip


class RemoteLibrary:
    """A library on a server; made by `mofu.connect`, a context manager."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<mofu library on {self._wire.url}>"

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def words(self) -> list[Word]:
        """Every word of the library, oldest first."""
        return [each.word for each in self._cards("")][::-1]

    def word(self, name: str, noun: str = "") -> Word:
        """A word of the library by its text (with its noun) or slug.

        Raises:
            UnknownNameError: there is none.
        """
        found = [each.word for each in self._cards(name) if name in (each.word.text, each.word.slug)]
        own = [word for word in found if word.noun == noun]
        found = own or [word for word in found if word.slug == name and not noun]
        found = found or [word for word in self.words() if word.slug == name and noun in ("", word.noun)]
        if not found:
            kind = "word with noun" if noun else "word"
            raise UnknownNameError(kind, f"{name} {noun}".strip(), [word.slug for word in self.words()])
        return found[0]

    @overload
    def build(
        self, word: str, *, n: int | None = None, source: str | Sequence[str] | None = None, noun: str = "",
        license: str | None = None, backbone: str | None = None, widen: bool = False, retry: bool = False,
        wait: Literal[True] = True, progress: Progress | None = None,
    ) -> RemoteDataset: ...  # fmt: skip

    @overload
    def build(
        self, word: str, *, n: int | None = None, source: str | Sequence[str] | None = None, noun: str = "",
        license: str | None = None, backbone: str | None = None, widen: bool = False, retry: bool = False,
        wait: Literal[False], progress: Progress | None = None,
    ) -> Job: ...  # fmt: skip

    def build(
        self,
        word: str,
        *,
        n: int | None = None,
        source: str | Sequence[str] | None = None,
        noun: str = "",
        license: str | None = None,  # noqa: A002 - the field's name for it
        backbone: str | None = None,
        widen: bool = False,
        retry: bool = False,
        wait: bool = True,
        progress: Progress | None = None,
    ) -> RemoteDataset | Job:
        """From a word to a ranked dataset, by the server's worker; what is left out is as its settings say.

        Args:
            word, n, source, noun, license, backbone, widen, retry: as of `mofu.library.Library.build`.
            wait: until it is done, and give the dataset; otherwise give the job at once.
            progress: told of the job each time that it is looked at.

        Raises:
            PartialError: a service gave no more for now; the images that came before are ranked.
            InterruptedWork: somebody cancelled the job.
            MofuError: its subclass says what is wrong and what to do.
        """
        asked = {
            "words": [word],
            "noun": noun,
            "n": n,
            "sources": [source] if isinstance(source, str) else list(source or ()),
            "license": license or "",
            "backbone": backbone or "",
            "widen": widen,
            "retry": retry,
        }
        # The same job that waits or runs already is given back: asked for twice, it is there once.
        job = self._wire.post(Asked, "/new", asked, can_repeat=True).jobs[0]
        if not wait:
            return job
        done = wait_for(self._wire, job, progress)
        return self.dataset(str((done.result or {})["slug"]))

    def dataset(self, word: str | Word, *, noun: str = "") -> RemoteDataset:
        """A word's current ranking.

        Raises:
            UnknownNameError: no such word.
            NothingFoundError: it has not been ranked.
        """
        return RemoteDataset.of(self._wire, self._word(word, noun))

    def jobs(self, limit: int = 20, *, state: str | None = None) -> list[Job]:
        """The newest jobs, newest first; of one state, or all."""
        found: list[Job] = []
        before: int | None = None
        while len(found) < limit:
            part = self._wire.get(Jobs, "/jobs.json", state=state, before=before)
            found += [each.job for each in part.jobs]
            before = part.next
            if before is None:
                break
        return found[:limit]

    def job(self, number: int) -> Job:
        """A job by its number; raises UnknownNameError where there is none."""
        return look_at(self._wire, number)

    def wait(self, job: Job, progress: Progress | None = None) -> Job:
        """A job once it has ended well; raises as `build`."""
        return wait_for(self._wire, job, progress)

    def cancel_job(self, number: int) -> Job:
        """Cancel a job; what was done is kept. Raises ConflictError where it has ended."""
        return self._wire.post(Job, at("jobs", number, "cancel"))

    def resume_job(self, number: int) -> Job:
        """Let a job that did not get done go on; raises ConflictError where it waits, runs or is done."""
        return self._wire.post(Job, at("jobs", number, "resume"))

    def verdict(self, word: str | Word, image: str, judgement: str) -> Verdict:
        """Store what the token's owner says of an image (its whole SHA-256): accept, reject, unsure or clear.

        Raises:
            InvalidInputError: no such judgement, or no such image of this word.
            ConflictError: somebody else's verdict came first.
        """
        sent = {"verdicts": [{"id": str(uuid.uuid4()), "image": image, "judgement": judgement}]}
        path = at("words", self._word(word).slug, "verdicts")
        return self._wire.post(Receipt, path, sent, can_repeat=True).accepted[0]  # stored once, by its id

    def verdicts(self, word: str | Word) -> dict[str, str]:
        """SHA-256 → what stands on each judged image of a word: accept, reject or unsure."""
        path = at("words", f"{self._word(word).slug}.json")
        found: dict[str, str] = {}
        query: dict[str, str] = {}
        while True:
            part = self._wire.get(Grid, path, **query)
            found |= {tile.image: tile.state for tile in part.tiles if tile.state is not None}
            if part.next is None:
                return found
            query = dict(parse_qsl(urlsplit(part.next).query))

    def correct(self, word: str | Word) -> RemoteCorrection:
        """A word opened for correction: its order with the verdicts that stand, what to judge next."""
        return RemoteCorrection(self._wire, self._word(word))

    def similar(self, word: str | Word, image: str, *, n: int = 12) -> list[SimilarImage]:
        """Images of the library that look most like an image of a word (its SHA-256), the most similar first.

        Raises:
            NothingFoundError: the word has no such image.
        """
        found = self._wire.get(Alike, at("words", self._word(word).slug, "image", f"{image}.json"))
        return sorted((*found.alike, *found.elsewhere), key=lambda each: -each.cosine)[:n]

    def measured(self) -> tuple[Visualness, ...]:
        """How visual each word is, as it was measured last, the most recognisable first."""
        return self._wire.get(Measured, "/visualness.json").lines

    def visualness(self) -> pandas.DataFrame:
        """The same as a table: columns as of `mofu.library.Library.visualness`, those that the server tells."""
        return table([_row(line) for line in self.measured()], _VISUALNESS)

    def measure_visualness(self, *, wait: bool = True, progress: Progress | None = None) -> Job:
        """Ask for a measurement of every word; what has not changed is kept."""
        job = self._wire.post(Job, "/visualness", can_repeat=True)
        return wait_for(self._wire, job, progress) if wait else job

    def discriminate(self, noun: str, words: Sequence[str], *, images: int = 50) -> Discrimination:
        """How well the pictures of a noun's words can be told apart; an empty noun means words that stand alone.

        Raises:
            MissingError: fewer than two words, words that are not ranked or have too few images.
        """
        found = self._wire.get(Compared, "/compare.json", noun=noun, word=list(words), images=images)
        if found.result is None:
            raise MissingError(found.problem or "no words: expected two or more that can be told apart")
        return found.result

    def delete(self, word: str | Word) -> Word:
        """Put a word away with everything of it; `restore` brings it back."""
        return self._wire.post(OfWord, at("words", self._word(word).slug, "delete")).word

    def deleted(self) -> list[Word]:
        """The words that can be restored, the last deleted first."""
        return [each.word for each in self._wire.get(Deleted, "/deleted.json").words]

    def restore(self, word: str | Word) -> Word:
        """Bring a deleted word back, as it was; raises UnknownNameError where there is none."""
        return self._wire.post(Word, at("deleted", _slug(word), "restore"))

    def purge(self, word: str | Word, *, confirm: str) -> Belongings:
        """Drop a deleted word for good; `confirm` is its text, said again. Only administrators may.

        Raises:
            UnknownNameError: no such deleted word.
            UsageError: `confirm` is another text, or the token's role may not.
        """
        return self._wire.post(Belongings, at("deleted", _slug(word), "purge"), {"confirm": confirm})

    def _cards(self, query: str) -> Iterator[OfWord]:
        before: int | None = None
        while True:
            part = self._wire.get(Words, "/words.json", q=query, before=before)
            yield from part.cards
            before = part.next
            if before is None:
                return

    def _word(self, word: str | Word, noun: str = "") -> Word:
        return word if isinstance(word, Word) else self.word(word, noun)


def _slug(word: str | Word) -> str:
    return word.slug if isinstance(word, Word) else word


def _row(line: Visualness) -> dict[str, object]:
    score, entropy = line.recognizability, line.entropy
    return {
        "rank": line.rank,
        "word": line.word.text,
        "noun": line.word.noun or None,
        "language": line.word.language,
        "score": score.score if score else None,
        "ci_low": score.low if score else None,
        "ci_high": score.high if score else None,
        "entropy": entropy.bits if entropy else None,
        "entropy_low": entropy.low if entropy else None,
        "entropy_high": entropy.high if entropy else None,
        "n": score.n if score else None,
        "protocol": score.protocol if score else None,
    }
