"""How long work tells of itself: stages that start, advance and end, and notices; the edge decides how they look."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Progress(Protocol):
    """What a stage calls while it works; called from one thread at a time."""

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """A stage begins for a word (or "background"); `total` items are expected, None if unknown."""

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """So many items of the stage are done, of so many, so many of them failures."""

    def finish(self, summary: str) -> None:
        """The stage ended; one line says with what."""

    def notice(self, text: str) -> None:
        """Something a person should know now: a pause, a fallback, a limit."""


class Silent:
    """Progress that nobody watches."""

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """Say nothing."""

    def finish(self, summary: str) -> None:
        """Say nothing."""

    def notice(self, text: str) -> None:
        """Say nothing."""


@runtime_checkable
class TellsOfJobs(Protocol):
    """Progress that says of which job of the ledger it tells."""

    def of_job(self, job: int) -> Progress:
        """The same, for a job of this number."""


def of_job(progress: Progress, job: int) -> Progress:
    """Progress for a job: what tells of jobs says its number, what does not stays as it is."""
    return progress.of_job(job) if isinstance(progress, TellsOfJobs) else progress
