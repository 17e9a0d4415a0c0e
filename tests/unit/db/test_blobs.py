"""Blobs: named by their hash, taken in by batches, orphans found."""

import hashlib

import pytest

from mofu.db.blobs import Arrival, BlobStore
from mofu.db.files import sha256_of


@pytest.fixture
def blobs(tmp_path):
    store = BlobStore(tmp_path)
    store.make_folders()
    return store


def take_in(blobs, arrivals):
    blobs.sync_incoming(arrivals)
    blobs.move_in(arrivals)
    blobs.sync_stored(arrivals)


def arrive(blobs, content):
    name = hashlib.sha256(content).hexdigest()
    body, thumbnail = blobs.incoming / f"{name[:8]}.body", blobs.incoming / f"{name[:8]}.thumbnail"
    body.write_bytes(content)
    thumbnail.write_bytes(b"small " + content)
    return Arrival(name, "jpeg", body, thumbnail)


def test_a_taken_in_batch_lies_under_its_hashes_and_leaves_the_incoming_folder_empty(blobs):
    arrivals = [arrive(blobs, b"one"), arrive(blobs, b"two")]
    take_in(blobs, arrivals)
    for arrival in arrivals:
        original = blobs.original(arrival.sha256, "jpeg")
        assert original.parent.name + original.stem == arrival.sha256
        assert sha256_of(original) == arrival.sha256
        assert blobs.thumbnail(arrival.sha256).read_bytes().startswith(b"small ")
    assert list(blobs.incoming.iterdir()) == []


def test_taking_in_the_same_bytes_again_changes_nothing(blobs):
    first = arrive(blobs, b"same")
    take_in(blobs, [first])
    take_in(blobs, [arrive(blobs, b"same")])
    assert [name for name, _ in blobs.all_originals()] == [first.sha256]


def test_what_a_killed_process_left_incoming_is_cleared(blobs):
    arrive(blobs, b"never checked")
    assert blobs.clear_incoming() == 2
    assert list(blobs.incoming.iterdir()) == []


def test_temporary_files_are_not_listed_as_originals(blobs):
    take_in(blobs, [arrive(blobs, b"kept")])
    folder = next(path.parent for _, path in blobs.all_originals())
    (folder / ".x.part").write_bytes(b"half")
    assert len(list(blobs.all_originals())) == 1
