"""What every stage works with: the library's database, files, settings and decoders, and who watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.imaging.sandbox import DecoderPool
from mofu.progress import Progress
from mofu.settings import Settings

DATABASE_FILE = "library.sqlite"


@dataclass(frozen=True, slots=True)
class Workshop:
    """An open library as the stages see it; `job` is the number of the one asked for that they run for, if any."""

    root: Path
    settings: Settings
    database: Database
    blobs: BlobStore
    progress: Progress
    job: int | None = None

    @contextmanager
    def decoders(self) -> Iterator[DecoderPool]:
        """A pool of confined decoder processes, for one stage."""
        with DecoderPool.of(self.settings.crawler) as pool:
            yield pool
