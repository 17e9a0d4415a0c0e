"""A word → its stored map: where its images lie, what clusters they form, which stand apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mofu.db import maps, rankings
from mofu.db.jobs import JobRecord
from mofu.db.maps import MappedRecord
from mofu.db.words import WordRecord
from mofu.library import Library
from mofu.webui.asked import pending
from mofu.workers.exploration import current_set

MOST_PICTURES = 300
"""Images up to which a map shows pictures rather than points unless it is asked."""


@dataclass(frozen=True, slots=True)
class MapImage:
    """An image of a map that stands for itself.

    Attributes:
        x, y: to the right and up, -1 … 1.
        cluster: from 0, the largest first.
        rank: in the current ranking; None where it has none.
        copies: near-duplicates that lie at the same place.
    """

    sha256: str
    x: float
    y: float
    cluster: int
    is_medoid: bool
    is_outlier: bool
    rank: int | None
    copies: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of images: its number, from 0, the image that stands for it, and all of them by rank."""

    number: int
    medoid: str | None
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredMap:
    """A map as it was made last; `silhouette` is how well its clusters are apart, -1 … 1."""

    method: str
    backbone: str
    silhouette: float
    created_at: datetime
    images: tuple[MapImage, ...]
    clusters: tuple[Cluster, ...]
    outliers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapPage:
    """A word's map and what of it is looked at.

    Attributes:
        stored: None before the first by the activations of the word's ranking.
        is_ranked: whether there is anything to map.
        show: pictures or points.
        cluster: number of the cluster whose pictures are listed, "outliers" for those apart, None for no list.
        job: what was asked for and is not done; None for nothing.
    """

    word: WordRecord
    stored: StoredMap | None
    is_ranked: bool
    show: str
    cluster: int | str | None
    job: JobRecord | None

    @property
    def listed(self) -> tuple[str, ...]:
        """The images of the chosen list."""
        if self.stored is None or self.cluster is None:
            return ()
        if isinstance(self.cluster, str):
            return self.stored.outliers
        return next((each.images for each in self.stored.clusters if each.number == self.cluster), ())


def read(library: Library, word: WordRecord, show: str | None, cluster: str | None) -> MapPage:
    """The map of a word; `show` and `cluster` as an address gives them."""
    of_set = current_set(library.workshop, word)
    if of_set is None:
        return MapPage(word, None, False, "pictures", None, None)
    with library.database.read() as session:
        record = maps.find(session, word.id, of_set.id)
        mapped = maps.images(session, record.id) if record else []
        ranking = rankings.current(session, word.id)
        ranked = rankings.images(session, ranking.id) if ranking else []
    job = pending(library, "map", word.slug)
    if record is None:
        return MapPage(word, None, True, "pictures", None, job)
    images = _images(mapped, {each.image_sha256: each.rank for each in ranked})
    stored = StoredMap(
        method=record.method,
        backbone=f"{of_set.backbone}:{of_set.layer}",
        silhouette=record.silhouette,
        created_at=record.created_at,
        images=images,
        clusters=_clusters(images),
        outliers=tuple(image.sha256 for image in images if image.is_outlier),
    )
    usual = "pictures" if len(images) <= MOST_PICTURES else "points"
    return MapPage(word, stored, True, show if show in ("pictures", "points") else usual, _cluster(cluster), job)


def _images(mapped: Sequence[MappedRecord], ranks: Mapping[str, int | None]) -> tuple[MapImage, ...]:
    """By rank, those without one last."""
    copies = Counter(image.represented_by for image in mapped)
    own = [image for image in mapped if image.represented_by is None]
    return tuple(
        MapImage(
            image.image_sha256, image.x, image.y, image.cluster, image.is_medoid, image.is_outlier,
            ranks.get(image.image_sha256), copies[image.image_sha256],
        )
        for image in sorted(own, key=lambda image: ranks.get(image.image_sha256) or len(mapped) + 1)
    )  # fmt: skip


def _clusters(images: Sequence[MapImage]) -> tuple[Cluster, ...]:
    found = []
    for number in sorted({image.cluster for image in images}):
        own = [image for image in images if image.cluster == number]
        medoid = next((image.sha256 for image in own if image.is_medoid), None)
        found.append(Cluster(number, medoid, tuple(image.sha256 for image in own)))
    return tuple(found)


def _cluster(text: str | None) -> int | str | None:
    if text == "outliers":
        return text
    return int(text) if text and text.isdecimal() and len(text) < 5 else None
