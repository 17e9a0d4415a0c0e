"""Looking around in a library of drawn pictures with copies among them: maps and neighbours as stages."""

import cv2
import numpy as np
import pytest

from mofu.db import activations
from mofu.demo.pictures import draw
from mofu.features import store
from mofu.library import Library
from mofu.workers.extraction import activation_set, compact, keep, read_activations, word_images

WORD = "しましま"
FLAGS = ("background.size=40", "background.queries=photo", "demo.hits=40", "crawler.decoder_processes=1")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Striped pictures, skies, and the first striped one twice more."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(12):
        cv2.imwrite(str(folder / f"{number:02}.jpg"), draw(WORD if number % 2 else "sky", number)[:, :, ::-1])
    copy = draw(WORD, 1)[:, :, ::-1]
    cv2.imwrite(str(folder / "20-small.jpg"), cv2.resize(copy, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))
    cv2.imwrite(str(folder / "21-rough.jpg"), copy, [cv2.IMWRITE_JPEG_QUALITY, 50])
    return folder


@pytest.fixture(scope="module")
def library(pictures, tmp_path_factory):
    root = tmp_path_factory.mktemp("seeded") / "library"
    with Library.open(root, flags=[*FLAGS, f"sources.folder.path={pictures}"]) as opened:
        opened.build(WORD, source="folder", n=100)
        yield opened


def groups(library):
    """Each ranked image with its near-duplicates."""
    return {image.sha256: set(image.duplicates) for image in library.dataset(WORD)}


def test_copies_of_the_query_are_no_answer_and_other_copies_are_one(library):
    (kept, copies), *_ = [(name, names) for name, names in groups(library).items() if names]
    assert len(copies) == 2
    for query in (kept, *copies):
        found = {image.sha256 for image in library.similar(query, n=100)}
        assert not found & {kept, *copies}
    (other, *_) = [name for name, names in groups(library).items() if not names]
    answer = {image.sha256: set(image.copies) for image in library.similar(other, n=100)}
    assert answer[kept] == copies
    assert not set(answer) & copies


def test_the_whole_library_and_one_word_give_the_same_order_of_the_word_s_images(library):
    (query, *_) = groups(library)
    within = [image.sha256 for image in library.similar(query, word=WORD, n=100)]
    whole = library.similar(query, n=100)
    assert [image.sha256 for image in whole if WORD in image.words] == within
    assert any(not image.words for image in whole)


def test_a_few_are_the_first_of_many(library):
    (query, *_) = groups(library)
    many = [image.sha256 for image in library.similar(query, n=100)]
    assert [image.sha256 for image in library.similar(query, n=3)] == many[:3]


def test_rows_of_lost_images_are_no_answer(library):
    (query, *_) = groups(library)
    vector = read_activations(library.workshop, the_set(library), [query])[1]
    stranger = "f" * 64
    path = store.write_shard(library.blobs.keep_shard, [query, stranger], np.repeat(vector, 2, axis=0))
    with library.database.write() as session:
        activations.add_shard(session, the_set(library).id, path.name, [query])
    found = [image.sha256 for image in library.similar(query, n=100)]
    assert not {query, stranger} & set(found)
    assert len(set(found)) == len(found)


def the_set(library):
    return activation_set(library.workshop, library.backbone())


def test_copies_lie_where_their_representative_lies(library):
    images = {image.image_sha256: image for image in library.map(WORD).images}
    assert len(images) == 14
    for name, copies in groups(library).items():
        for copy in copies:
            assert images[copy].represented_by == name
            assert (images[copy].x, images[copy].y) == (images[name].x, images[name].y)
            assert not images[copy].is_medoid


def test_a_map_is_kept_until_what_it_is_made_of_changes(library):
    first = library.map(WORD)
    assert library.map(WORD) == first
    with Library(library.root, library.settings.changed(["explore.clusters=1"])) as other:
        changed = other.map(WORD)
        assert changed.record.fingerprint != first.record.fingerprint
    assert library.map(WORD).images == first.images


def test_shards_that_no_image_needs_are_dropped_when_few_are_made_of_many(library):
    of_set = the_set(library)
    names = [record.sha256 for record in word_images(library.workshop, library.word(WORD).id)][:2]
    before = read_activations(library.workshop, of_set, names)[1]
    with library.writing() as workshop:
        for number in range(3):
            keep(workshop, of_set, names, before + number + 1, {})
        compact(workshop, of_set, at=1)
    with library.database.read() as session:
        kept = activations.shards(session, of_set.id)
        assert all(activations.rows_of_shard(session, shard.id) for shard in kept)
    assert (read_activations(library.workshop, of_set, names)[1] == before).all()
    assert {path.name for path in (library.root / "activations").iterdir()} == {shard.path for shard in kept}


def test_few_shards_of_many_hold_a_bounded_number_of_rows(library):
    of_set = the_set(library)
    with library.database.read() as session:
        names = [n for s in activations.shards(session, of_set.id) for n, _ in activations.rows_of_shard(session, s.id)]
    before = read_activations(library.workshop, of_set, names)[1]
    with library.writing() as workshop, library.database.write() as session:
        for shard in activations.shards(session, of_set.id):
            activations.forget_shard(session, shard.id)
    with library.writing() as workshop:
        for name, vector in zip(names, before, strict=True):
            keep(workshop, of_set, [name], vector[None], {})
        compact(workshop, of_set, at=5)
    with library.database.read() as session:
        counts = [shard.count for shard in activations.shards(session, of_set.id)]
    assert sorted(counts) == [1] * (len(names) % 5) + [5] * (len(names) // 5)
    assert read_activations(library.workshop, of_set, names)[1].tobytes() == before.tobytes()
    assert library.check(repair=True).is_sound
