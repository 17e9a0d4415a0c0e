"""A file under its hash → whether it is whole; one that is not is set aside, where a check repairs."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from mofu.db.durable import own_places
from mofu.workers.workshop import Workshop

PAGE = 1000
"""Names that are held against rows at once."""

QUARANTINE = "quarantine"
"""Of a library: where damaged files go."""

COLLECTABLE_S = 3600
"""A file that is older and that no row names belongs to nobody who is about to name it."""


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that a row names and that is not what it should be.

    Attributes:
        kind: missing- or damaged-, and map, classifier, style-pack, style-picture or style-result.
        sha256: its name.
        detail: what is wrong, and what repair did.
    """

    kind: str
    sha256: str
    detail: str


def what_is_wrong(path: Path, sha256: str) -> str | None:
    """`missing` or `damaged`; None of a file that holds what its name says."""
    if not path.is_file():
        return "missing"
    with path.open("rb") as stream:
        return None if hashlib.file_digest(stream, "sha256").hexdigest() == sha256 else "damaged"


def may_be_elsewhere(workshop: Workshop, folder: str) -> bool:
    """Whether what a folder lacks may lie on another machine: files are shared, and there is no such folder here."""
    return workshop.blobs.files.is_shared and not (workshop.root / folder).is_dir()


def set_aside(workshop: Workshop, path: Path) -> None:
    """Move a file, where there is one, among the quarantined ones."""
    if path.exists():
        with own_places():
            (workshop.root / QUARANTINE).mkdir(exist_ok=True)
        shutil.move(path, workshop.root / QUARANTINE / f"{path.parent.name}-{path.name}")
