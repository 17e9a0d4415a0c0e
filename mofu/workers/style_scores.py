"""A picture before and after → how likely each shows the words in question, and how well the region is found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mofu.db import activations, words
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, MissingError
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled
from mofu.workers.region_ranking import viewed
from mofu.workers.style_regions import Finder, Mask
from mofu.workers.word_classifiers import Learned, learned
from mofu.workers.workshop import Workshop

PRIOR = 0.1
"""The chance, before looking, that a picture shows a word: as `mofu describe` takes it."""

Role = Literal["style", "region"]


@dataclass(frozen=True, slots=True)
class WordScore:
    """How likely a picture shows a word, inside the region where there is one.

    Attributes:
        role: style, whose style was put on, or region, which was there.
        before, after: probabilities.
    """

    word: str
    slug: str
    role: Role
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RegionScore:
    """How well the region of a word, looked for on the result, is the region that was asked for.

    Attributes:
        accuracy: share of the pixels that are inside of both, or outside of both.
        iou: of the two.
    """

    word: str
    accuracy: float
    iou: float


@dataclass(frozen=True, slots=True)
class Verified:
    """What a result comes to.

    Attributes:
        by: backbone id and layer of the activations that judge; empty: nothing could.
        words: those of the styles first.
        region: None without a region, or where the word's regions were never learned.
        notes: why something is not known.
    """

    by: str = ""
    words: tuple[WordScore, ...] = ()
    region: RegionScore | None = None
    notes: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        told = asdict(self)
        return told | {"words": list(told["words"]), "notes": list(told["notes"])}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Verified:
        """Read what `plain` gave."""
        region = plain.get("region")
        return cls(
            plain.get("by", ""),
            tuple(WordScore(**each) for each in plain.get("words", ())),
            RegionScore(**region) if region else None,
            tuple(plain.get("notes", ())),
        )


class Judge:
    """Holds pictures against the classifiers of the library's words; they are learned, or read, once."""

    def __init__(self, workshop: Workshop, backbone: Backbone, finder: Finder) -> None:
        self._workshop, self._backbone, self._finder = workshop, backbone, finder
        self._by = f"{backbone.id}:{backbone.layer}"
        self._learned: Learned | None = None
        self._why = ""
        self._prepare()

    def verify(
        self, before: Pixels, after: Pixels, mask: Mask | None, styles: Sequence[WordRecord], region: WordRecord | None
    ) -> Verified:
        """Compare a picture and what was made of it, both of one size.

        Args:
            before, after: (h, w, 3) uint8.
            mask: where it was stylised; None: all of it.
            styles: the words whose styles were put on.
            region: the word that the region was found by, if any.
        """
        roles: list[tuple[WordRecord, Role]] = [(word, "style") for word in styles]
        if region is not None and region.id not in {word.id for word in styles}:
            roles.append((region, "region"))
        scores, notes = self._scores(before, after, mask, roles)
        found = self._region(after, mask, styles) if mask is not None else None
        return Verified(self._by if scores else "", scores, found, notes)

    def _prepare(self) -> None:
        with self._workshop.database.read() as session:
            known = list(words.listing(session))
            of_set = activations.look_up_set(session, self._backbone.id, self._backbone.layer)
        if of_set is None:
            self._why = f"no activations by {self._by} yet: run `mofu features --all`"
            return
        try:
            self._learned = learned(self._workshop, known, of_set)
        except (MissingError, LibraryError) as error:
            self._why = str(error)

    def _scores(
        self, before: Pixels, after: Pixels, mask: Mask | None, roles: Sequence[tuple[WordRecord, Role]]
    ) -> tuple[tuple[WordScore, ...], tuple[str, ...]]:
        taught = self._learned
        if taught is None:
            return (), (self._why,) if roles else ()
        classifiers = {lesson.word.id: classifier for lesson, classifier in taught.words}
        notes = tuple(
            f"{word.text}: {taught.left_out.get(word.text, 'it has no classifier')}"
            for word, _ in roles
            if word.id not in classifiers
        )
        judged = [(word, role) for word, role in roles if word.id in classifiers]
        if not judged:
            return (), notes
        rows = taught.normalisation.normalized(self._vectors(before, after, mask))
        found = []
        for word, role in judged:
            of = classifiers[word.id]
            first, second = (float(each) for each in of.sigmoid.probabilities(of.scores(rows), PRIOR))
            found.append(WordScore(word.text, word.slug, role, round(first, 6), round(second, 6)))
        return tuple(found), notes

    def _vectors(self, before: Pixels, after: Pixels, mask: Mask | None) -> NDArray[np.float32]:
        inside = None if mask is None else mask >= 0.5
        seen = before, after
        if inside is not None and inside.any() and not inside.all():
            seen = viewed(before, inside, "region"), viewed(after, inside, "region")
        return self._backbone.extract([scaled(each, self._backbone.side_px, self._backbone.fit) for each in seen])

    def _region(self, after: Pixels, mask: Mask, styles: Sequence[WordRecord]) -> RegionScore | None:
        if len(styles) != 1 or not self._finder.knows(styles[0]):
            return None
        asked, found = mask >= 0.5, self._finder.of_word(styles[0], after) >= 0.5
        union = int((asked | found).sum())
        iou = int((asked & found).sum()) / union if union else 1.0
        return RegionScore(styles[0].text, round(float((asked == found).mean()), 6), round(iou, 6))
