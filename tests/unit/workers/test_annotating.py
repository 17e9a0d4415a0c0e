"""Objects are found on a word's first images, kept as its regions are, and stand beside them."""

import numpy as np
import pytest
import region_library
from region_library import QUICK, STRIPES, UNRANKED
from serving import copied

from mofu.errors import NothingFoundError
from mofu.features.backbone import WeightsOrigin
from mofu.library import Library
from mofu.segmentation.annotators.base import AnnotatorSpec, FoundObject
from mofu.workers.annotating import annotate_words


class Dark:
    """An annotator of what is dark and what is bright."""

    spec = AnnotatorSpec("dark", "", "semantic", "thresholds", WeightsOrigin("", ("",), "", 0), "torch")
    id = "dark-00000001"

    def __init__(self):
        self.seen = 0

    def find(self, pixels):
        self.seen += 1
        dark = (pixels.mean(axis=2) < 60).astype(np.float32)
        return [FoundObject("dark", 0.9, dark), FoundObject("bright", 0.8, 1 - dark)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("objects") / "library"
    region_library.build(folder)
    return folder


@pytest.fixture
def library(built, tmp_path):
    with Library.open(copied(built, tmp_path / "library"), create=False, segmentation=QUICK) as opened:
        yield opened


def annotate(library, annotator, word=STRIPES):
    settings = library.settings.segmentation
    with library.writing() as workshop:
        return annotate_words(workshop, [library.word(word)], annotator, settings)[0]


def test_objects_of_a_words_first_images_are_its_regions_of_another_kind(library):
    done = annotate(library, Dark())
    found = library.regions(STRIPES, kind="object")
    images = [image.sha256 for image in library.dataset(STRIPES)][:4]
    assert [(each.image_sha256, each.label) for each in found] == [(n, c) for n in images for c in ("dark", "bright")]
    assert {each.kind for each in found} == {"object"}
    assert (done.tally.images, done.segmentation.method, done.segmentation.round) == (4, "dark", 0)
    with pytest.raises(NothingFoundError, match="no regions yet"):
        library.regions(STRIPES)


def test_what_was_found_is_not_looked_for_again(library):
    annotator = Dark()
    first = annotate(library, annotator)
    assert annotate(library, annotator).segmentation.id == first.segmentation.id
    assert annotator.seen == 4


def test_the_same_images_hold_the_word_and_the_objects(library):
    pytest.importorskip("torch")
    annotate(library, Dark())
    library.segment(STRIPES)
    overlap = library.overlap(STRIPES)
    assert overlap.images == 4
    assert {each.label for each in overlap.classes} == {"dark", "bright", "-"}
    assert sum(each.share for each in overlap.classes) == pytest.approx(1)
    assert library.regions(STRIPES).segmentation.kind == "word"


def test_a_word_that_is_not_ranked_says_what_to_do(library):
    with pytest.raises(NothingFoundError, match="mofu build"):
        annotate(library, Dark(), UNRANKED)
