"""100,000 activations appended in batches by a process that is killed again and again: none lost, none torn."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from appending import COMPACTING, SETS, all_names, expected, sets

from mofu.db import activations, hits
from mofu.db.hits import ImageRecord
from mofu.library import Library
from mofu.workers.extraction import COMPACT_AT, TASK, read_activations

APPENDING = Path(__file__).parent / "appending.py"
IMAGES, DIMENSION = 5_000, 64
KILLED_AT = (20, COMPACTING, 30, 60, 45)
"""What a process is heard to say when it is killed: so many lines, or that it makes few shards of many."""


@pytest.fixture
def library(tmp_path):
    """5,000 images whose files are there: a pixel each, told apart by a comment behind it."""
    pixel = simplejpeg.encode_jpeg(np.zeros((8, 8, 3), dtype=np.uint8))
    with Library.open(tmp_path / "library") as opened:
        with opened.writing() as workshop:
            records = [stored(workshop, pixel[:-2] + b"\xff\xfe\x00\x06%04x" % n + b"\xff\xd9") for n in range(IMAGES)]
            with opened.database.write() as session:
                hits.record(session, [], records)
        yield opened


def stored(workshop, content):
    name = hashlib.sha256(content).hexdigest()
    for path in (workshop.blobs.original(name, "jpeg"), workshop.blobs.thumbnail(name)):
        path.write_bytes(content)
    return ImageRecord(name, "jpeg", 8, 8, len(content), 0)


def heard(library, until=None, delay_s=0.0):
    """What a process says it has stored; it is killed some moments after a line (its number, or its first word)."""
    command = [sys.executable, APPENDING, library.root, str(DIMENSION)]
    environment = os.environ | {"PYTHONPATH": str(APPENDING.parents[2])}
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for number, line in enumerate(process.stdout, start=1):
            lines.append(line.split())
            if until in (number, lines[-1][0]):
                time.sleep(delay_s)
                process.kill()
    assert process.returncode in ((0,) if until is None else (0, -signal.SIGKILL))
    return [line for line in lines if line[0] != COMPACTING]


def assert_stored(library, acknowledged):
    """Every activation that a process said was stored is there, bit for bit."""
    names = all_names(library)
    for number, of_set in enumerate(sets(library, DIMENSION)):
        spans = [(names.index(first), names.index(last)) for told, first, last in acknowledged if int(told) == number]
        wanted = [name for first, last in spans for name in names[first : last + 1]]
        found, vectors = read_activations(library.workshop, of_set, wanted)
        assert found == wanted
        assert vectors.tobytes() == expected(wanted, number, DIMENSION).tobytes()


def test_no_activation_that_was_acknowledged_is_lost_or_torn(library):
    acknowledged = []
    for round_, until in enumerate(KILLED_AT):
        acknowledged += heard(library, until, delay_s=0.002 * round_)
        assert_stored(library, acknowledged)
    acknowledged += heard(library)
    assert_stored(library, acknowledged)
    names = all_names(library)
    with library.database.read() as session:
        stored = [len(activations.places(session, of_set.id, names)) for of_set in sets(library, DIMENSION)]
        shards = activations.shards(session)
    assert stored == [IMAGES] * SETS
    assert sum(stored) == 100_000
    assert sum(shard.count <= TASK for shard in shards) < COMPACT_AT
    report = library.check(repair=True)
    assert report.is_sound
    assert report.images == IMAGES
