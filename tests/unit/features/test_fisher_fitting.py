"""What a codebook is fitted on: some descriptors of each picture, evenly, half of them as the mirror has them."""

import numpy as np
import pytest

from mofu.features.fisher.cues import CUES, descriptors, prepared
from mofu.features.fisher.fitting import each_of, sampled


def image(side_px: int) -> np.ndarray:
    return prepared(np.random.default_rng(side_px).integers(0, 256, (side_px, side_px, 3), np.uint8))


@pytest.mark.parametrize(("pictures", "each"), [(0, 150), (50, 150), (1040, 150), (1560, 100), (10**6, 1)])
def test_pictures_share_the_descriptors_evenly(pictures: int, each: int) -> None:
    assert each_of(pictures) == each


def test_a_picture_gives_as_many_as_asked_of_each_cue_or_all_it_has() -> None:
    assert {len(some) for some in sampled(image(120), 40, np.random.default_rng(0)).values()} == {40}
    small = sampled(image(32), 1000, np.random.default_rng(0))
    assert {cue.name: len(small[cue.name]) for cue in CUES} == {
        cue.name: sum(map(len, descriptors(image(32), cue))) for cue in CUES
    }


def test_every_second_descriptor_is_turned_to_its_mirror_twin() -> None:
    found = sampled(image(48), 8, np.random.default_rng(0))
    for cue in CUES:
        known = {row.tobytes() for block in descriptors(image(48), cue) for row in block}
        rows = found[cue.name]
        back = np.argsort(cue.mirrored)
        assert all(row.tobytes() in known for row in rows[1::2])
        assert all(row[back].tobytes() in known for row in rows[::2])
