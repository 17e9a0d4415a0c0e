from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from mofu.cli.progress import Bars, Lines, Stage, span, watching
from mofu.progress import Silent


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.04, "0.0 s"), (12.34, "12.3 s"), (245, "4:05 min"), (7800, "2:10 h")]
)
def test_spans_are_written_as_people_say_them(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_facts_name_the_most_important_first() -> None:
    stage = Stage("crawl", "もふもふ", 400, done=100, failed=3)
    stage.began -= 10
    count, failed, rate, left = stage.facts()
    assert (count, failed) == ("100/400", "3 failed")
    assert re.fullmatch(r"(9\.9|10\.0)/s", rate)
    assert left.endswith("left")


def test_a_stage_that_knows_nothing_yet_says_so_little() -> None:
    assert Stage("crawl", "もふもふ", None).facts() == ["…"]


def test_plain_lines_come_now_and_then_and_at_the_end() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every_s=0)
    lines.start("crawl", "もふもふ", None)
    lines.advance(3, 10, 1)
    lines.notice("waiting for a quota")
    lines.finish("9 of 10 images")
    told, notice, summary = stream.getvalue().splitlines()
    assert told.startswith("crawl  もふもふ  3/10  1 failed")
    assert notice == "waiting for a quota"
    assert summary.startswith("crawl  もふもふ  9 of 10 images  0.")


def test_plain_lines_are_quiet_between() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every_s=3600)
    lines.start("crawl", "もふもふ", None)
    lines.advance(3, 10)
    assert stream.getvalue() == ""


def test_a_subject_that_repeats_the_stage_is_left_out() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.start("background", "background", None)
    lines.finish("98 images")
    assert stream.getvalue().startswith("background  98 images")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_live_lines_and_summaries_fit_the_terminal(width: int) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=width, color_system=None, legacy_windows=False)
    bars = Bars(console)
    bars.start("features", "もふもふもふもふもふもふもふもふ 犬", None)
    bars.advance(612, 1000, 4)
    bars.finish("356 of 400 images (not stored: http 12, timeout 3, not-an-image 20, truncated 9)")
    bars.close()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    rows = [row for part in shown.split("\n") for row in part.split("\r")]
    assert max(cell_len(row.rstrip()) for row in rows) <= width
    assert "612/1,000" in shown
    assert "400 images" in " ".join(shown.split())


def test_progress_is_silent_where_none_is_wanted() -> None:
    with watching("none") as progress:
        assert isinstance(progress, Silent)


def test_progress_is_plain_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with watching("auto") as progress:
        assert isinstance(progress, Lines)
        progress.notice("hello")
    assert capsys.readouterr() == ("", "hello\n")
