"""Activations ↔ shard files: immutable safetensors that are named by their content and read through a memory map."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

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


def write_shard(keep: Callable[[str, bytes], None], ids: Sequence[str], vectors: Vectors) -> ShardFile:
    """Write activations durably; writing the same ones again gives the same file.

    Args:
        keep: stores a file of this name and content durably.
        ids: SHA-256 of each row's image, kept in the file's metadata so that a lost index can be rebuilt.
        vectors: (n, d) float32, n at least 1.

    Raises:
        ValueError: not one id a row.
        DiskFullError: from `keep`: no room; nothing half-written stays.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(ids) != len(rows) or not len(rows):
        raise ValueError(f"expected one id for each row of (n, d) activations: got {len(ids)} ids, shape {rows.shape}")
    # one key of metadata only: the format keeps several in no order, and equal shards must be equal files
    content = safetensors.numpy.save({_TENSOR: rows}, {"ids": " ".join(ids)})
    shard = ShardFile(hashlib.sha256(content).hexdigest()[:_NAME_DIGITS] + SUFFIX, *rows.shape)
    keep(shard.name, content)
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


def is_named(name: str, sha256: str) -> bool:
    """Whether a shard of this file name is one whose content has this SHA-256."""
    return name == sha256[:_NAME_DIGITS] + SUFFIX


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
