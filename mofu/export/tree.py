"""A dataset → the files of its export, one at a time: pictures, each with its mask, then the texts about them."""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from mofu.db.blobs import EXTENSIONS
from mofu.errors import DamagedError
from mofu.export.base import ExportOptions, ExportReport, MissingFile, Progress, Resize, select
from mofu.export.dataset import Dataset, DatasetImage
from mofu.export.masks.annotations import Annotated, annotate, coco_json
from mofu.export.masks.drawn import DrawnRegion, UnreadableMapError, draw, wanted
from mofu.export.masks.files import mask_png
from mofu.export.texts import (
    WrittenImage,
    attribution_md,
    dataset_json,
    license_counts,
    licenses_csv,
    metadata_jsonl,
)
from mofu.imaging.results import DecodeFailure

LOOKAHEAD = 8
"""Pictures being decoded at once while the one before them is written; bounds what is held in memory."""
JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an export: its ASCII name with forward slashes, its bytes, its time in UTC."""

    name: str
    content: bytes
    modified: datetime
    is_text: bool


@dataclass(frozen=True, slots=True)
class _Picture:
    content: bytes
    extension: str
    width: int
    height: int


class _UnreadableError(Exception):
    """A picture that cannot be written; its text is the reason."""


@dataclass(slots=True)
class Tree:
    """The members of one export and, once they are all taken, what to report of them.

    Attributes:
        annotations: the name of COCO's annotations, where the options ask for them.
    """

    dataset: Dataset
    options: ExportOptions
    progress: Progress | None = None
    annotations: str = "masks/annotations.json"
    written: list[WrittenImage] = field(default_factory=list)
    annotated: list[Annotated] = field(default_factory=list)
    missing: list[MissingFile] = field(default_factory=list)

    def members(self) -> Iterator[Member]:
        """Every member in the order of the export; raises NothingFoundError, DamagedError."""
        selected = select(self.dataset, self.options)
        digits = max(4, len(str(selected[-1].rank)))
        for done, (image, finish) in enumerate(self._started(selected), start=1):
            try:
                picture = finish()
            except _UnreadableError as error:
                self.missing.append(MissingFile(image.sha256, image.rank, image.path, str(error)))
            else:
                yield from self._members(image, picture, digits)
            if self.progress:
                self.progress(done, len(selected))
        if not self.written:
            raise DamagedError(
                f"none of the {len(selected)} pictures of {self.dataset.name!r} can be exported, the first because "
                f"{self.missing[0].reason}: run `mofu check`"
            )
        yield from self._texts()

    def report(self, path: Path, size_bytes: int) -> ExportReport:
        """What was written to `path`."""
        licenses = license_counts(each.image for each in self.written)
        return ExportReport(path, len(self.written), size_bytes, tuple(self.missing), licenses)

    def _started(self, selected: Iterable[DatasetImage]) -> Iterator[tuple[DatasetImage, Callable[[], _Picture]]]:
        resize = self.options.resize
        if resize is None:
            yield from ((image, lambda image=image: _original(image)) for image in selected)
            return
        pending: deque[tuple[DatasetImage, Callable[[], _Picture]]] = deque()
        for image in selected:
            pending.append((image, _scaled(image, resize)))
            if len(pending) > LOOKAHEAD:
                yield pending.popleft()
        yield from pending

    def _members(self, image: DatasetImage, picture: _Picture, digits: int) -> Iterator[Member]:
        """A picture and, where it has one, its mask."""
        stem, time = f"{image.rank:0{digits}}_{image.sha256[:8]}", _aware(image.record.crawled_at)
        written = WrittenImage(image, f"images/{stem}.{picture.extension}", picture.width, picture.height)
        yield Member(written.file_name, picture.content, time, is_text=False)
        masks = self.options.masks
        drawn = self._drawn(written) if masks != "none" else []
        if masks == "png" and (content := mask_png(drawn)) is not None:
            written = replace(written, mask_file_name=f"masks/{stem}.png")
            yield Member(f"masks/{stem}.png", content, time, is_text=False)
        elif masks != "none" and masks != "png":
            self.annotated.append(Annotated(written, tuple(annotate(each, masks) for each in drawn)))
        self.written.append(written)

    def _drawn(self, written: WrittenImage) -> list[DrawnRegion]:
        """The regions of a picture at its size; those whose map cannot be read are reported."""
        drawn = []
        for region in wanted(written.image, self.options.verdicts):
            try:
                drawn.append(draw(region, written.width, written.height))
            except UnreadableMapError as error:
                image = written.image
                self.missing.append(MissingFile(image.sha256, image.rank, region.map, str(error)))
        return [each for each in drawn if each is not None]

    def _texts(self) -> Iterator[Member]:
        newest = max(_aware(each.image.record.crawled_at) for each in self.written)
        texts = {
            "metadata.jsonl": metadata_jsonl(self.dataset, self.options, self.written),
            "dataset.json": dataset_json(self.dataset, self.options, self.written, self.missing),
            "ATTRIBUTION.md": attribution_md(self.dataset, self.options, self.written),
            "LICENSES.csv": licenses_csv(self.written),
        }
        if self.annotated:
            texts[self.annotations] = coco_json(self.dataset, self.annotated)
        for name, content in texts.items():
            yield Member(name, content, newest, is_text=True)


def _original(image: DatasetImage) -> _Picture:
    return _Picture(_checked_bytes(image), EXTENSIONS[image.format], image.width, image.height)


def _checked_bytes(image: DatasetImage) -> bytes:
    try:
        content = image.path.read_bytes()
    except FileNotFoundError:
        raise _UnreadableError("the file is missing") from None
    except OSError as error:
        raise _UnreadableError(f"the file cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != image.sha256:
        raise _UnreadableError(f"the file's {len(content)} bytes are not those that its SHA-256 names")
    return content


def _scaled(image: DatasetImage, resize: Resize) -> Callable[[], _Picture]:
    """Start decoding an image; what comes back waits for it."""
    try:
        _checked_bytes(image)
    except _UnreadableError as error:
        reason = str(error)

        def fail() -> _Picture:
            raise _UnreadableError(reason)

        return fail
    future = resize.decoder.pixels(image.path, resize.size_px, fit="longer")

    def finish() -> _Picture:
        try:
            pixels = future.result()
        except (DecodeFailure, OSError) as error:
            raise _UnreadableError(f"the file cannot be decoded: {error}") from error
        encoded = io.BytesIO()
        Image.fromarray(pixels).save(encoded, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return _Picture(encoded.getvalue(), "jpg", pixels.shape[1], pixels.shape[0])

    return finish


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
