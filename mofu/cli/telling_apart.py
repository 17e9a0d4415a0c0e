"""How well words are told apart → stdout: a matrix with its margins for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from mofu.cli.output import fits, write_json, write_table

if TYPE_CHECKING:
    from mofu.ranking.metrics import Confusion
    from mofu.workers.discriminating import Discrimination

MATRIX_AT_MOST = 12
"""Classes of a matrix that a person still reads; of more, each class is told with what it is mostly taken for."""
PAIRS = 10
"""Pairs of words that are told as the most confused, in JSON."""


def write_discrimination(found: Discrimination, *, as_json: bool, as_csv: bool) -> None:
    """Write one matrix, its row recall and column precision, the colour baseline beside it."""
    if as_json:
        write_json(_object(found))
    elif as_csv:
        write_csv(_rows(found))
    else:
        matrix = _matrix(found)
        is_readable = len(found.classes) <= MATRIX_AT_MOST and fits(*matrix)
        write_table(*(matrix if is_readable else _list(found)))
        click.echo("\n".join(_summary(found)))


def write_csv(rows: Iterable[Sequence[object]]) -> None:
    """Rows as CSV, with lines that end as everywhere on stdout."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    click.echo(text.getvalue(), nl=False)


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _matrix(found: Discrimination) -> tuple[list[str], list[list[object]]]:
    confusion, colour = found.confusion, found.colour
    rows: list[list[object]] = [
        [name, *(str(count) for count in counts), _percent(recall), _percent(by_colour)]
        for name, counts, recall, by_colour in zip(
            confusion.labels, confusion.counts.tolist(), confusion.recall, colour.recall, strict=True
        )
    ]
    accuracies = [_percent(confusion.accuracy), _percent(colour.accuracy)]
    rows.append(["precision", *(_percent(share) for share in confusion.precision), *accuracies])
    return ["", *confusion.labels, "recall", "by colour"], rows


def _list(found: Discrimination) -> tuple[list[str], list[list[object]]]:
    confusion, colour = found.confusion, found.colour
    rows: list[list[object]] = []
    for index, name in enumerate(confusion.labels):
        counts = confusion.counts[index].tolist()
        others = sorted(((-count, place) for place, count in enumerate(counts) if count and place != index))[:3]
        taken = ", ".join(f"{confusion.labels[place]} {-count}" for count, place in others)
        shares = (confusion.recall[index], confusion.precision[index], colour.recall[index])
        rows.append([name, str(sum(counts)), *(_percent(share) for share in shares), taken])
    return ["word", "images", "recall", "precision", "by colour", "taken for"], rows


def _summary(found: Discrimination) -> list[str]:
    from mofu.ranking.discriminability import chance, confusables

    images = int(found.confusion.counts.sum())
    pictures = "picture" if found.shared == 1 else "pictures"
    shared = f", {found.shared} {pictures} in more than one class" if found.shared else ""
    by_colour = f"by colour alone {_accuracy(found.colour)}"
    lines = [
        f"accuracy {_accuracy(found.confusion)}, {by_colour}, chance {_percent(chance(found.confusion))}",
        f"{images} images{shared}, {found.folds} folds, {found.backbone}, seed {found.seed}",
    ]
    pairs = [pair for pair in confusables(found.confusion)[:3] if pair.share > 0]
    if pairs:
        lines.append("most confused: " + ", ".join(f"{p.first} ↔ {p.second} {_percent(p.share)}" for p in pairs))
    return lines


def _accuracy(confusion: Confusion) -> str:
    from mofu.ranking.discriminability import accuracy_interval

    interval = accuracy_interval(confusion)
    return f"{_percent(confusion.accuracy)} ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def _rows(found: Discrimination) -> list[list[object]]:
    """Counts, with recall at the right and precision below, by activations and by colour."""
    confusion, colour = found.confusion, found.colour
    margins = ["recall", "colour_recall", "precision", "colour_precision"]
    rows: list[list[object]] = [["word", *confusion.labels, *margins]]
    for index, name in enumerate(confusion.labels):
        shares = (confusion.recall, colour.recall, confusion.precision, colour.precision)
        values = [_rounded(float(share[index])) for share in shares]
        rows.append([name, *confusion.counts[index].tolist(), *values])
    return rows


def _rounded(share: float) -> float | None:
    return None if math.isnan(share) else round(share, 6)


def _object(found: Discrimination) -> dict[str, object]:
    from mofu.ranking.discriminability import chance, confusables

    classes = [
        {"word": each.word.text, "slug": each.word.slug, "images": each.images, "ranked": each.ranked,
         "ranked_by": each.ranked_by}
        for each in found.classes
    ]  # fmt: skip
    pairs = [
        {"words": [pair.first, pair.second], "forth": _rounded(pair.forth), "back": _rounded(pair.back)}
        for pair in confusables(found.confusion)[:PAIRS]
    ]
    return {
        "noun": found.noun or None, "classes": classes, "confusion": _margins(found.confusion),
        "colour": _margins(found.colour), "chance": _rounded(chance(found.confusion)), "most_confused": pairs,
        "shared": found.shared, "backbone": found.backbone, "folds": found.folds, "c": found.c, "seed": found.seed,
    }  # fmt: skip


def _margins(confusion: Confusion) -> dict[str, object]:
    from mofu.ranking.discriminability import accuracy_interval

    interval = accuracy_interval(confusion)
    return {
        "counts": confusion.counts.tolist(),
        "recall": [_rounded(float(share)) for share in confusion.recall],
        "precision": [_rounded(float(share)) for share in confusion.precision],
        "accuracy": _rounded(confusion.accuracy), "ci_low": _rounded(interval.low), "ci_high": _rounded(interval.high),
    }  # fmt: skip
