"""What tests of published loaders share: files as a publisher would have written them, in the caches where they lie."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

REVISION = "0123456789abcdef0123456789abcdef01234567"


def put_into_hub_cache(cache: Path, repository: str, name: str, content: bytes) -> Path:
    """A file as huggingface_hub leaves it: the content under its hash, a link to it under its name in a snapshot."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(content).hexdigest()
    link = folder / "snapshots" / REVISION / name
    for part in (blob.parent, link.parent, folder / "refs"):
        part.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(content)
    link.symlink_to(Path("../..") / "blobs" / blob.name)
    (folder / "refs" / "main").write_text(REVISION)
    return link


class Payload:
    """Unpickling it makes a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.target,)


def cosines(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Cosine of each row to its fellow: what stays the same where a CPU or a GPU computes in fewer bits."""
    return (found * expected).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
