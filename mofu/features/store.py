"""Activations ↔ shard files: immutable safetensors that are named by their content and read through a memory map."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from mofu.db.durable import write_file
from mofu.errors import DamagedError
from mofu.features.backbone import Vectors

SUFFIX = ".safetensors"
_NAME_DIGITS = 32
_TENSOR = "vectors"
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A finished shard.

    Attributes:
        name: file name in its folder: the first 32 digits of its content's SHA-256, and `.safetensors`.
        count, dimension: of its rows.
    """

    name: str
    count: int
    dimension: int


def write_shard(folder: Path, ids: Sequence[str], vectors: Vectors) -> ShardFile:
    """Write activations durably; writing the same ones again gives the same file.

    Args:
        folder: made where it does not exist.
        ids: SHA-256 of each row's image, kept in the file's metadata so that a lost index can be rebuilt.
        vectors: (n, d) float32, n at least 1.

    Raises:
        ValueError: not one id a row.
        DiskFullError: no room; nothing half-written stays.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(ids) != len(rows) or not len(rows):
        raise ValueError(f"expected one id for each row of (n, d) activations: got {len(ids)} ids, shape {rows.shape}")
    # one key of metadata only: the format keeps several in no order, and equal shards must be equal files
    content = safetensors.numpy.save({_TENSOR: rows}, {"ids": " ".join(ids)})
    shard = ShardFile(hashlib.sha256(content).hexdigest()[:_NAME_DIGITS] + SUFFIX, *rows.shape)
    write_file(folder / shard.name, [content])
    return shard


def read_rows(path: Path, rows: Sequence[int]) -> Vectors:
    """Activations of some rows, in the order asked for, without reading the others.

    Returns:
        (len(rows), d) float32, a copy.

    Raises:
        DamagedError: the file is no shard, or is shorter than it says.
        FileNotFoundError: there is none.
        IndexError: no such row.
    """
    header, start = _header(path)
    try:
        tensor = header[_TENSOR]
        begin, _ = tensor["data_offsets"]
        mapped = np.memmap(path, np.dtype("<f4"), "r", start + begin, tuple(tensor["shape"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "does not hold the activations that it says") from error
    return np.asarray(mapped)[np.asarray(rows, dtype=np.intp)]


def read_ids(path: Path) -> tuple[str, ...]:
    """SHA-256 of each row's image; raises as `read_rows` does."""
    header, _ = _header(path)
    try:
        return tuple(header["__metadata__"]["ids"].split())
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, "does not name its images") from error


def verify(path: Path) -> None:
    """Hold all of a shard's bytes against its name.

    Raises:
        DamagedError: they are others.
        FileNotFoundError: there is no such file.
    """
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()[:_NAME_DIGITS]
    if found + SUFFIX != path.name:
        raise _damaged(path, f"has the hash {found}, not the one in its name")


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The format's JSON header, and where the data after it starts."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        room = path.stat().st_size - _LENGTH_BYTES
        content = stream.read(length) if length <= room else b""
    try:
        header = json.loads(content)
    except ValueError as error:
        raise _damaged(path, "is no safetensors file") from error
    if not isinstance(header, dict):
        raise _damaged(path, "is no safetensors file")
    return header, _LENGTH_BYTES + length


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(f"{path} {what}: `mofu check` sets it aside, then `mofu features` computes it again")
