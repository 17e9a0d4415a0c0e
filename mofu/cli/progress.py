"""A stage's progress → stderr: one live line on a terminal, now and then a line elsewhere; its summary stays."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mofu.progress import Progress, Silent

PLAIN_EVERY_S = 5.0
NARROW = 64
"""Columns below which a summary takes a line of its own."""

STAGE_COLUMNS = 10
LONGEST_BAR = 32
SHORTEST_BAR = 8


@dataclass
class Stage:
    """A stage under way; times in seconds of the monotonic clock."""

    name: str
    subject: str
    total: int | None
    done: int = 0
    failed: int = 0
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, name: str, subject: str, total: int | None) -> Stage:
        """A stage that begins now; a subject that only repeats its name is left out."""
        return cls(name, "" if subject == name else subject, total)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def facts(self) -> list[str]:
        """How far it is, how fast, how long it will take, what failed: the most important first."""
        if not self.done and not self.total:
            return ["…"]
        rate = self.done / max(self.seconds, 1e-9)
        told = [f"{self.done:,}" if self.total is None else f"{self.done:,}/{self.total:,}"]
        if self.failed:
            told.append(f"{self.failed:,} failed")
        if self.done:
            told.append(f"{rate:.1f}/s")
        if self.done and self.total is not None and self.total > self.done:
            told.append(f"{span((self.total - self.done) / rate)} left")
        return told


def span(seconds: float) -> str:
    """Seconds for people: 12.3 s, 4:05 min, 2:10 h."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"


@contextmanager
def watching(how: str) -> Iterator[Progress]:
    """What shows progress: `auto` (bars on a terminal, else lines), `plain` (lines), `json` (objects) or `none`."""
    if how == "none":
        yield Silent()
        return
    if how == "json":
        from mofu.cli.progress_json import JsonLines

        yield JsonLines(sys.stderr)
        return
    console = Console(stderr=True, highlight=False)
    if how == "plain" or not console.is_terminal or console.is_dumb_terminal:
        yield Lines(sys.stderr)
        return
    bars = Bars(console)
    try:
        yield bars
    finally:
        bars.close()


class Lines:
    """A line every few seconds and one at the end of a stage: for logs and pipes."""

    def __init__(self, stream: TextIO, every_s: float = PLAIN_EVERY_S, job: int | None = None) -> None:
        self._stream, self._every_s = stream, every_s
        self._head = "" if job is None else f"job {job}  "
        self._stage = Stage("", "", None)
        self._told = time.monotonic()

    def of_job(self, job: int) -> Lines:
        """The same stream, with a job's number at the head of every line."""
        return Lines(self._stream, self._every_s, job)

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """Nothing is written before there is something to tell."""
        self._stage, self._told = Stage.of(stage, subject, total), time.monotonic()

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """Write a line, if the last one is some seconds old."""
        self._stage.done, self._stage.total, self._stage.failed = done, total, failed
        if time.monotonic() - self._told >= self._every_s:
            self._told = time.monotonic()
            self._write("  ".join(self._stage.facts()))

    def finish(self, summary: str) -> None:
        """Write what the stage ended with."""
        self._write(f"{summary}  {span(self._stage.seconds)}")

    def notice(self, text: str) -> None:
        """Write it."""
        self._stream.write(f"{self._head}{text}\n")
        self._stream.flush()

    def _write(self, text: str) -> None:
        self.notice("  ".join(part for part in (self._stage.name, self._stage.subject, text) if part))


class Bars:
    """One live line for the stage under way; notices and summaries stay above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._stage = Stage("", "", None)

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """Show a stage's line."""
        self.close()
        self._stage = Stage.of(stage, subject, total)
        self._live = Live(_Line(self._stage), console=self._console, transient=True, refresh_per_second=8)
        self._live.start()

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """The line is drawn anew some times a second, whatever is told between."""
        self._stage.done, self._stage.total, self._stage.failed = done, total, failed

    def finish(self, summary: str) -> None:
        """Put the summary in the place of the line."""
        self.close()
        self._console.print(_summary(self._stage, summary, self._console.width))

    def notice(self, text: str) -> None:
        """Write it above the line."""
        self._console.print(Text(text))

    def close(self) -> None:
        """Take the line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None


class _Line:
    """A stage in as many columns as there are: what does not fit is left out, the least important first."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        stage, facts = self._stage, self._stage.facts()
        head = _head(stage, options.max_width)
        # Some columns stay free for the ^C that a terminal echoes: a line that wraps could not be taken away.
        room = options.max_width - cell_len(head.plain) - 4
        while len(facts) > 1 and cell_len("  ".join(facts)) + 2 > room:
            facts.pop()
        tail = "  ".join(facts)
        bar = min(LONGEST_BAR, room - cell_len(tail) - 4)
        line = Table.grid(padding=(0, 2, 0, 0))
        cells: list[Text | ProgressBar] = [head]
        if stage.total and bar >= SHORTEST_BAR:
            cells.append(ProgressBar(total=stage.total, completed=stage.done, width=bar))
        for _ in (*cells, tail):
            line.add_column(no_wrap=True)
        line.add_row(*cells, Text(tail, no_wrap=True))
        yield line


def _head(stage: Stage, width: int) -> Text:
    subject = Text(stage.subject, no_wrap=True)
    subject.truncate(max(8, width // 3), overflow="ellipsis")
    name = stage.name if width < NARROW else stage.name.ljust(STAGE_COLUMNS)
    return Text.assemble((name, "bold"), "  " if stage.subject else "", subject, no_wrap=True)


def _summary(stage: Stage, summary: str, width: int) -> Table:
    head, took = _head(stage, width), Text(span(stage.seconds), style="dim", no_wrap=True)
    lines = Table.grid(padding=(0, 2, 0, 0))
    if width < NARROW:
        lines.add_row(Text.assemble(head, "  ", took))
        lines.add_row(Padding(Text(summary), (0, 0, 0, 2)))
    else:
        for no_wrap in (True, False, True):
            lines.add_column(no_wrap=no_wrap)
        lines.add_row(head, Text(summary), took)
    return lines
