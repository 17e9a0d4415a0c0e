"""A process that appends activations to a library in batches, says what is stored, and may be killed at any moment.

    python appending.py LIBRARY DIMENSION

Every image of the library gets, in each of the sets `layer00`, `layer01` …, the activations that `expected` gives it.
After each batch that the store has taken, a line with the set and the batch's first and last image goes to stdout;
before a set's small shards are made few large ones, a line that says so.
"""

import sys
from pathlib import Path

import numpy as np

from mofu.db import activations, images
from mofu.library import Library
from mofu.workers.extraction import TASK, compact, keep

SETS = 20
LARGE_BATCH = 500
COMPACTING = "compacting"


def expected(names, number, dimension):
    """Activations that an image's name and the set's number settle: no two images or sets have the same."""
    digits = np.array([list(bytes.fromhex(name)) for name in names], dtype=np.float32).reshape(len(names), 32)
    return np.tile(digits, (1, dimension // 32)) + 256 * number


def sets(library, dimension):
    with library.database.write() as session:
        return [
            activations.ensure_set(session, "made", "made-1", f"layer{number:02}", dimension) for number in range(SETS)
        ]


def all_names(library):
    with library.database.read() as session:
        return [record.sha256 for record in images.after(session, "", 10**6)]


def append(root, dimension):
    with Library.open(root, create=False) as library, library.writing() as workshop:
        names = all_names(library)
        for number, of_set in enumerate(sets(library, dimension)):
            with library.database.read() as session:
                known = activations.places(session, of_set.id, names)
            missing = [name for name in names if name not in known]
            # the first set's come in small batches, as the features stage writes them
            size = LARGE_BATCH if number else TASK
            for start in range(0, len(missing), size):
                batch = missing[start : start + size]
                keep(workshop, of_set, batch, expected(batch, number, dimension), {})
                print(number, batch[0], batch[-1], flush=True)
            print(COMPACTING, number, flush=True)
            compact(workshop, of_set)


if __name__ == "__main__":
    append(Path(sys.argv[1]), int(sys.argv[2]))
