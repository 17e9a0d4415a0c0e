"""A library's rows and disk → families of figures in Prometheus's terms, read anew whenever they are collected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mofu.db import counting, ledger
from mofu.db.base import now
from mofu.library import Library


class LibraryFigures(Collector):
    """What is in one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not read the library."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Read the rows and the disk."""
        with self._library.database.read() as session:
            held, jobs = counting.counts(session), counting.jobs(session)
            waits_since = ledger.waits_since(session)
        for name in ("words", "images", "activations", "verdicts"):
            yield _gauge(f"mofu_{name}", f"{name.capitalize()} in the library.", getattr(held, name))
        hits = GaugeMetricFamily("mofu_hits", "Hits by what became of them.", labels=["outcome"])
        for outcome, count in sorted(held.hits.items()):
            hits.add_metric([outcome], count)
        yield hits
        of_jobs = GaugeMetricFamily("mofu_jobs", "Jobs asked for, by verb and state.", labels=["verb", "state"])
        for each in jobs:
            of_jobs.add_metric([each.verb, each.state], each.count)
        yield of_jobs
        waits = 0.0 if waits_since is None else (now() - waits_since).total_seconds()
        yield _gauge("mofu_jobs_oldest_wait_seconds", "How long the job that has waited longest waits.", waits)
        free = shutil.disk_usage(self._library.root).free
        yield _gauge("mofu_disk_free_bytes", "Room where the library's folder is.", free)
        yield from self._running()

    def _running(self) -> Iterator[Metric]:
        done = GaugeMetricFamily("mofu_job_done", "Items that a running job's stage has done.", labels=["job", "stage"])
        total = GaugeMetricFamily("mofu_job_total", "Items that it expects.", labels=["job", "stage"])
        with self._library.database.read() as session:
            for job in ledger.running(session):
                done.add_metric([str(job.id), job.stage], job.done)
                if job.total is not None:
                    total.add_metric([str(job.id), job.stage], job.total)
        yield done
        yield total


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
