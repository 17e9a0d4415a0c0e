"""A hit → its bytes in the library's incoming folder and what a decoder says of them, or the kind of its failure."""

from __future__ import annotations

import asyncio
import lzma
import uuid
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mofu.crawler.fetch import Fetcher
from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.keeper import Arrived
from mofu.crawler.sources.base import Source
from mofu.db.blobs import Arrival
from mofu.db.durable import disk_errors
from mofu.db.hits import HitRecord, HitResult, ImageRecord
from mofu.errors import MofuError
from mofu.imaging.decoders import Decoders
from mofu.imaging.sandbox import DecodeFailure

_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Bringer:
    """Brings the bytes of hits, from the web or from a local source, and looks at them.

    Attributes:
        incoming: the folder for what has not been kept yet.
        fetcher: of what the web holds.
        decoders: of the running event loop.
        max_bytes: of one image, wherever it comes from.
    """

    incoming: Path
    fetcher: Fetcher
    decoders: Decoders
    max_bytes: int

    async def bring(self, source: Source, hit: HitRecord) -> Arrived:
        """Bring a hit's image; what fails leaves no file.

        Raises:
            DiskFullError: no room.
            MofuError: no decoder can be started.
        """
        body = self.incoming / f"{uuid.uuid4().hex}.body"
        thumbnail = body.with_suffix(".thumbnail")
        try:
            if source.local:
                await asyncio.to_thread(self._copy, source, hit.url, body)
            else:
                await self.fetcher.fetch(hit.fetch_url or hit.url, body)
            facts = await self._inspect(body, thumbnail)
        except (HitFailure, DecodeFailure) as failure:
            body.unlink(missing_ok=True)
            return Arrived(HitResult(hit.id, Outcome(failure.kind), failure.reason))
        return Arrived(
            HitResult(hit.id, Outcome.STORED, image_sha256=facts.sha256),
            Arrival(facts.sha256, facts.format, body, thumbnail),
            facts,
        )

    async def _inspect(self, body: Path, thumbnail: Path) -> ImageRecord:
        with disk_errors(thumbnail):
            seen = await self.decoders.inspect(body, thumbnail)
        return ImageRecord(seen.sha256, seen.format, seen.width, seen.height, seen.bytes, seen.phash)

    def _copy(self, source: Source, url: str, body: Path) -> None:
        """Copy a local file into the incoming folder, under the same cap as a body from the web."""
        try:
            stream = source.open(url)
        except (OSError, MofuError) as error:
            raise HitFailure(Outcome.DISK, f"cannot be read: {error}"[:300]) from error
        with stream, disk_errors(body), body.open("xb") as copy:
            while data := _piece(stream):
                copy.write(data)
                if copy.tell() > self.max_bytes:
                    raise HitFailure(Outcome.TOO_LARGE, f"more than {self.max_bytes} bytes")


def _piece(stream: BinaryIO) -> bytes:
    """The next bytes of a local file or of an archive's member."""
    try:
        return stream.read(_COPY_BYTES)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise HitFailure(Outcome.DISK, f"cannot be read: {error}"[:300]) from error
