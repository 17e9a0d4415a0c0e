"""Words of a library → their region entropies and what they were measured on, with drawn pictures."""

import cv2
import pytest
from PIL import Image

from mofu.demo.pictures import draw
from mofu.errors import LibraryError
from mofu.export.evidence import COLUMNS, WIDTH_PX, draw_evidence, write_evidence
from mofu.library import Library
from mofu.workers.entropy import EntropySettings, Subject, evidence, first_images, region_entropies

WORD, UNRANKED = "しましま", "ざらざら"
FLAGS = ("background.size=40", "background.queries=photo,street", "demo.hits=40")
SETTINGS = EntropySettings()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library with a ranked word and one that was crawled only."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(12):
        pixels = draw(WORD, number)[:, :, ::-1]
        cv2.imwrite(str(folder / f"{number:02}.jpg"), pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
    flags = [*FLAGS, f"sources.folder.path={folder}"]
    with Library.open(tmp_path_factory.mktemp("entropies") / "library", flags=flags) as opened:
        opened.build(WORD, source="folder", n=100)
        opened.crawl(UNRANKED, opened.request(source="folder", n=100))
        yield opened


@pytest.fixture(scope="module")
def subjects(library):
    return first_images(library.workshop, [library.word(WORD), library.word(UNRANKED)], 10)


@pytest.fixture(scope="module")
def measured(library, subjects):
    return list(region_entropies(library.workshop, subjects, SETTINGS))


def test_the_first_images_of_the_ranking_are_measured(library, measured):
    ranked, _ = measured
    assert ranked.images == tuple(image.sha256 for image in library.dataset(WORD).top(10))
    assert len(ranked.regions) == len(ranked.entropy.selection.chosen)
    assert 0 < ranked.entropy.low <= ranked.entropy.bits <= ranked.entropy.high


def test_a_word_without_a_ranking_has_no_entropy(measured):
    _, unranked = measured
    assert (unranked.subject.ranking_id, unranked.images, unranked.entropy.bits) == (None, (), None)
    assert unranked.counted() == []


def test_measuring_again_in_another_order_gives_the_same(library, measured, subjects):
    again, _ = region_entropies(library.workshop, subjects[::-1], SETTINGS)
    first = measured[0].entropy
    assert (again.entropy.bits, again.entropy.low, again.entropy.high) == (first.bits, first.low, first.high)
    assert again.entropy.selection.probabilities.tobytes() == first.selection.probabilities.tobytes()


def test_a_word_asked_for_alone_among_others_is_what_it_is_with_all(library):
    names = [image.sha256 for image in library.dataset(WORD)]
    word, other = library.word(WORD), library.word(UNRANKED)
    both = [Subject(word, 1, tuple(names[:6])), Subject(other, None, tuple(names[6:]))]
    alone = list(region_entropies(library.workshop, both[:1], SETTINGS))
    _, second = region_entropies(library.workshop, both, SETTINGS)
    (asked,) = region_entropies(library.workshop, both, SETTINGS, wanted={other.id})
    assert asked.subject == second.subject
    assert asked.entropy.bits == second.entropy.bits
    assert alone[0].entropy.bits != asked.entropy.bits


def test_counted_regions_say_where_they_lie(measured):
    ranked, _ = measured
    counted = ranked.counted()
    assert len(counted) == ranked.entropy.counted
    for region in counted:
        assert region.image_sha256 in ranked.images
        assert 0 <= region.left < region.left + region.width <= 1.0001
        assert 0 <= region.top < region.top + region.height <= 1.0001
        assert 0 < region.share <= region.width * region.height * 1.0001
        assert 0.5 <= region.probability <= 1.0001


def test_the_evidence_is_every_region_that_was_counted(library, measured):
    shown = evidence(library.workshop, measured[0])
    assert sum(int(image.chosen.sum()) for image in shown) == measured[0].entropy.counted
    for image in shown:
        assert image.labels.shape == image.pixels.shape[:2]
        assert image.labels.max() + 1 == len(image.probabilities)


def test_the_evidence_is_a_picture_of_so_many_images_a_row(library, measured, tmp_path):
    shown = evidence(library.workshop, measured[0], most=COLUMNS + 1)
    one_row, two_rows = (draw_evidence("x", "y", shown[:count], ()) for count in (COLUMNS, COLUMNS + 1))
    assert one_row.width == two_rows.width == WIDTH_PX
    assert one_row.height < two_rows.height
    for name in ("first.png", "second.png"):
        write_evidence(tmp_path / name, WORD, "4.2 bits", shown)
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    with Image.open(tmp_path / "first.png") as written:
        assert written.size == two_rows.size


def test_a_word_whose_thumbnails_are_gone_has_no_entropy(library):
    word = library.word(WORD)
    names = [image.sha256 for image in library.dataset(WORD)]
    paths = [library.workshop.blobs.thumbnail(name) for name in names]
    kept = {path: path.read_bytes() for path in paths}
    try:
        for path in paths:
            path.write_bytes(b"no picture")
        (found,) = region_entropies(library.workshop, first_images(library.workshop, [word], 10), SETTINGS)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert (found.images, found.entropy.bits) == ((), None)


def test_a_library_without_a_background_says_what_to_do(tmp_path):
    with Library.open(tmp_path / "library") as empty, pytest.raises(LibraryError, match="mofu background refresh"):
        list(region_entropies(empty.workshop, [], SETTINGS))
