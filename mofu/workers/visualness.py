"""Words → how visual they are: a table of recognizability and region entropy, resumable word by word.

Each number is stored with the SHA-256 of all that went into it, and kept while that is unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from mofu.db import images, visualness, words
from mofu.db.activations import SetRecord
from mofu.db.images import BackgroundRecord
from mofu.db.visualness import EntropyRecord, NewEntropy, RecognizabilityRecord
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, UnknownNameError, UsageError
from mofu.features import regions
from mofu.ranking.recognizability import Protocol
from mofu.workers.cluster.placement import is_elsewhere, require_dask
from mofu.workers.entropy import EntropySettings, Subject, WordEntropy, region_entropies
from mofu.workers.jobs import job
from mofu.workers.positives import Positives, positives_of
from mofu.workers.recognizing import TOGETHER, recognizabilities
from mofu.workers.visualness_table import Asked, Request, VisualnessTable, line, ranked
from mofu.workers.workshop import Workshop

SCORES = "visualness"
"""The stage, as jobs and tasks have it."""

ENTROPY_VERSION = 1
"""Part of an entropy's fingerprint: raised when the same inputs would give another one."""


def look_up(
    workshop: Workshop, names: Sequence[str | WordRecord], language: str | None = None, noun: str = ""
) -> list[Asked]:
    """Words by text or slug, each once; those that the library has not are named with what to do."""
    found: dict[object, Asked] = {}
    for name in names:
        asked = _look_up(workshop, name, language, noun)
        found.setdefault(asked.word.id if asked.word else asked.name, asked)
    return list(found.values())


def _look_up(workshop: Workshop, name: str | WordRecord, language: str | None, noun: str) -> Asked:
    if isinstance(name, WordRecord):
        return Asked(name.text, name)
    try:
        with workshop.database.read() as session:
            return Asked(name, words.find(session, name, language, noun))
    except UnknownNameError as error:
        near = f" (or did you mean {error.nearest}?)" if error.nearest else ""
        more = f" --noun {noun}" if noun else ""
        return Asked(name, None, f"not in the library: run `mofu build {name}{more}`{near}")
    except UsageError as error:
        return Asked(name, None, str(error))


def measure(
    workshop: Workshop, asked: Sequence[Asked], request: Request, judge: SetRecord | None = None
) -> VisualnessTable:
    """Measure words; what was measured before and has not changed is kept.

    Args:
        workshop: the library.
        asked: the words; their entropies compare with one another.
        request: how.
        judge: the activations that judge; None: for each word, those of its ranking.

    Raises:
        LibraryError: there is no background yet.
    """
    background = _background(workshop)
    chosen = _chosen(workshop, [each.word for each in asked if each.word is not None], request)
    _score_ahead(workshop, list(chosen.values()), request, judge)
    scores = _scores(workshop, list(chosen.values()), request, judge, background)
    entropies = _entropies(workshop, list(chosen.values()), request, background) if request.entropy else {}
    lines = []
    for each in asked:
        positives = chosen.get(each.word.id) if each.word else None
        number = each.word.id if each.word else 0
        lines.append(line(each, positives, scores.get(number), entropies.get(number), judge))
    return VisualnessTable(ranked(lines), request)


def measure_entropy(
    workshop: Workshop, word: WordRecord, company: Sequence[WordRecord], request: Request
) -> EntropyRecord | None:
    """A word's entropy among others; None where it has too few ranked images.

    Raises:
        LibraryError: there is no background yet.
    """
    background = _background(workshop)
    chosen = _chosen(workshop, list({each.id: each for each in (*company, word)}.values()), request)
    return _entropies(workshop, list(chosen.values()), request, background, {word.id}).get(word.id)


def _background(workshop: Workshop) -> BackgroundRecord:
    with workshop.database.read() as session:
        background = images.current_background(session)
    if background is None:
        raise LibraryError("no background to hold words against: run `mofu background refresh` first")
    return background


def _chosen(workshop: Workshop, known: Sequence[WordRecord], request: Request) -> dict[int, Positives]:
    """Word id → its positives, of the words that are ranked."""
    found = [positives_of(workshop, word, verdicts_only=request.verdicts_only) for word in known]
    return {each.word.id: each for each in found if each is not None}


def _score_ahead(workshop: Workshop, chosen: Sequence[Positives], request: Request, judge: SetRecord | None) -> None:
    """Where the settings name a cluster, have its workers measure many words before each is looked up."""
    if not is_elsewhere(workshop.settings) or len(chosen) <= TOGETHER:
        return
    require_dask()
    from mofu.workers.cluster.of_words import spread_words
    from mofu.workers.cluster.scoring import Scoring

    numbers = [positives.word.id for positives in chosen]
    given = Scoring(request, None if judge is None else judge.id)
    with job(workshop, SCORES, _subject(chosen)) as at:
        done = spread_words(at, SCORES, numbers, given, size=TOGETHER)
        at.progress.finish(f"{done} measured or unchanged, by the cluster")


def _scores(
    workshop: Workshop,
    chosen: Sequence[Positives],
    request: Request,
    judge: SetRecord | None,
    background: BackgroundRecord,
) -> dict[int, RecognizabilityRecord]:
    """Word id → its current measurement, of the words that have activations."""
    by_set: dict[SetRecord, list[Positives]] = {}
    for positives in chosen:
        by_set.setdefault(judge or positives.ranked_by, []).append(positives)
    protocol = Protocol(
        request.folds, workshop.settings.ranking.c, request.seed, positives=request.n, minimum=request.n
    )
    found: dict[int, RecognizabilityRecord] = {}
    measured = 0
    with job(workshop, SCORES, _subject(chosen)) as at:
        at.progress.advance(0, len(chosen))
        for of_set, words_of_set in by_set.items():
            for kept in recognizabilities(at, words_of_set, of_set, background, protocol):
                found[kept.record.word_id] = kept.record
                measured += kept.is_new
                at.progress.advance(len(found), len(chosen))
        at.progress.finish(f"{measured} measured, {len(found) - measured} unchanged")
    if len(by_set) > 1:
        workshop.progress.notice(
            f"ranked by {len(by_set)} backbones, whose scores do not compare: name one to judge by with --judge"
        )
    return found


def _entropies(
    workshop: Workshop,
    chosen: Sequence[Positives],
    request: Request,
    background: BackgroundRecord,
    asked: Collection[int] | None = None,
) -> dict[int, EntropyRecord]:
    """Word id → its current entropy among these words, those with too few images left out; `asked`: only of these."""
    settings = EntropySettings(seed=request.seed)
    protocol = visualness.VERDICTS if request.verdicts_only else visualness.RANKING
    enough = [each for each in chosen if len(each.names) >= request.n]
    subjects = {each.word.id: Subject(each.word, each.ranking_id, each.names[: request.n]) for each in enough}
    prints = _fingerprints(workshop, subjects, settings, background)
    if asked is not None:
        prints = {word_id: fingerprint for word_id, fingerprint in prints.items() if word_id in asked}
    found = _unchanged(workshop, prints, protocol)
    wanted, unchanged = prints.keys() - found.keys(), len(found)
    if not prints:
        return {}
    with job(workshop, "entropy", _subject(enough)) as at:
        for measured in region_entropies(at, list(subjects.values()), settings, wanted) if wanted else ():
            word_id = measured.subject.word.id
            new = _new_entropy(measured, prints[word_id], protocol, len(subjects))
            with at.database.write() as session:
                found[word_id] = visualness.save_entropy(session, new)
        at.progress.finish(f"{len(wanted)} measured, {unchanged} unchanged")
    return found


def _unchanged(workshop: Workshop, prints: Mapping[int, str], protocol: str) -> dict[int, EntropyRecord]:
    with workshop.database.read() as session:
        stored = [visualness.entropy(session, word_id, protocol) for word_id in prints]
    return {each.word_id: each for each in stored if each is not None and each.fingerprint == prints[each.word_id]}


def _fingerprints(
    workshop: Workshop, subjects: Mapping[int, Subject], settings: EntropySettings, background: BackgroundRecord
) -> dict[int, str]:
    """Word id → SHA-256 of all that its entropy is made of: its images, those of the others, the background's."""
    with workshop.database.read() as session:
        others = sorted(record.sha256 for record in images.background_members(session, background.id))
    company = [subjects[word_id].images for word_id in sorted(subjects)]
    common = _digest([ENTROPY_VERSION, regions.VERSION, asdict(settings), background.id, others, company])
    return {word_id: _digest([common, subject.images]) for word_id, subject in subjects.items()}


def _new_entropy(measured: WordEntropy, fingerprint: str, protocol: str, among: int) -> NewEntropy:
    entropy = measured.entropy
    return NewEntropy(
        word_id=measured.subject.word.id,
        background_id=measured.background_id,
        ranking_id=measured.subject.ranking_id,
        fingerprint=fingerprint,
        protocol=protocol,
        bits=entropy.bits,
        normalised=entropy.normalised,
        low=entropy.low,
        high=entropy.high,
        gaussians=entropy.gaussians,
        images=entropy.images,
        counted=entropy.counted,
        among=among,
        settings=asdict(measured.settings),
        regions=measured.counted(),
    )


def _subject(chosen: Sequence[Positives]) -> str:
    return chosen[0].word.text if len(chosen) == 1 else f"{len(chosen)} words"


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
