"""The SHA-256 of a picture → what pages show of it: one that was given, or an image of the library."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.db import images, styles
from mofu.library import Library
from mofu.webui.style.uploads import MASK


@dataclass(frozen=True, slots=True)
class Content:
    """The picture that is to be changed.

    Attributes:
        address: where it can be seen.
        name: what it was called when it was given; empty of an image of the library.
    """

    sha256: str
    address: str
    name: str
    width: int
    height: int


def content_of(library: Library, sha256: str) -> Content | None:
    """A picture by its name; None where there is none, or it is a mask."""
    with library.database.read() as session:
        image = images.by_name(session, [sha256]).get(sha256)
        given = styles.picture(session, sha256)
    if image is not None:
        return Content(sha256, f"/pictures/{sha256}/large", "", image.width, image.height)
    if given is None or given.name == MASK:
        return None
    return Content(sha256, f"/style-pictures/{sha256}/view.jpg", given.name, given.width, given.height)
