"""`mofu visualness`: words → how visual they are: recognizability and region entropy, as a table and a plot."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import fits, write_json, write_table
from mofu.cli.wordlists import gather_mixed
from mofu.errors import InvalidInputError, PartialError

if TYPE_CHECKING:
    from mofu.workers.visualness_table import Request, VisualnessTable, WordVisualness

STDOUT = "-"
_DIGITS = 6
"""Digits of a number that a program is given: the last ones are rounding."""


@dataclass(frozen=True, slots=True)
class _Files:
    """Where a table goes beside stdout."""

    csv: str | None
    plot: Path | None

    def check(self) -> None:
        """Refuse what cannot be written to before anything is measured."""
        if self.csv not in (None, STDOUT) and not str(self.csv).lower().endswith(".csv"):
            raise InvalidInputError(f"--csv {self.csv}: expected a name that ends in .csv, or nothing for stdout")
        if self.plot is not None:
            from mofu.export.visualness_plot import check_target

            check_target(self.plot)


@verb(
    """mofu visualness
mofu visualness もふもふ ごつごつ --plot words.svg
mofu visualness words.txt --csv visualness.csv
mofu visualness words.txt --judge vgg16:fc6 --no-entropy
cat words.txt | mofu visualness - --verdicts-only --json"""
)
@click.argument("words", nargs=-1, metavar="[WORDS.txt|WORD...]")
@click.option("-n", "count", metavar="N", type=click.IntRange(2), default=50, show_default=True,
              help="Images of a word; one with fewer is not ranked.")  # fmt: skip
@click.option("--folds", metavar="N", type=click.IntRange(2), default=5, show_default=True,
              help="Of the cross-validation.")  # fmt: skip
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="Repeats the table.")
@click.option("--verdicts-only", is_flag=True, help="Take only images that people accepted.")
@click.option("--judge", metavar="NAME[:LAYER]", help="The backbone that judges.  [default: that of each ranking]")
@click.option("--no-entropy", is_flag=True, help="Only recognizability.")
@click.option("--csv", "csv_to", metavar="[FILE]", is_flag=False, flag_value=STDOUT,
              help="Write CSV, to stdout in place of the table or to a .csv.")  # fmt: skip
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw it: .svg or .png.")
@options.noun
@options.language
def visualness(
    call: Call, words: tuple[str, ...], *, count: int, folds: int, seed: int, verdicts_only: bool, judge: str | None,
    no_entropy: bool, csv_to: str | None, plot: Path | None, noun: str, language: str | None,
) -> int:  # fmt: skip
    """Say how visual words are.

    How well a word's images are told from the background, and how much the regions that show it differ. Words, or
    files with one a line; without any, all of the library. What has not changed is not measured again.
    """
    from mofu.workers.visualness_table import Request

    if call.as_json and csv_to == STDOUT:
        raise click.UsageError("expected --json or --csv, not both on stdout.")
    files = _Files(csv_to, plot)
    files.check()
    request = Request(count, folds, seed, verdicts_only, not no_entropy)
    names = gather_mixed(words) if words else None
    with call.open() as library:
        table = library.measure_visualness(names, request=request, judge=judge, language=language, noun=noun)
    if files.plot is not None:
        from mofu.export.visualness_plot import write_visualness
        from mofu.workers.visualness_table import plotted

        write_visualness(files.plot, plotted(table))
    if files.csv is not None:
        _write_csv(files.csv, table)
    if call.as_json:
        for row in table.rows:
            write_json(_facts(row, request))
    elif files.csv != STDOUT:
        _write_table(table)
    return PartialError.exit_code if table.unranked else 0


def _facts(row: WordVisualness, request: Request) -> dict[str, object]:
    from mofu.workers.visualness_table import facts

    found = facts(row, request)
    return {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in found.items()}


def _write_table(table: VisualnessTable) -> None:
    headings = ["rank", "word", "score", "ci_low", "ci_high", "entropy", "n", "backbone", "layer", "background", "seed"]
    rows = [_cells(row, table.request, headings) for row in table.rows]
    if table.unranked:
        headings.append("note")
        rows = [[*cells, row.reason] for cells, row in zip(rows, table.rows, strict=True)]
    if fits(headings, rows):
        write_table(headings, rows)
    else:
        _write_narrow(table)


def _write_narrow(table: VisualnessTable) -> None:
    """What differs from word to word in few columns, what does not in a line below them."""
    facts = [_facts(row, table.request) | {"word": row.title} for row in table.rows]
    rows = [[each["word"], each["rank"], *_figures(each), each["n"]] for each in facts]
    headings = ["word", "rank", "score", "95 %", "entropy", "n"]
    if table.unranked:
        headings.append("note")
        rows = [[*cells, row.reason] for cells, row in zip(rows, table.rows, strict=True)]
    write_table(headings, rows)
    for judge in dict.fromkeys((each["backbone"], each["layer"], each["background"]) for each in facts):
        if judge[0] is not None:
            click.echo(
                f"judged by {judge[0]}:{judge[1]} against {judge[2]} background images, seed {table.request.seed}"
            )


def _figures(facts: dict[str, object]) -> list[str]:
    """The score, its interval and the entropy; empty where there is none."""
    score, low, high, entropy = (facts[name] for name in ("score", "ci_low", "ci_high", "entropy"))
    interval = f"{low:.3f}–{high:.3f}" if low is not None else ""
    return ["" if score is None else f"{score:.3f}", interval, "" if entropy is None else f"{entropy:.2f}"]


def _cells(row: WordVisualness, request: Request, headings: list[str]) -> list[object]:
    found = _facts(row, request) | {"word": row.title}
    digits = {"score": 3, "ci_low": 3, "ci_high": 3, "entropy": 2}
    cells = ((name, found[name]) for name in headings)
    return [f"{value:.{digits[name]}f}" if name in digits and value is not None else value for name, value in cells]


def _write_csv(target: str, table: VisualnessTable) -> None:
    from mofu.export.drawing import write_content
    from mofu.workers.visualness_table import FACTS

    text = io.StringIO()
    writer = csv.DictWriter(text, FACTS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_facts(row, table.request) for row in table.rows)
    if target == STDOUT:
        click.echo(text.getvalue(), nl=False)
    else:
        write_content(Path(target), text.getvalue().encode())
