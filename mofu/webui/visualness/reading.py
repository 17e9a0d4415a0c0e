"""A library → what was measured of its words, the most recognisable first; a word → the pictures that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mofu.db import activations, images, rankings, visualness, words
from mofu.db.hits import ImageRecord
from mofu.db.jobs import JobRecord
from mofu.db.visualness import EntropyRecord, ImageScore, RecognizabilityRecord, RegionRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.library import Library
from mofu.webui.asked import pending

MOST_IMAGES = 24
"""Pictures of each kind that an evidence shows."""
PROTOCOLS = (visualness.RANKING, visualness.VERDICTS, visualness.OTHER_BACKBONE)


@dataclass(frozen=True, slots=True)
class Line:
    """A word of the table.

    Attributes:
        rank: from 1, equal scores share one; None without a score.
        recognizability: the newest measurement; its `score` is None where images were too few.
        judged_by: backbone and layer of it; empty for none.
        is_current: whether the images come from the word's current ranking.
    """

    word: WordRecord
    rank: int | None
    recognizability: RecognizabilityRecord | None
    judged_by: str
    entropy: EntropyRecord | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class VisualnessPage:
    """Words with what was measured of them.

    Attributes:
        judges: backbones that judged, where there are several: only what one of them judged compares.
        judge: of which the lines are; empty: the newest of each word.
        job: a measurement that was asked for and is not done.
    """

    lines: tuple[Line, ...]
    judges: tuple[str, ...]
    judge: str
    job: JobRecord | None


@dataclass(frozen=True, slots=True)
class Regions:
    """An image and the regions of it that an entropy was measured on."""

    image: ImageRecord
    regions: tuple[RegionRecord, ...]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """What the numbers of a word rest on.

    Attributes:
        positives: images of the word by the score of the classifier that did not see them, the best first.
        confusing: images of the background that look most like the word, the worst first.
        regions: image by image, the surest region first.
    """

    word: WordRecord
    line: Line
    positives: tuple[ImageScore, ...]
    confusing: tuple[ImageScore, ...]
    regions: tuple[Regions, ...]


def read(library: Library, judge: str) -> VisualnessPage:
    """All words."""
    with library.database.read() as session:
        known = words.listing(session)
        measured = {word.id: visualness.recognizabilities(session, word.id) for word in known}
        set_ids = {record.set_id for records in measured.values() for record in records}
        sets = {number: activations.find_set(session, number) for number in sorted(set_ids)}
        entropies = {word.id: [visualness.entropy(session, word.id, each) for each in PROTOCOLS] for word in known}
        current = {word.id: rankings.current_id(session, word.id) for word in known}
    names = {number: f"{of_set.backbone}:{of_set.layer}" for number, of_set in sets.items()}
    lines = []
    for word in known:
        record = next((r for r in measured[word.id] if not judge or names[r.set_id] == judge), None)
        entropy = _of_protocol(entropies[word.id], record.protocol if record else None)
        is_current = all(each is None or each.ranking_id == current[word.id] for each in (record, entropy))
        lines.append(Line(word, None, record, names[record.set_id] if record else "", entropy, is_current))
    judges = tuple(sorted(set(names.values())))
    return VisualnessPage(_ranked(lines), judges if len(judges) > 1 else (), judge, pending(library, "visualness"))


def _of_protocol(found: Sequence[EntropyRecord | None], protocol: str | None) -> EntropyRecord | None:
    """The entropy of the images that recognizability was measured on, else any."""
    known = [each for each in found if each is not None]
    return next((each for each in known if each.protocol == protocol), known[0] if known else None)


def evidence(library: Library, word: WordRecord, judge: str) -> EvidencePage:
    """What shows a word's numbers.

    Raises:
        NothingFoundError: nothing was measured of it.
    """
    line = next((each for each in read(library, judge).lines if each.word.id == word.id), None)
    if line is None or (line.recognizability is None and line.entropy is None):
        raise NothingFoundError(f"{word.text!r} was not measured yet: run `mofu visualness {word.text}`")
    positives: Sequence[ImageScore] = ()
    confusing: Sequence[ImageScore] = ()
    with library.database.read() as session:
        if line.recognizability is not None:
            positives, confusing = visualness.judged_images(session, line.recognizability.id)
        found = visualness.regions(session, line.entropy.id) if line.entropy else []
        by_name = images.by_name(session, sorted({region.image_sha256 for region in found}))
    best = sorted(positives, key=lambda image: -image.score)
    return EvidencePage(
        word, line, tuple(best[:MOST_IMAGES]), tuple(confusing[:MOST_IMAGES]),
        _by_image(found, by_name)[:MOST_IMAGES],
    )  # fmt: skip


def _ranked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """By score, the highest first; then those without one, those with the most images first."""
    scored = [(line, line.recognizability.score) for line in lines if line.recognizability]
    known = sorted(((line, score) for line, score in scored if score is not None), key=lambda pair: -pair[1])
    scores = [score for _, score in known]
    first = [replace(line, rank=scores.index(score) + 1) for line, score in known]
    done = {line.word.id for line in first}
    rest = [line for line in lines if line.word.id not in done]
    return (*first, *sorted(rest, key=lambda line: -(line.recognizability.n if line.recognizability else -1)))


def _by_image(found: Sequence[RegionRecord], by_name: dict[str, ImageRecord]) -> tuple[Regions, ...]:
    grouped: dict[str, list[RegionRecord]] = {}
    for region in sorted(found, key=lambda region: -region.probability):
        grouped.setdefault(region.image_sha256, []).append(region)
    return tuple(Regions(by_name[name], tuple(of)) for name, of in grouped.items() if name in by_name)
