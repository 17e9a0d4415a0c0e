"""What arrives is kept in batches: files durable first, rows that name them after, off the event loop."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from mofu.db import hits
from mofu.db.blobs import Arrival, BlobStore
from mofu.db.durable import full_disk_message
from mofu.db.engine import Database
from mofu.db.hits import HitResult, ImageRecord
from mofu.errors import DiskFullError

BATCH = 128
WAITING = 256
"""Results that may wait for the disk before fetching waits with them: memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A hit's result and, for a new image, its waiting files and facts."""

    result: HitResult
    arrival: Arrival | None = None
    image: ImageRecord | None = None


class Keeper:
    """Writes results down; `run` works until `finish` and ends with the error that stopped it."""

    def __init__(self, database: Database, blobs: BlobStore, min_free_mb: int) -> None:
        self._database, self._blobs, self._min_free = database, blobs, min_free_mb * 2**20
        self._queue: asyncio.Queue[Arrived | None] = asyncio.Queue(WAITING)

    async def put(self, arrived: Arrived) -> None:
        """Hand over a result; waits while too many wait for the disk."""
        await self._queue.put(arrived)

    async def finish(self) -> None:
        """No more results come."""
        await self._queue.put(None)

    async def run(self) -> None:
        """Keep results until `finish`, or until cancelled: then what waits is kept first."""
        try:
            await self._keep_until_finished()
        except asyncio.CancelledError:
            waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
            await self._keep([item for item in waiting if item is not None])
            raise

    async def _keep_until_finished(self) -> None:
        last = False
        while not last:
            batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < BATCH:
                batch.append(self._queue.get_nowait())
            last = None in batch
            # A batch that was begun is ended, also when the crawl is being cancelled: its files are moving.
            await _uninterrupted(self._keep([item for item in batch if item is not None]))

    async def _keep(self, batch: Sequence[Arrived]) -> None:
        """Keep one batch: all of it, or (out of room, killed) none of its rows.

        What waits for the disk does so in a thread. The renames do not: each would give up Python's lock and wait for
        it again beside a busy loop (measured: 130 ms a batch of 64 in a thread beside a crawl, 12 ms alone).
        """
        if not batch:
            return
        if shutil.disk_usage(self._blobs.root).free < self._min_free:
            raise DiskFullError(full_disk_message(self._blobs.root))
        arrivals = [item.arrival for item in batch if item.arrival]
        if arrivals:
            await asyncio.to_thread(self._blobs.sync_incoming, arrivals)
            self._blobs.move_in(arrivals)
            await asyncio.to_thread(self._blobs.sync_stored, arrivals)
        await asyncio.to_thread(self._record, batch)

    def _record(self, batch: Sequence[Arrived]) -> None:
        with self._database.write() as session:
            hits.record(session, [item.result for item in batch], [item.image for item in batch if item.image])


async def _uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
