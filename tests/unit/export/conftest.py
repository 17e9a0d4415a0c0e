"""Small datasets of real JPEG files, and a process of its own that exports one."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mofu.export import Dataset, DatasetImage, SourceRecord

CRAWLED = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)

EXPORT_ALONE = """
import pickle, sys
from pathlib import Path
from mofu.errors import DiskFullError
from mofu.export import ExportOptions, find

name, pickled, target, limit = sys.argv[1:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))

def report(done, total):
    print(done, flush=True)
    sys.stdin.readline()

try:
    find(name)(pickle.loads(Path(pickled).read_bytes()), Path(target), ExportOptions(), report)
except DiskFullError as error:
    sys.exit(f"DiskFullError: {error}")
"""


def a_record(number: int, **changes: Any) -> SourceRecord:
    record = SourceRecord(
        source="openverse",
        url=f"https://img.example/{number}.jpg",
        page_url=f"https://pages.example/{number}",
        title=f"Title {number}",
        creator="Aoi",
        license="CC-BY-4.0",
        license_version="4.0",
        license_url="https://creativecommons.org/licenses/by/4.0/",
        attribution=None,
        search_rank=number,
        crawled_at=CRAWLED,
    )
    return dataclasses.replace(record, **changes)


def a_jpeg(number: int, width: int = 80, height: int = 60) -> bytes:
    encoded = io.BytesIO()
    pixels = random.Random(number).randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(encoded, "JPEG")
    return encoded.getvalue()


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[..., Dataset]:
    """`count` images whose final order is the search's reversed: rank r had search position count + 1 - r.

    `records` maps a rank to changes of its record, `images` a rank to changes of its image.
    """

    def make(count: int = 3, *, records: dict[int, Any] | None = None, images: dict[int, Any] | None = None) -> Dataset:
        folder = tmp_path / "blobs"
        folder.mkdir(exist_ok=True)
        ranked = []
        for rank in range(1, count + 1):
            content = a_jpeg(rank)
            path = folder / f"{rank}.jpg"
            path.write_bytes(content)
            image = DatasetImage(
                sha256=hashlib.sha256(content).hexdigest(),
                path=path,
                thumbnail=path,
                format="jpeg",
                width=80,
                height=60,
                rank=rank,
                score=2.0 - rank,
                round_scores=(1.5 - rank, 2.0 - rank),
                search_position=count + 1 - rank,
                verdict=None,
                record=a_record(count + 1 - rank, **(records or {}).get(rank, {})),
            )
            ranked.append(dataclasses.replace(image, **(images or {}).get(rank, {})))
        provenance = {"backbone": "embedded", "rounds": 2, "counts": {"hits": 7}}
        searched = tuple(sorted(ranked, key=lambda i: i.search_position))
        return Dataset("もふもふ", "ja", None, tuple(ranked), searched, provenance, slug="mofumofu")

    return make


@pytest.fixture
def export_alone(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a process that exports; it prints a number after each image, then waits for a line."""

    def start(name: str, dataset: Dataset, target: Path, file_limit: int = 0) -> subprocess.Popen[str]:
        pickled = tmp_path / "dataset.pickle"
        pickled.write_bytes(pickle.dumps(dataset))
        command = [sys.executable, "-c", EXPORT_ALONE, name, str(pickled), str(target), str(file_limit)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start
