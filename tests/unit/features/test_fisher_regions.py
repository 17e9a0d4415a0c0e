"""Fisher vectors of regions: what is added up is what would be found by looking again."""

import numpy as np
import pytest

from mofu.features.fisher.codebook import load
from mofu.features.fisher.cues import CUES, centres, descriptors, grids, prepared
from mofu.features.fisher.mixture import Mixture, improved, unit
from mofu.features.fisher.regions import RegionTextures

BOOK = load()
HEIGHT, WIDTH = 64, 80
PICTURE = np.random.default_rng(4).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
QUARTERS = (2 * (np.arange(HEIGHT) >= 30)[:, None] + (np.arange(WIDTH) >= 50)).astype(np.int32)


@pytest.fixture(scope="module")
def textures():
    return RegionTextures(BOOK)


@pytest.fixture(scope="module")
def sums(textures):
    return textures.sums(PICTURE, [QUARTERS])[0]


def at_once(chosen):
    """The weighted vector of the descriptors whose centres lie in the chosen quarters."""
    image, parts = prepared(PICTURE), []
    for cue in CUES:
        blocks = []
        for block, (down, along) in zip(descriptors(image, cue), centres(image, cue), strict=True):
            rows, columns = (down * HEIGHT).astype(int), (along * WIDTH).astype(int)
            blocks.append(block[np.isin(QUARTERS[np.ix_(rows, columns)], chosen).ravel()])
        parts.append(np.float32(cue.weight) * improved(BOOK.cues[cue.name].gradients(blocks, cue.mirrored)))
    return unit(np.concatenate(parts))


@pytest.mark.parametrize("chosen", [(0,), (3,), (1, 2), (0, 1, 2, 3)])
def test_a_union_has_the_vector_of_all_its_descriptors(textures, sums, chosen):
    members = np.isin(np.arange(4), chosen)[None]
    assert textures.vectors(sums, members)[0] == pytest.approx(at_once(chosen), abs=1e-4)


def test_a_pictures_parts_add_up_to_it_however_it_is_cut(textures, sums):
    for each, whole in zip(sums, textures.sums(PICTURE, [np.zeros_like(QUARTERS)])[0], strict=True):
        assert each.sum(0) == pytest.approx(whole[0], rel=1e-3, abs=1e-2)


def test_cuts_are_summed_together_as_they_are_alone(textures, sums):
    both = textures.sums(PICTURE, [np.zeros_like(QUARTERS), QUARTERS])
    assert all(np.array_equal(one, other) for one, other in zip(both[1], sums, strict=True))


def test_a_region_without_descriptors_has_zeros(textures):
    corner = np.ones((HEIGHT, WIDTH), np.int32)
    corner[0, 0] = 0
    vectors = textures.vectors(textures.sums(PICTURE, [corner])[0], np.eye(2, dtype=bool))
    assert vectors.shape == (2, textures.dimension)
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-5)


def test_every_descriptor_has_a_centre():
    image = prepared(PICTURE)
    for cue in CUES:
        shapes = [(len(down), len(along)) for down, along in centres(image, cue)]
        assert shapes == list(grids(image, cue))


def test_centres_are_those_of_patches():
    # patches of 16 px every 5 px in a picture of 32 × 40: their centres are at 8, 13, 18, 23 of 32
    down, along = next(centres(np.zeros((32, 40, 3), np.float32), CUES[0]))
    assert down == pytest.approx(np.array([8, 13, 18, 23]) / 32)
    assert along == pytest.approx(np.array([8, 13, 18, 23, 28]) / 40)


def test_sums_of_descriptors_worked_by_hand():
    # two far Gaussians: 2 and 3 belong to the first, 96 to the second
    mixture = Mixture(np.float32([0.25, 0.75]), np.float32([[0], [100]]), np.float32([[1], [4]]))
    found = mixture.sums(np.float32([[2], [96], [3]]), [np.array([1, 1, 0])], [2])[0]
    assert found[0] == pytest.approx(np.array([[1, 3, 9], [0, 0, 0]]), abs=1e-4)
    assert found[1] == pytest.approx(np.array([[1, 2, 4], [1, 96, 9216]]), rel=1e-5, abs=1e-3)
    assert mixture.of_sums(found)[1] == pytest.approx(mixture.gradients([np.float32([[2], [96]])]), rel=1e-4)
