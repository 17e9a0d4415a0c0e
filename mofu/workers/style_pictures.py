"""Pictures that people give to be stylised → kept with the library; their upright pixels, decoded in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mofu.db import images, styles
from mofu.db.styles import NewPicture, PictureRecord
from mofu.errors import DamagedError, InvalidInputError, UnknownNameError
from mofu.imaging.results import DecodeFailure, Inspected, Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.imaging.thumbnails import encoded
from mofu.workers.style_store import StyleStore
from mofu.workers.workshop import Workshop

VIEW_PX = 1024
"""Longer side of the view of a picture that pages show beside what was made of it."""

LEAST_SIDE_PX = 16
_MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Taken:
    """Pictures that were given, in their order, and why others were not taken."""

    pictures: Mapping[Path, PictureRecord]
    failures: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Content:
    """A picture to be stylised, or a mask: one that was given, or an image of the library.

    Attributes:
        name: for people.
        width, height: upright, in pixels.
        path: of its file.
    """

    sha256: str
    name: str
    width: int
    height: int
    path: Path


@contextmanager
def picture_decoders(workshop: Workshop) -> Iterator[DecoderPool]:
    """Confined decoders with the limits of given pictures."""
    crawler, most = workshop.settings.crawler, workshop.settings.style.max_pixels
    limits = {"max_pixels": most, "min_side_px": LEAST_SIDE_PX}
    with DecoderPool.of(crawler.model_copy(update=limits)) as pool:
        yield pool


def take_pictures(workshop: Workshop, paths: Sequence[Path]) -> Taken:
    """Keep picture files; one that cannot be read, or is none, costs itself."""
    pictures: dict[Path, PictureRecord] = {}
    failures: dict[Path, str] = {}
    with picture_decoders(workshop) as pool:
        for path in dict.fromkeys(paths):
            try:
                pictures[path] = _take(workshop, pool, path.read_bytes(), path.name)
            except OSError as error:
                failures[path] = f"{path}: {error.strerror or error}: expected a picture file"
            except InvalidInputError as error:
                failures[path] = f"{path}: {error}"
    return Taken(pictures, failures)


def take_picture(workshop: Workshop, content: bytes, name: str) -> PictureRecord:
    """Keep a picture.

    Args:
        content: the bytes of its file, of any format that a crawl takes.
        name: what it was called, for people.

    Raises:
        InvalidInputError: no picture, one that is cut off, too large or too small.
        DiskFullError: no room; nothing half-written stays.
    """
    with picture_decoders(workshop) as pool:
        return _take(workshop, pool, content, name)


def content_of(workshop: Workshop, sha256: str) -> Content:
    """The picture of this SHA-256, given or an image of the library.

    Raises:
        UnknownNameError: there is none.
    """
    with workshop.database.read() as session:
        given = styles.picture(session, sha256)
        image = images.by_name(session, [sha256]).get(sha256)
    if given is not None:
        path = StyleStore(workshop.root).pictures.path(sha256)
        return Content(sha256, given.name or sha256[:12], given.width, given.height, path)
    if image is not None:
        path = workshop.blobs.original(sha256, image.format)
        return Content(sha256, sha256[:12], image.width, image.height, path)
    raise UnknownNameError("picture", sha256[:12], ())


def content_pixels(pool: DecoderPool, content: Content, side_px: int = 0) -> Pixels:
    """Upright pixels, (h, w, 3) uint8 RGB, of a picture, its longer side at most `side_px`; 0: its own size.

    Raises:
        InvalidInputError: it is larger than the settings allow.
        DamagedError: its file is lost.
    """
    side = min(side_px or 1 << 30, max(content.width, content.height))
    try:
        return pool.pixels(content.path, side).result()
    except DecodeFailure as failure:
        if failure.kind in ("too-large", "too-small"):
            raise InvalidInputError(f"{content.name}: {failure}: expected a picture") from failure
        raise _lost(content, failure) from failure
    except OSError as error:
        raise _lost(content, error) from error


def _lost(content: Content, error: Exception) -> DamagedError:
    return DamagedError(f"{content.path} cannot be read ({error}): run `mofu check --repair`, then give it again")


def picture_view(workshop: Workshop, picture: PictureRecord) -> Path:
    """The JPEG file of a picture as pages show it, made again where it is not there.

    Raises:
        DamagedError: the picture's file is lost.
    """
    path = StyleStore(workshop.root).view(picture.sha256)
    if not path.is_file():
        with picture_decoders(workshop) as pool:
            _put_view(workshop, pool, picture)
    return path


def _take(workshop: Workshop, pool: DecoderPool, content: bytes, name: str) -> PictureRecord:
    most = workshop.settings.crawler.max_bytes
    if len(content) > most:
        raise InvalidInputError(f"{len(content):,} bytes: expected a picture of at most {most:,} (crawler.max_bytes)")
    store = StyleStore(workshop.root)
    sha256 = store.pictures.put(content)
    try:
        seen = _inspected(pool, store.pictures.path(sha256))
    except InvalidInputError:
        with workshop.database.read() as session:
            known = styles.picture(session, sha256)
        if known is None:
            store.pictures.path(sha256).unlink(missing_ok=True)
        raise
    new = NewPicture(sha256, seen.format, seen.width, seen.height, seen.bytes, name[-_MOST_NAME:])
    with workshop.database.write_alone() as session:
        record = styles.add_picture(session, new)
        store.pictures.put(content)  # a purge may have taken the file while no row named it
    if not store.view(sha256).is_file():
        _put_view(workshop, pool, record)
    return record


def _inspected(pool: DecoderPool, path: Path) -> Inspected:
    thumbnail = path.with_name(f".{path.name[:16]}.thumbnail")
    try:
        return pool.inspect(path, thumbnail).result()
    except DecodeFailure as failure:
        large = failure.kind == "too-large"
        remedy = "make it smaller, or raise the setting style.max_pixels" if large else "expected a picture"
        raise InvalidInputError(f"{failure}: {remedy}") from failure
    finally:
        thumbnail.unlink(missing_ok=True)


def _put_view(workshop: Workshop, pool: DecoderPool, picture: PictureRecord) -> None:
    pixels = content_pixels(pool, content_of(workshop, picture.sha256), VIEW_PX)
    StyleStore(workshop.root).put_view(picture.sha256, encoded(pixels))
