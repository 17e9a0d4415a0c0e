"""Whether a word lives in its regions or around them: the same images, by parts, against a background cut alike."""

import numpy as np
import pytest
import region_library
from region_library import DOTS, QUICK, STRIPES
from serving import copied

from mofu.db import regions
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.errors import MissingError, NothingFoundError
from mofu.library import Library
from mofu.workers.region_maps import RegionMaps
from mofu.workers.region_ranking import VIEWS, viewed

MASK = np.zeros((10, 20), bool)
MASK[2:6, 4:12] = True
PIXELS = np.full((10, 20, 3), 200, np.uint8)
PIXELS[MASK] = (10, 20, 30)


def test_a_region_alone_has_its_own_mean_around_it_and_its_surroundings_theirs_in_it():
    PIXELS[2, 4] = (10, 20, 62)
    region, surroundings = viewed(PIXELS, MASK, "region"), viewed(PIXELS, MASK, "surroundings")
    assert (region[~MASK] == (10, 20, 31)).all()
    assert (region[MASK] == PIXELS[MASK]).all()
    assert (surroundings == 200).all()
    assert viewed(PIXELS, MASK, "whole") is PIXELS


def test_a_box_is_cut_around_the_region_and_is_never_a_sliver():
    assert viewed(PIXELS, MASK, "box").shape == (4, 8, 3)
    corner = np.zeros((100, 200), bool)
    corner[99, 199] = True
    assert viewed(np.zeros((100, 200, 3), np.uint8), corner, "box").shape == (20, 40, 3)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A library whose words' regions are where their textures are, to the pixel."""
    folder = tmp_path_factory.mktemp("parts") / "library"
    region_library.build(folder, images=12, background=24)
    with Library.open(folder, create=False) as library:
        for word in (STRIPES, DOTS):
            mark(library, word, inside=word == STRIPES)
    return folder


def mark(library, word, *, inside):
    """Regions of a word on its textured halves, or, wrongly, on the plain ones."""
    maps, record = RegionMaps(library.root), library.word(word)
    new = NewSegmentation(record.id, "word", "cam", "x", "x-1", "none", 0, {}, 0, None, None, "f" * 64)
    first = region_library.first_seed(word)
    with library.database.write() as session:
        of = regions.begin(session, new)
        for place, image in enumerate(library.dataset(word).content.images[1:]):
            soft = np.zeros((24, 32), np.float32)
            on_left = region_library.is_left(first + place) == inside
            soft[:, :16] = on_left
            soft[:, 16:] = not on_left
            found = NewRegion("word", word, 0.9, 0.5, 0.5, maps.put(soft), 32, 24)
            regions.add(session, of.id, image.sha256, [found], seconds=0.0)


@pytest.fixture
def library(built, tmp_path):
    with Library.open(
        copied(built, tmp_path / "library"), create=False, segmentation=QUICK | {"background": 24}
    ) as opened:
        yield opened


def test_a_word_lives_where_its_regions_are(library):
    found = library.rank_by_regions(STRIPES, backbone="fisher")
    scores = {each.view: each.score for each in found.views}
    assert tuple(scores) == VIEWS
    assert scores["region"] > scores["surroundings"]
    assert scores["box"] > scores["surroundings"]
    assert (found.images, found.left_out) == (11, 0)
    assert found.chance == found.images / (found.images + found.background)
    names = {image.sha256 for image in library.dataset(STRIPES).content.images[1:]}
    assert all(set(each.order) == names for each in found.views)


def test_regions_beside_the_word_are_told_by_their_surroundings(library):
    scores = {each.view: each.score for each in library.rank_by_regions(DOTS, backbone="fisher").views}
    assert scores["surroundings"] > scores["region"]


def test_a_word_lives_nowhere_where_the_intervals_meet(library):
    found = library.rank_by_regions(STRIPES, backbone="fisher")
    by_view = {each.view: each for each in found.views}
    apart = by_view["region"].low > by_view["surroundings"].high
    assert found.lives_in == ("region" if apart else None)


def test_too_few_regions_say_what_to_do(library):
    for region in list(library.regions(STRIPES))[:4]:
        library.judge_region(region, "reject", who="ada")
    with pytest.raises(MissingError, match="7 images with a region and something around it, expected at least 10"):
        library.rank_by_regions(STRIPES, backbone="fisher")


def test_images_whose_map_is_lost_are_left_out_as_others_are(library):
    found = library.regions(STRIPES)
    found.maps.path(found.records[0].map_sha256).unlink()
    with pytest.raises(MissingError, match="images with a region and something around it, expected at least 10"):
        library.rank_by_regions(STRIPES, backbone="fisher")


def test_a_word_without_regions_says_what_to_do(library):
    with pytest.raises(NothingFoundError, match="mofu segment"):
        library.rank_by_regions(region_library.FEW, backbone="fisher")
