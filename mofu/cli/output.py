"""Values → stdout: JSON lines for programs; lines and tables that stay readable in 40 columns for people."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

GAP = "  "


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


def write_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under headings; on a terminal too narrow for them, a small block a row."""
    cells = [[_text(value) for value in row] for row in rows]
    for line in table_lines(headings, cells, _width()):
        click.echo(line)


def table_lines(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The lines of a table no wider than `width` terminal cells (None: as wide as it needs)."""
    from rich.cells import cell_len

    widths = [max(cell_len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    if width is not None and sum(widths) + len(GAP) * (len(widths) - 1) > width:
        return [line for row in rows for line in _block(headings, row, width)]

    def line(row: Sequence[str]) -> str:
        return GAP.join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()

    return [line(headings), *(line(row) for row in rows)]


def _block(headings: Sequence[str], row: Sequence[str], width: int) -> list[str]:
    facts = [f"{heading}: {cell}" for heading, cell in zip(headings[1:], row[1:], strict=True) if cell]
    lines = [part for fact in facts for part in textwrap.wrap(fact, max(width - 2, 20), subsequent_indent="  ")]
    return [row[0], *("  " + line for line in lines)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
