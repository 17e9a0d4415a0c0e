from __future__ import annotations

import sys

import pytest

from mofu.cli.output import fits, table_lines

HEADINGS = ("word", "images", "state")
ROWS = [["もふもふ", "1,000", "done"], ["sky", "9", ""]]


def test_columns_align_by_terminal_cells() -> None:
    assert table_lines(HEADINGS, ROWS, 80) == [
        "word      images  state",
        "もふもふ  1,000   done",
        "sky       9",
    ]


def test_a_table_that_is_too_wide_has_its_last_column_folded_by_terminal_cells() -> None:
    lines = table_lines(("word", "message"), [["sky", "もふもふ もふもふ もふもふ もふもふ"]], 30)
    assert lines == ["word  message", "sky   もふもふ もふもふ", "      もふもふ もふもふ"]


def test_a_table_that_leaves_no_room_for_that_becomes_a_block_a_row() -> None:
    assert table_lines(HEADINGS, ROWS, 20) == ["もふもふ", "  images: 1,000", "  state: done", "sky", "  images: 9"]


def test_a_table_that_goes_to_a_pipe_is_as_wide_as_it_needs() -> None:
    assert len(table_lines(("a", "b"), [["x" * 500, "y"]], None)[1]) == 503


def test_a_table_fits_a_pipe_and_a_terminal_that_is_wide_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    headings, rows = ("word", "n"), [("もふもふ", 1_000)]  # 8 cells, 2 between, 5 cells
    assert fits(headings, rows)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "15")
    assert fits(headings, rows)
    monkeypatch.setenv("COLUMNS", "14")
    assert not fits(headings, rows)
