"""What a browser sends → pictures in the library, looked at by a decoder process alone, stored under their hashes."""

from __future__ import annotations

import base64
import binascii

from werkzeug.datastructures import FileStorage

from mofu.db.styles import PictureRecord
from mofu.errors import InvalidInputError
from mofu.library import Library
from mofu.workers.style_pictures import take_picture

MASK = "painted"
"""What masks that were painted are called among the pictures that were given."""
MOST_MASK_BYTES = 1 << 20
_PREFIX = "data:image/png;base64,"


def receive(library: Library, file: FileStorage) -> PictureRecord:
    """Store a picture that was uploaded; the request's size was limited before it was read.

    Raises:
        InvalidInputError: it is no picture, too large or too small a one, or damaged.
        DiskFullError: no room; nothing half-written stays.
    """
    return take_picture(library.workshop, file.stream.read(), file.filename or "")


def receive_mask(library: Library, sent: str) -> PictureRecord:
    """Store a mask, white inside, that a page sent as the `data:` address of a PNG.

    Raises:
        InvalidInputError: it is none.
    """
    if not sent.startswith(_PREFIX) or len(sent) > MOST_MASK_BYTES:
        raise InvalidInputError(f"mask {sent[:30]!r}: expected a PNG of at most {MOST_MASK_BYTES >> 20} MB: paint anew")
    try:
        content = base64.b64decode(sent.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise InvalidInputError("mask: expected a PNG in base64: paint anew") from error
    return take_picture(library.workshop, content, MASK)
