"""The library's ranked words → their classifiers, kept in a file and learned again where what they learn from changed.

A word's images are those that people accepted and, up to fifty, the first of its current ranking that nobody judged;
what they rejected is learned as what the word is not. Against 5,000 background images of 9,840 numbers, learning 20
words takes 8 s of one core; what is kept, 1 MB, is there at once.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mofu.db import activations, images, rankings, verdicts
from mofu.db.activations import SetRecord
from mofu.db.durable import write_file
from mofu.db.verdicts import ACCEPT, REJECT
from mofu.db.words import WordRecord
from mofu.errors import DiskFullError, MissingError
from mofu.imaging.hashes import hamming
from mofu.ranking.background import Normalisation, PreparedBackground
from mofu.ranking.calibration import Sigmoid
from mofu.ranking.description import LEAST, WordClassifier, WordSamples, learn_words
from mofu.workers.candidates import SAME_PICTURE_BITS
from mofu.workers.extraction import background_images, read_activations
from mofu.workers.workshop import Workshop

FOLDER = "classifiers"
IMAGES = 50
"""Images of a word that are learned, if people accepted no more."""

_METHOD_VERSION = 2
"""Part of a classifier's fingerprint: raised when the same images would give another."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a word's classifier learns from: SHA-256 of images that have activations, near-duplicates once.

    Attributes:
        accepted: images that people accepted.
        chosen: images of the ranking's head that nobody judged.
        rejected: images that people rejected.
        not_negatives: images of the background that are the word's too.
    """

    word: WordRecord
    accepted: tuple[str, ...]
    chosen: tuple[str, ...]
    rejected: tuple[str, ...]
    not_negatives: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The images that show the word."""
        return self.accepted + self.chosen


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Words of the library with their classifiers, and the words that have none.

    Attributes:
        normalisation: of the activations that classifiers are given.
        words: what each learned from, and its classifier.
        left_out: word → why it has none.
    """

    normalisation: Normalisation
    words: tuple[tuple[Lesson, WordClassifier], ...]
    left_out: Mapping[str, str]


def learned(workshop: Workshop, words: Sequence[WordRecord], of_set: SetRecord) -> Learned:
    """The words' classifiers by a set of activations.

    Raises:
        MissingError: there is no background, or it has no activations.
    """
    names = _background(workshop, of_set)
    lessons, left_out = [], {}
    for word in words:
        found = _lesson(workshop, word, of_set, names)
        if isinstance(found, str):
            left_out[word.text] = found
        else:
            lessons.append(found)
    base = _digest([_METHOD_VERSION, of_set.backbone_id, of_set.layer, names, _settings(workshop)])
    path = workshop.root / FOLDER / f"{of_set.id}.npz"
    kept = _Kept.read(path, base)
    marks = [_digest([each.accepted, each.chosen, each.rejected, each.not_negatives]) for each in lessons]
    new = [(mark, each) for mark, each in zip(marks, lessons, strict=True) if kept is None or mark not in kept.by_mark]
    if new or kept is None:
        kept = _taught(workshop, of_set, names, new, kept)
        # a library that cannot be written to can be asked all the same
        with suppress(OSError, DiskFullError):
            kept.write(path, base, marks)
    pairs = tuple((each, kept.by_mark[mark]) for mark, each in zip(marks, lessons, strict=True))
    return Learned(kept.normalisation, pairs, left_out)


def _settings(workshop: Workshop) -> list[float]:
    ranking = workshop.settings.ranking
    return [ranking.c, ranking.seed, ranking.verdict_weight]


def _background(workshop: Workshop, of_set: SetRecord) -> list[str]:
    """The background's images that have activations, as many as the settings take."""
    with workshop.database.read() as session:
        current = images.current_background(session)
    if current is None:
        raise MissingError("no background yet: run `mofu build WORD` or `mofu background refresh` first")
    names = sorted(record.sha256 for record in background_images(workshop, current.id))
    names = _with_activations(workshop, of_set, names)
    settings = workshop.settings.ranking
    if len(names) < LEAST:
        raise MissingError(
            f"{len(names)} images of background {current.id} have activations by {of_set.backbone_id}: "
            f"expected at least {LEAST}: run `mofu features --all --backbone {of_set.backbone}:{of_set.layer}`"
        )
    if len(names) > settings.max_background:
        drawn = np.random.default_rng(settings.seed).choice(len(names), settings.max_background, replace=False)
        names = [names[index] for index in np.sort(drawn)]
    return names


def _with_activations(workshop: Workshop, of_set: SetRecord, names: Sequence[str]) -> list[str]:
    with workshop.database.read() as session:
        places = activations.places(session, of_set.id, names)
    return [name for name in names if places.get(name) is not None]


def _lesson(workshop: Workshop, word: WordRecord, of_set: SetRecord, background: Sequence[str]) -> Lesson | str:
    """What a word's classifier learns from, or why it cannot."""
    with workshop.database.read() as session:
        ranking = rankings.current(session, word.id)
        ranked = rankings.images(session, ranking.id) if ranking else []
        judged = verdicts.standing(session, word.id)
    if ranking is None:
        return f"not ranked yet: run `mofu build {word.text}`"
    said: dict[str, list[str]] = {image.image_sha256: [] for image in ranked if image.rank is not None}
    for image in ranked:
        if image.image_sha256 in judged:
            said[image.represented_by or image.image_sha256].append(judged[image.image_sha256].judgement)
    together = {name: verdicts.of_group(judgements) for name, judgements in said.items()}
    known = _with_activations(workshop, of_set, list(together))
    accepted = tuple(name for name in known if together[name] == ACCEPT)
    chosen = tuple(name for name in known if together[name] is None)[: max(0, IMAGES - len(accepted))]
    if len(accepted) + len(chosen) < LEAST:
        lacking = f"run `mofu features {word.text} --backbone {of_set.backbone}:{of_set.layer}`"
        return f"{len(accepted) + len(chosen)} images with activations, expected at least {LEAST}: {lacking}"
    rejected = tuple(name for name in known if together[name] == REJECT)
    return Lesson(word, accepted, chosen, rejected, _same(workshop, accepted + chosen, background))


def _same(workshop: Workshop, shown: Sequence[str], background: Sequence[str]) -> tuple[str, ...]:
    """The background's images that are one of the word's."""
    with workshop.database.read() as session:
        facts = images.by_name(session, [*shown, *background])
    own, others = ([facts[name].perceptual_hash for name in names] for names in (shown, background))
    bits = hamming(np.array(others, dtype=np.int64)[:, None], np.array(own, dtype=np.int64)[None, :])
    return tuple(background[index] for index in np.flatnonzero((bits <= SAME_PICTURE_BITS).any(axis=1)).tolist())


def _taught(
    workshop: Workshop, of_set: SetRecord, names: Sequence[str], new: Sequence[tuple[str, Lesson]], kept: _Kept | None
) -> _Kept:
    """What was kept, and the classifiers of new lessons."""
    workshop.progress.start("describe", "words", len(new))
    background = PreparedBackground(read_activations(workshop, of_set, names)[1])
    samples = [_samples(workshop, of_set, lesson, names) for _, lesson in new]
    ranking = workshop.settings.ranking
    taught = learn_words(samples, background, ranking.c, ranking.seed)
    by_mark = {mark: classifier for (mark, _), classifier in zip(new, taught, strict=True)}
    workshop.progress.finish(f"{len(new)} classifiers learned against {len(names)} background images")
    return _Kept(Normalisation(background.mean, background.scale), {**(kept.by_mark if kept else {}), **by_mark})


def _samples(workshop: Workshop, of_set: SetRecord, lesson: Lesson, names: Sequence[str]) -> WordSamples:
    _, shown = read_activations(workshop, of_set, lesson.shown)
    _, rejected = read_activations(workshop, of_set, lesson.rejected)
    verdict = workshop.settings.ranking.verdict_weight
    counts = [len(lesson.accepted), len(lesson.chosen), len(lesson.rejected)]
    foreign = ~np.isin(np.array(names), np.array(lesson.not_negatives, dtype=str))
    return WordSamples(shown, rejected, np.repeat([verdict, 1.0, verdict], counts), foreign)


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """Classifiers by what they learned from."""

    normalisation: Normalisation
    by_mark: Mapping[str, WordClassifier]

    @classmethod
    def read(cls, path: Path, base: str) -> _Kept | None:
        """What was kept for the same background and settings; None without a file that says so."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                if str(file["base"]) != base:
                    return None
                held_out = np.split(file["held_out"], np.cumsum(file["counts"])[:-1])
                rows = zip(file["marks"], file["weights"], file["numbers"].tolist(), held_out, strict=True)
                return cls(
                    Normalisation(file["mean"], file["scale"]),
                    {
                        str(mark): WordClassifier(weights, numbers[0], Sigmoid(*numbers[1:]), scores)
                        for mark, weights, numbers, scores in rows
                    },
                )
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # none yet, or damaged: they are learned again

    def write(self, path: Path, base: str, marks: Sequence[str]) -> None:
        """Keep these classifiers in place of what was kept."""
        chosen = [self.by_mark[mark] for mark in marks]
        numbers = [(each.bias, each.sigmoid.slope, each.sigmoid.offset, each.sigmoid.log_odds) for each in chosen]
        buffer = io.BytesIO()
        np.savez(
            buffer, base=np.array(base), marks=np.array(marks), numbers=np.array(numbers, dtype=np.float64),
            mean=self.normalisation.mean, scale=self.normalisation.scale,
            weights=np.array([each.weights for each in chosen], dtype=np.float32),
            counts=np.array([len(each.held_out) for each in chosen]),
            held_out=np.concatenate([np.empty(0, np.float32), *(each.held_out for each in chosen)]),
        )  # fmt: skip
        write_file(path, [buffer.getbuffer()])
