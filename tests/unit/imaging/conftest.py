"""A pool of real decoder processes, and files for it to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handmade_pictures import LIMITS

from mofu.imaging.sandbox import DecoderPool


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(2, LIMITS, memory_mb=512, deadline_s=20) as running:
        yield running


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes bytes to a file and gives its path."""

    def store(data: bytes) -> Path:
        path = tmp_path / f"body-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return store
