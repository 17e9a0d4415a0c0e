"""A word and one of its images (by SHA-256) → where it is from, where it stands and why, what looks like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mofu.db import activations, hits, images, verdicts, words
from mofu.db.hits import ImageRecord
from mofu.db.verdicts import VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.features.neighbours import nearest
from mofu.library import Library
from mofu.webui.charts.rounds import Stop, rank_line
from mofu.webui.image.sources import ImageSource, image_source
from mofu.webui.regions.reading import RegionTile, on_image
from mofu.workers.explaining import Near, RoundPlace, explain
from mofu.workers.extraction import read_activations
from mofu.workers.judging import WordImages
from mofu.workers.similar import SimilarImage, similar_stored

ALIKE = 12
"""Images that look like it, of the word and of the library each."""
WIDER = 2
"""The library is asked for so many times more: the word's own are left out of them."""


@dataclass(frozen=True, slots=True)
class NearPicture:
    """An image that looks like the one shown.

    Attributes:
        cosine: of their activations, -1 … 1.
        rank: among the images of the page's word; None where it has none.
        word: that it is shown under: the page's own where that has it; None for an image of the background alone.
    """

    sha256: str
    cosine: float
    rank: int | None
    word: WordRecord | None


@dataclass(frozen=True, slots=True)
class NearPictures:
    """The nearest of a kind: accepted, seeds (where nothing was accepted), rejected, background (likewise)."""

    kind: str
    images: tuple[NearPicture, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image stands in its word's ranking.

    Attributes:
        rank: of `ranked` images; that of its representative for a near-duplicate.
        represented_by: SHA-256 of the image that stands for it; None where it stands for itself.
        duplicates: SHA-256 of those that it stands for.
        previous, next: SHA-256 of the images before and after it; None at the ends.
    """

    rank: int
    ranked: int
    score: float
    strategy: str
    search_position: int
    rounds: tuple[RoundPlace, ...]
    represented_by: str | None
    duplicates: tuple[str, ...]
    similar: NearPictures
    unlike: NearPictures
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class ImagePage:
    """All that is known of an image of a word.

    Attributes:
        place: None while the word, or the image, is not ranked.
        sources: every hit, the word's own first.
        verdicts: the newest first.
        judgement: what stands: accept, reject, unsure; None for nothing.
        regions: where it shows the word, as it was segmented last, and objects on it.
        alike: of the word's images; elsewhere: of all that have activations, without the word's own.
    """

    word: WordRecord
    image: ImageRecord
    place: Place | None
    sources: tuple[ImageSource, ...]
    verdicts: tuple[VerdictRecord, ...]
    judgement: str | None
    regions: tuple[RegionTile, ...]
    alike: tuple[NearPicture, ...]
    elsewhere: tuple[NearPicture, ...]

    def line(self, search: str, round_name: str, title: str) -> Markup:
        """Its way through the search and the rounds, drawn; `{number}` in `round_name` is the round's."""
        if self.place is None:
            return Markup()
        rounds = [Stop(round_name.format(number=i), place.rank) for i, place in enumerate(self.place.rounds, 1)]
        return rank_line(title, [Stop(search, self.place.search_position), *rounds], self.place.ranked)


def read(library: Library, word: WordRecord, sha256: str) -> ImagePage:
    """What there is to show of an image.

    Raises:
        NothingFoundError: the word has no such image.
    """
    own = WordImages.of(library.workshop, word)
    if sha256 not in own.names:
        raise NothingFoundError(f"image {sha256[:12]} is no image of {word.text!r}: go back to the word and choose one")
    with library.database.read() as session:
        record = images.by_name(session, [sha256])[sha256]
        found = hits.provenance(session, [sha256]).get(sha256, [])
        given = [v.verdict for v in verdicts.of_images(session, word.id, [sha256]).get(sha256, [])]
        by_id = {each.id: each for each in words.listing(session)}
    found = sorted(found, key=lambda hit: (hit.word_id != word.id, hit.position))
    known = {name: (word, own.ranks.get(name)) for name in own.names}
    place = _place(library, own, sha256, known)
    alike, elsewhere = _alike(library, own, sha256, place, known)
    return ImagePage(
        word=word,
        image=record,
        place=place,
        sources=tuple(image_source(hit, by_id.get(hit.word_id)) for hit in found),
        verdicts=tuple(reversed(given)),
        judgement=given[-1].judgement if given and given[-1].judgement != verdicts.CLEAR else None,
        regions=on_image(library, word, sha256),
        alike=alike,
        elsewhere=elsewhere,
    )


_Known = Mapping[str, tuple[WordRecord, int | None]]


def _place(library: Library, own: WordImages, sha256: str, known: _Known) -> Place | None:
    if own.ranking is None:
        return None
    try:
        told = explain(library.workshop, own.word, sha256)
    except InvalidInputError:  # it came after the ranking was made
        return None
    order = sorted(own.ranks, key=own.ranks.__getitem__)
    return Place(
        rank=told.rank,
        ranked=told.ranked,
        score=told.score,
        strategy=told.strategy,
        search_position=told.search_position,
        rounds=told.rounds,
        represented_by=told.represented_by,
        duplicates=told.duplicates,
        similar=_near(told.similar, known),
        unlike=_near(told.unlike, known),
        previous=order[told.rank - 2] if told.rank > 1 else None,
        next=order[told.rank] if told.rank < len(order) else None,
    )


def _near(near: Near, known: _Known) -> NearPictures:
    return NearPictures(
        near.kind,
        tuple(NearPicture(i.sha256, i.cosine, i.rank, known.get(i.sha256, (None, None))[0]) for i in near.images),
    )


def _alike(
    library: Library, own: WordImages, sha256: str, place: Place | None, known: _Known
) -> tuple[tuple[NearPicture, ...], tuple[NearPicture, ...]]:
    """What looks like it by the stored activations of the word's ranking: of the word, of the rest of the library."""
    if own.ranking is None or place is None:
        return (), ()
    with library.database.read() as session:
        of_set = activations.find_set(session, own.ranking.set_id)
    others = [name for name in own.ranks if name not in (sha256, place.represented_by)]
    names, vectors = read_activations(library.workshop, of_set, [sha256, *others])
    if names[:1] != [sha256]:
        return (), ()
    found = nearest(vectors[:1], [vectors[1:]], ALIKE)
    within = tuple(
        NearPicture(names[row + 1], cosine, own.ranks[names[row + 1]], own.word)
        for row, cosine in zip(found.rows[0].tolist(), found.cosines[0].tolist(), strict=True)
    )
    everywhere = similar_stored(library.workshop, sha256, of_set, WIDER * ALIKE)
    return within, _pictures(library, [image for image in everywhere if image.sha256 not in known][:ALIKE])


def _pictures(library: Library, found: Sequence[SimilarImage]) -> tuple[NearPicture, ...]:
    """Images that the page's word has not, each with another word that has it."""
    with library.database.read() as session:
        by_id = {each.id: each for each in words.listing(session)}
        sources = hits.provenance(session, [image.sha256 for image in found])
    return tuple(
        NearPicture(
            image.sha256, image.cosine, None,
            next((by_id[hit.word_id] for hit in sources.get(image.sha256, []) if hit.word_id in by_id), None),
        )
        for image in found
    )  # fmt: skip
