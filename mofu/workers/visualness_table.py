"""What was measured of words → a table, the most recognisable first, with the reasons of those left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mofu.db.activations import SetRecord
from mofu.db.visualness import EntropyRecord, RecognizabilityRecord
from mofu.db.words import WordRecord
from mofu.errors import MissingPackageError, UsageError
from mofu.export.visualness_plot import Interval, PlottedWord, VisualnessPlot
from mofu.workers.positives import Positives

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Request:
    """How visualness is to be measured.

    Attributes:
        n: images of a word; one with fewer is not ranked.
        folds: of the cross-validation, 2 … n.
        seed: deals folds, draws bootstraps and kinds of regions.
        verdicts_only: take only images that people accepted.
        entropy: whether region entropy is measured, too.
    """

    n: int = 50
    folds: int = 5
    seed: int = 0
    verdicts_only: bool = False
    entropy: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.folds <= self.n or self.seed < 0:
            raise UsageError(f"n={self.n}, folds={self.folds}, seed={self.seed}: expected 2 ≤ folds ≤ n and seed ≥ 0")


@dataclass(frozen=True, slots=True)
class Asked:
    """A word that was asked for; `word` is None where the library has none such, and `reason` says so."""

    name: str
    word: WordRecord | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WordVisualness:
    """A line of the table.

    Attributes:
        name: the word as it was asked for.
        rank: from 1, by score; equal scores share one; None where there is no score.
        n: images that were used, or that there are where they are too few.
        recognizability: None where nothing could be measured; its `score` is None where images were too few.
        judged_by: the activations that recognizability was measured by.
        entropy: None where it was not measured.
        reason: why there is no score, and what to do; empty where there is one.
    """

    name: str
    word: WordRecord | None
    rank: int | None
    n: int
    recognizability: RecognizabilityRecord | None
    judged_by: SetRecord | None
    entropy: EntropyRecord | None
    reason: str

    @property
    def title(self) -> str:
        """The word with its noun, as people are shown it."""
        return f"{self.word.text} {self.word.noun}".strip() if self.word else self.name


@dataclass(frozen=True, slots=True)
class VisualnessTable:
    """Words, the most recognisable first, those without a score last in the order asked for."""

    rows: tuple[WordVisualness, ...]
    request: Request

    @property
    def unranked(self) -> tuple[WordVisualness, ...]:
        """The words without a score."""
        return tuple(row for row in self.rows if row.rank is None)

    def to_pandas(self) -> pandas.DataFrame:
        """One row a word, columns as `facts` names them.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingPackageError("tables need pandas: pip install 'mofu[pandas]'") from error
        table = pandas.DataFrame([facts(row, self.request) for row in self.rows], columns=list(FACTS))
        return table.astype({"rank": "Int64"})


def plotted(table: VisualnessTable) -> VisualnessPlot:
    """A table as it is drawn: words with their numbers, under a line that says how they were measured."""
    words = [PlottedWord(row.title, row.rank, *_numbers(row), row.reason) for row in table.rows]
    heading = f"How visual {len(words):,} word{'s are' if len(words) != 1 else ' is'}"
    return VisualnessPlot(heading, _how(table), words)


def _numbers(row: WordVisualness) -> tuple[Interval | None, Interval | None]:
    score, entropy = row.recognizability, row.entropy
    return (
        Interval(score.score, score.low, score.high) if score and score.score is not None else None,
        Interval(entropy.bits, entropy.low, entropy.high) if entropy and entropy.bits is not None else None,
    )


def _how(table: VisualnessTable) -> str:
    request = table.request
    scored = [(row.recognizability, row.judged_by) for row in table.rows if row.rank is not None]
    against = sorted({score.background for score, _ in scored if score})
    judges = sorted({f"{judge.backbone}:{judge.layer}" for _, judge in scored if judge})
    parts = [f"{request.n} images a word", f"{request.folds} folds", f"seed {request.seed}"]
    if against:
        most = f" to {against[-1]:,}" if len(against) > 1 else ""
        parts.insert(1, f"against {against[0]:,}{most} background images")
    if judges:
        parts.append("judged by " + ", ".join(judges))
    if request.verdicts_only:
        parts.append("chosen by people alone")
    return ", ".join(parts)


FACTS = (
    "rank", "word", "noun", "language", "score", "ci_low", "ci_high", "pooled", "chance", "entropy", "entropy_low",
    "entropy_high", "entropy_normalised", "n", "accepted", "folds", "protocol", "chosen_by", "backbone", "layer",
    "background", "background_id", "seed", "note",
)  # fmt: skip


def facts(row: WordVisualness, request: Request) -> dict[str, object]:
    """A line's numbers by the names of `FACTS`; None where there is none."""
    score, entropy = row.recognizability, row.entropy
    found: dict[str, object] = dict.fromkeys(FACTS)
    found |= {"rank": row.rank, "word": row.name, "n": row.n, "seed": request.seed, "note": row.reason or None}
    if row.word is not None:
        found |= {"word": row.word.text, "noun": row.word.noun or None, "language": row.word.language}
    if score is not None and row.judged_by is not None:
        found |= {
            "score": score.score, "ci_low": score.low, "ci_high": score.high, "pooled": score.pooled,
            "chance": score.chance, "accepted": score.accepted, "folds": score.folds, "protocol": score.protocol,
            "chosen_by": score.chosen_by, "backbone": row.judged_by.backbone_id, "layer": row.judged_by.layer,
            "background": score.background, "background_id": score.background_id,
        }  # fmt: skip
    if entropy is not None:
        found |= {
            "entropy": entropy.bits, "entropy_low": entropy.low, "entropy_high": entropy.high,
            "entropy_normalised": entropy.normalised,
        }  # fmt: skip
    return found


def line(
    asked: Asked,
    positives: Positives | None,
    score: RecognizabilityRecord | None,
    entropy: EntropyRecord | None,
    judge: SetRecord | None,
) -> WordVisualness:
    """The line of a word, with what to do where it has no score; ranks come with the others (`ranked`)."""
    word = asked.word
    if word is None:
        return WordVisualness(asked.name, None, None, 0, None, None, None, asked.reason)
    if positives is None:
        return WordVisualness(
            asked.name, word, None, 0, None, None, None, f"no ranking: run `mofu build {_call(word)}`"
        )
    judged_by = judge or positives.ranked_by
    n = score.n if score is not None else len(positives.names)
    return WordVisualness(asked.name, word, None, n, score, judged_by, entropy, _reason(positives, score, judged_by))


def ranked(lines: Sequence[WordVisualness]) -> tuple[WordVisualness, ...]:
    """Lines by score, the highest first, equals by name; those without a score last, in their order."""
    scored = [(each, score) for each in lines if (score := _score(each)) is not None]
    scored.sort(key=lambda pair: (-pair[1], pair[0].name))
    scores = [score for _, score in scored]
    first = [replace(each, rank=scores.index(score) + 1) for each, score in scored]
    return (*first, *(each for each in lines if _score(each) is None))


def _score(each: WordVisualness) -> float | None:
    return each.recognizability.score if each.recognizability else None


def _reason(positives: Positives, score: RecognizabilityRecord | None, judged_by: SetRecord) -> str:
    """Why there is no score, and what to do."""
    if score is None:
        backbone = f"{judged_by.backbone}:{judged_by.layer}"
        return f"no activations by {backbone}: run `mofu features {_call(positives.word)} --backbone {backbone}`"
    if score.not_ranked is None:
        return ""
    if positives.verdicts_only:
        return f"{score.not_ranked}: accept more of its images"
    return f"{score.not_ranked}: run `mofu build {_call(positives.word)} -n N` with more images, or take a smaller n"


def _call(word: WordRecord) -> str:
    return f"{word.text} --noun {word.noun}" if word.noun else word.text
