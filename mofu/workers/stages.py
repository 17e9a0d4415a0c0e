"""A word's features and ranking as jobs: what is stored of the word and of the background → activations, an order."""

from __future__ import annotations

from collections.abc import Sequence

from mofu.db import images, verdicts
from mofu.db.images import BackgroundRecord
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, NothingFoundError
from mofu.features.registry import Backbone
from mofu.workers import basis, ordering
from mofu.workers.cluster.placement import require_dask
from mofu.workers.extraction import background_images, extract_missing, word_images
from mofu.workers.jobs import job
from mofu.workers.workshop import Workshop


def compute_features(workshop: Workshop, word: WordRecord, backbone: Backbone) -> None:
    """Compute the activations that a word's images and the background lack.

    Raises:
        NothingFoundError: the word has no images.
    """
    with job(workshop, "features", word.text, word.id) as at:
        records = {r.sha256: r for r in word_images(at, word.id)}
        if not records:
            raise NothingFoundError(f"{word.text!r} has no images: run `mofu crawl {word.text}` first")
        with at.database.read() as session:
            background = images.current_background(session)
        if background is not None:
            records |= {r.sha256: r for r in background_images(at, background.id)}
        report = extract_missing(at, backbone, list(records.values()))
        failed = f", {report.failed} could not be read" if report.failed else ""
        failed += f", {report.quarantined} in quarantine" if report.quarantined else ""
        at.progress.finish(f"{report.extracted} extracted, {report.known} known{failed} ({backbone.id})")


def rank_word(workshop: Workshop, word: WordRecord, backbones: Sequence[Backbone]) -> None:
    """Rank a word's images by activations and verdicts; a ranking whose inputs have not changed is kept.

    Args:
        workshop: the library, whose settings name the strategy.
        word: whose images.
        backbones: one, or several that decide together.

    Raises:
        LibraryError: there is no background yet.
        NothingFoundError: no image of the word, or none of the background, has activations.
        InvalidSettingError, InvalidInputError: the strategy cannot rank by these backbones.
    """
    background = _background(workshop)
    with workshop.database.read() as session:
        labels = verdicts.labels(session, word.id)
    with job(workshop, "rank", word.text, word.id) as at:
        ranking, new = ordering.rank_word(at, word, basis.of_backbones(at, backbones, background.id), labels)
        at.progress.finish(f"{ranking.count} ranked" + ("" if new else ", unchanged"))


def rank_together(workshop: Workshop, some: Sequence[WordRecord], backbones: Sequence[Backbone]) -> None:
    """Have the workers of a cluster rank words side by side; what becomes of each is seen when its turn comes.

    Raises:
        MissingError, PartialError: the cluster cannot be reached, or no worker can do it.
        LibraryError, InvalidSettingError, InvalidInputError: as `rank_word` does.
    """
    require_dask()
    from mofu.workers.cluster.of_words import spread_words
    from mofu.workers.cluster.ranking import RANK, Ranking

    background = _background(workshop)
    with job(workshop, RANK, f"{len(some)} words") as at:
        given = Ranking(basis.of_backbones(at, backbones, background.id))
        done = spread_words(at, RANK, [word.id for word in some], given)
        at.progress.finish(f"{done} of {len(some)} words")


def _background(workshop: Workshop) -> BackgroundRecord:
    with workshop.database.read() as session:
        background = images.current_background(session)
    if background is None:
        raise LibraryError("no background to rank against: run `mofu background refresh` first")
    return background
