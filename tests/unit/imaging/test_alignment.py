"""The closer look at two thumbnails: copies in every disguise are one picture, look-alikes are two."""

import io

import numpy as np
import pytest
from PIL import Image

from mofu.imaging.alignment import is_same_picture, signature


def scene(seed, stripes=False):
    """A picture of soft colours, or of vertical stripes."""
    rng = np.random.default_rng(seed)
    grid = rng.integers(0, 256, (1 if stripes else 9, 13, 3), dtype=np.uint8)
    filtering = Image.Resampling.NEAREST if stripes else Image.Resampling.BICUBIC
    return Image.fromarray(grid).resize((256, 192), filtering)


@pytest.fixture
def look(tmp_path):
    def look_(picture, quality=85):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jpg"
        picture.save(path, quality=quality)
        return signature(path)

    return look_


@pytest.mark.parametrize("stripes", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_copies_are_one_picture(look, seed, stripes):
    picture = scene(seed, stripes)
    width, height = picture.size
    cropped = picture.crop((width // 25, height // 25, width - width // 25, height - height // 25))
    for copy, quality in ((picture, 40), (picture.resize((128, 96)), 80), (cropped, 80)):
        assert is_same_picture(look(picture), look(copy, quality), 0.9)
        assert is_same_picture(look(copy, quality), look(picture), 0.9)


@pytest.mark.parametrize("stripes", [False, True])
def test_look_alikes_are_two(look, stripes):
    pictures = [look(scene(seed, stripes)) for seed in range(8)]
    mistaken = [(a, b) for a in range(8) for b in range(a) if is_same_picture(pictures[a], pictures[b], 0.9)]
    assert mistaken == []


def test_the_same_shapes_in_other_colours_are_another_picture(look):
    picture = scene(1, stripes=True)
    other = Image.fromarray(np.asarray(picture)[:, :, [1, 2, 0]])
    assert not is_same_picture(look(picture), look(other), 0.9)


def test_even_surfaces_are_compared_by_colour(look):
    grey, same, blue = (Image.new("RGB", (64, 64), colour) for colour in ("#808080", "#828282", "#808098"))
    assert is_same_picture(look(grey), look(same), 0.9)
    assert not is_same_picture(look(grey), look(blue), 0.9)


def test_what_is_no_thumbnail_has_no_signature(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(io.BytesIO(b"nothing").getvalue())
    assert signature(tmp_path / "broken.jpg") is None
    assert signature(tmp_path / "missing.jpg") is None
