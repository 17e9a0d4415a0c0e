from __future__ import annotations

import io
import json
from typing import Any

from mofu.cli.progress import Lines
from mofu.cli.progress_json import JsonLines
from mofu.progress import Silent, of_job


def told(every_s: float = 0.0, job: int | None = None) -> list[dict[str, Any]]:
    stream = io.StringIO()
    progress = of_job(JsonLines(stream, every_s), job) if job is not None else JsonLines(stream, every_s)
    progress.start("crawl", "もふもふ", 400)
    progress.advance(7, 400, 2)
    progress.notice("paused")
    progress.finish("400 images")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_event_is_one_object_with_the_stage_and_how_far_it_is() -> None:
    lines = told()
    assert [line["event"] for line in lines] == ["start", "progress", "notice", "finish"]
    known = {"stage": "crawl", "subject": "もふもふ", "done": 7, "total": 400, "failed": 2}
    assert known.items() <= lines[1].items()
    assert (lines[2]["message"], lines[3]["message"]) == ("paused", "400 images")


def test_progress_is_told_now_and_then_only() -> None:
    assert [line["event"] for line in told(every_s=3600.0)] == ["start", "notice", "finish"]


def test_every_line_of_a_job_has_its_number() -> None:
    assert {line["job"] for line in told(job=12)} == {12}
    assert not any("job" in line for line in told())


def test_words_are_readable_in_the_line_itself() -> None:
    stream = io.StringIO()
    JsonLines(stream).start("rank", "もふもふ", None)
    assert "もふもふ" in stream.getvalue()


def test_plain_lines_begin_with_the_job() -> None:
    stream = io.StringIO()
    of_job(Lines(stream), 3).notice("paused")
    assert stream.getvalue() == "job 3  paused\n"


def test_what_tells_of_no_jobs_stays_as_it_is() -> None:
    silent = Silent()
    assert of_job(silent, 3) is silent
