"""A stage's progress → a JSON object a line on stderr: for what collects logs."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any, TextIO

from mofu.cli.progress import PLAIN_EVERY_S, Stage


class JsonLines:
    """An object for each stage that begins or ends, for each notice, and every few seconds in between.

    Its fields: `time` (UTC, ISO 8601), `event` (start, progress, finish, notice), `job` (its number, where
    a worker does one), `stage`, `subject`, `done`, `total`, `failed`, `seconds`, `message`.
    """

    def __init__(self, stream: TextIO, every_s: float = PLAIN_EVERY_S, job: int | None = None) -> None:
        self._stream, self._every_s, self._job = stream, every_s, job
        self._stage: Stage | None = None
        self._told = time.monotonic()

    def of_job(self, job: int) -> JsonLines:
        """The same stream, with a job's number in every line."""
        return JsonLines(self._stream, self._every_s, job)

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """Tell that a stage begins."""
        self._stage = Stage(stage, subject, total)
        self._write("start")

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """Tell how far it is, if the last line is some seconds old."""
        if self._stage is None:
            return
        self._stage.done, self._stage.total, self._stage.failed = done, total, failed
        if time.monotonic() - self._told >= self._every_s:
            self._write("progress")

    def finish(self, summary: str) -> None:
        """Tell what it ended with."""
        self._write("finish", message=summary)
        self._stage = None

    def notice(self, text: str) -> None:
        """Tell it, with the stage that it concerns."""
        self._write("notice", message=text)

    def _write(self, event: str, **more: Any) -> None:
        self._told = time.monotonic()
        line: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        if self._job is not None:
            line["job"] = self._job
        if (at := self._stage) is not None:
            line |= {"stage": at.name, "subject": at.subject, "done": at.done, "total": at.total, "failed": at.failed}
            line["seconds"] = round(at.seconds, 3)
        self._stream.write(json.dumps(line | more, ensure_ascii=False) + "\n")
        self._stream.flush()
