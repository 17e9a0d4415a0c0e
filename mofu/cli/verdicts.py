"""`mofu verdicts`: what people said of images → rows of the library, and back; how precise a ranking is by a sample."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.moved import write_moved
from mofu.cli.output import write_json

if TYPE_CHECKING:
    from mofu.workers.auditing import WordAudit


@with_common_options
@click.group(
    epilog="\b\nExamples:\n  mofu verdicts import judged.csv\n  mofu verdicts export > all.csv\n\nGuide: docs/cli.md"
)
def verdicts() -> None:
    """What people said of images."""


@verb(
    """mofu verdicts import judged.csv
mofu verdicts import judged.jsonl --who ada""",
    name="import",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--who", metavar="NAME", help="Who gave the verdicts that name nobody.  [default: this user]")
def import_(call: Call, file: Path, who: str | None) -> None:
    """Store the verdicts of a file.

    All or none: a line that is wrong is named. The same file again adds nothing.
    """
    with call.open() as library:
        report = library.import_verdicts(file, who=who)
    if call.as_json:
        write_json(report)
        return
    known = f", {report.known:,} known already" if report.known else ""
    empty = f", {report.empty:,} without a judgement" if report.empty else ""
    click.echo(f"{report.new:,} new verdicts{known}{empty}  {', '.join(report.words)}")


@verb(
    """mofu verdicts export > verdicts.csv
mofu verdicts export もふもふ --json > verdicts.jsonl""",
    name="export",
)
@click.argument("word", required=False)
@options.noun
@options.language
def export(call: Call, word: str | None, *, noun: str, language: str | None) -> None:
    """Write every verdict, the oldest first.

    As CSV, or JSON lines with --json; of one word, or of all.
    """
    from mofu.workers.verdict_files import COLUMNS, export_rows

    with call.open() as library:
        of_word = library.word(word, language, noun) if word is not None else None
        rows = list(export_rows(library.workshop, of_word))
    if call.as_json:
        for row in rows:
            write_json(row)
        return
    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)


@verb(
    """mofu verdicts replay もふもふ
mofu verdicts replay もふもふ --save"""
)
@click.argument("word")
@click.option("--save", is_flag=True, help="Make it the current ranking.")
@options.strategy
@options.noun
@options.language
def replay(call: Call, word: str, *, save: bool, noun: str, language: str | None) -> None:
    """Rank anew by the stored verdicts.

    What moves against the current ranking, and which images to judge next. Nothing is stored without --save. It is
    ranked in the way of the current ranking, but for what the call says otherwise.
    """
    with call.open() as library:
        record = library.word(word, language, noun)
        write_moved(call, library.correct(record, **call.said("ranking")), save=save)


@verb(
    """mofu verdicts audit もふもふ -k 100 -o sample.html
mofu verdicts import judged-もふもふ.csv
mofu verdicts audit もふもふ -k 100 --target 0.9"""
)
@click.argument("word")
@click.option(
    "-k", "first", metavar="K", type=click.IntRange(1), default=100, show_default=True, help="Of the first K images."
)
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="Another sample.")
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(path_type=Path),
    help="Write the sample to be judged: .html, a page, or .csv, a table.",
)  # fmt: skip
@click.option(
    "--target", metavar="P", type=click.FloatRange(0, 1, min_open=True), default=0.9, show_default=True,
    help="The precision to be reached.",
)  # fmt: skip
@options.noun
@options.language
def audit(
    call: Call, word: str, *, first: int, seed: int, output: Path | None, target: float, noun: str, language: str | None
) -> None:
    """Say how precise a ranking is.

    From a random sample of its first images that was judged blindly: precision with its 95 % interval, and about how
    many more judgements the target needs.
    """
    with call.open() as library:
        made = library.audit(library.word(word, language, noun), first, seed)
        if output is not None:
            made.write(output)
            library.progress.notice(
                f"{output}: judge from the first on, save, then `mofu verdicts import` what was saved"
            )
    _write_audit(call, made, target, is_written=output is not None)


def _write_audit(call: Call, made: WordAudit, target: float, *, is_written: bool) -> None:
    result = made.result()
    interval, more = result.interval, result.more_for_target(target)
    answer = result.reaches(target)
    if call.as_json:
        write_json(
            {"word": made.word.text, "audit": made.name, "k": result.k, "judged": result.judged,
             "accepted": result.accepted, "rejected": result.rejected, "unsure": result.unsure,
             "precision": result.precision if result.accepted + result.rejected else None,
             "low": interval.low, "high": interval.high, "target": target, "reached": answer, "more": more}
        )  # fmt: skip
        return
    precision = f"{result.precision:.3f}" if result.accepted + result.rejected else "unknown"
    click.echo(
        f"{made.word.text}  precision@{result.k} {precision}  95 % interval {interval.low:.3f} to {interval.high:.3f}"
    )
    click.echo(
        f"judged {result.judged} of {result.k}: {result.accepted} accepted, {result.rejected} rejected, "
        f"{result.unsure} unsure"
    )
    click.echo(f"at least {target:g}: {answer}{_open(more) if answer == 'open' else ''}")
    if not (result.judged or is_written):
        click.echo(f"to judge it: `mofu verdicts audit {made.word.text} -k {result.k} -o sample.html`", err=True)


def _open(more: int | None) -> str:
    return f", about {more} more judgements" if more is not None else ", also if all were judged: too many are unsure"


verdicts.add_command(import_)
verdicts.add_command(export)
verdicts.add_command(replay)
verdicts.add_command(audit)
