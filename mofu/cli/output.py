"""Values → stdout: JSON lines for programs; lines and tables that stay readable in 40 columns for people."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

GAP = "  "
FOLDED_AT_LEAST = 24
"""Terminal cells that the last column of a table must have left to be folded."""


def write_json(value: Any) -> None:
    """One JSON object on one line; dataclasses, paths and times included."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def write_table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, none: str = "") -> None:
    """Rows under headings; on a terminal too narrow for them, a small block a row.

    Where there is no row, `none` says so on stderr, and how one comes to be.
    """
    if none and not rows:
        click.echo(none, err=True)
    cells = [[_text(value) for value in row] for row in rows]
    for line in table_lines(headings, cells, _width()):
        click.echo(line)


def fits(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> bool:
    """Whether a table is no wider than the terminal that it goes to; a pipe has room for any."""
    width = _width()
    if width is None:
        return True
    widths = _widths(headings, [[_text(value) for value in row] for row in rows])
    return sum(widths) + len(GAP) * (len(widths) - 1) <= width


def table_lines(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The lines of a table no wider than `width` terminal cells (None: as wide as it needs).

    Where it is too wide, the last column is folded if that leaves it room, else each row becomes a block of its own.
    """
    from rich.cells import cell_len

    widths = _widths(headings, rows)
    before = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    if width is not None and before + widths[-1] > width:
        if width - before < FOLDED_AT_LEAST:
            return [line for row in rows for line in _block(headings, row, width)]
        widths[-1] = width - before

    def line(row: Sequence[str]) -> str:
        return GAP.join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()

    lines = [line(headings)]
    for row in rows:
        first, *rest = fold(row[-1], widths[-1])
        lines += [line([*row[:-1], first]), *(" " * before + part for part in rest)]
    return lines


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The terminal cells that each column needs."""
    from rich.cells import cell_len

    return [max(cell_len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]


def fold(text: str, width: int) -> list[str]:
    """A text in lines of at most so many terminal cells, at least one."""
    from rich.console import Console
    from rich.text import Text

    return [part.plain.rstrip() for part in Text(text).wrap(Console(width=width), width)] or [""]


def _block(headings: Sequence[str], row: Sequence[str], width: int) -> list[str]:
    facts = [f"{heading}: {cell}" for heading, cell in zip(headings[1:], row[1:], strict=True) if cell]
    lines = [row[0]]
    for fact in facts:
        first, *rest = fold(fact, max(width - 4, 20))
        lines += [f"  {first}", *(f"    {part}" for part in rest)]
    return lines


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
