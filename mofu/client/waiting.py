"""A job that was asked for → the same job once it has ended, or the error that its end is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mofu.client.records import Job
from mofu.client.wire import Wire, at
from mofu.errors import InterruptedWork, MofuError, PartialError

FIRST_S, LONGEST_S = 0.2, 2.0


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as lists of jobs have it."""

    job: Job


@dataclass(frozen=True, slots=True)
class _JobPage:
    view: JobView


def look_at(wire: Wire, number: int) -> Job:
    """A job as it is now."""
    return wire.get(_JobPage, at("jobs", f"{number}.json")).view.job


def wait_for(
    wire: Wire, job: Job, progress: Callable[[Job], None] | None = None, *, partial_is_done: bool = False
) -> Job:
    """Look at a job until it has ended; ending this process ends no job.

    Args:
        progress: told of the job each time.
        partial_is_done: whether it is an answer that something is missing.

    Raises:
        PartialError: some of what was asked for is there; the rest comes when the same is asked again.
        InterruptedWork: somebody cancelled it, or its worker died; it can be resumed.
        MofuError: it failed.
    """
    pause_s = FIRST_S
    while True:
        job = look_at(wire, job.id)
        if progress is not None:
            progress(job)
        if job.has_ended:
            break
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_S)
    if job.state == "done" or (job.state == "partial" and partial_is_done):
        return job
    raise _KINDS.get(job.state, MofuError)(f"job {job.id}: {job.message or job.state}")


_KINDS: dict[str, type[MofuError]] = {
    "partial": PartialError,
    "cancelled": InterruptedWork,
    "interrupted": InterruptedWork,
}
