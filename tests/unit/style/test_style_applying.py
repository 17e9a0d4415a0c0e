"""A stylist put onto pictures: regions, sizes, tiles, colours, and devices that have no room."""

import cv2
import numpy as np
import pytest
import torch

from mofu.errors import InvalidInputError
from mofu.style.applying import apply
from mofu.style.mix import Part
from mofu.style.options import Options
from mofu.style.stylist import Stylist

MIX = (Part({}, label="a"),)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (60, 80, 3), np.uint8)
SHARP = Options(feather_px=0)


class Inverting(Stylist):
    """Gives the negative, by the share of the first style, and remembers what it was shown."""

    name, backbone_id, layers = "inverting", "none-0", ()

    def __init__(self, room_px=10**9, on_gpu=False):
        self.works, self.room_px, self.on_gpu = [], room_px, on_gpu

    def leave_gpu(self):
        left, self.on_gpu, self.room_px = self.on_gpu, False, 10**9 if self.on_gpu else self.room_px
        return left

    def _stylise(self, work):
        if work.pixels.shape[0] * work.pixels.shape[1] > self.room_px:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.works.append(work)
        work.progress(1, 2)
        work.progress(2, 2)
        share = 1.0 if work.mix[0].where is None else work.mix[0].where[..., None]
        return np.rint(work.pixels + share * (255.0 - 2.0 * work.pixels)).astype(np.uint8)


def disc(height=60, width=80, radius=10):
    rows, columns = np.mgrid[:height, :width]
    return ((rows - 30) ** 2 + (columns - 40) ** 2 <= radius**2).astype(np.float32)


def test_the_whole_picture_is_stylised_where_no_region_is_named():
    assert np.array_equal(apply(Inverting(), CONTENT, MIX, Options()), 255 - CONTENT)


def test_strength_0_is_the_picture_itself_and_asks_no_stylist():
    stylist = Inverting()
    assert np.array_equal(apply(stylist, CONTENT, MIX, Options(strength=0.0)), CONTENT)
    assert not stylist.works


def test_outside_of_a_region_nothing_changes_and_inside_all_does():
    region = disc()
    found = apply(Inverting(), CONTENT, MIX, SHARP, region)
    assert np.array_equal(found[region == 0], CONTENT[region == 0])
    assert np.array_equal(found[region == 1], 255 - CONTENT[region == 1])


def test_a_feather_lies_inside_of_its_region():
    region = disc()
    found = apply(Inverting(), CONTENT, MIX, Options(feather_px=5), region)
    assert np.array_equal(found[region == 0], CONTENT[region == 0])
    assert np.array_equal(found[30, 40], 255 - CONTENT[30, 40])


def test_a_region_of_one_pixel_is_stylised():
    region = np.zeros((60, 80), np.float32)
    region[59, 0] = 1
    found = apply(Inverting(), CONTENT, MIX, Options(), region)
    assert np.array_equal(found[59, 0], 255 - CONTENT[59, 0])
    assert (found != CONTENT).any(-1).sum() == 1


def test_a_region_of_nothing_leaves_the_picture():
    stylist = Inverting()
    assert np.array_equal(apply(stylist, CONTENT, MIX, Options(), np.zeros((60, 80), np.float32)), CONTENT)
    assert not stylist.works


def test_a_stylist_is_shown_a_small_region_with_what_is_around_it():
    stylist, large = Inverting(), np.zeros((400, 500, 3), np.uint8)
    region = np.zeros((400, 500), np.float32)
    region[390:, :10] = 1
    apply(stylist, large, MIX, Options(), region)
    assert stylist.works[0].pixels.shape == (128, 128, 3)


def test_a_picture_of_one_pixel_is_continued_and_cut_again():
    stylist = Inverting()
    assert apply(stylist, CONTENT[:1, :1], MIX, Options()).tolist() == (255 - CONTENT[:1, :1]).tolist()
    assert stylist.works[0].pixels.shape == (32, 32, 3)


def test_work_at_a_smaller_size_keeps_the_detail_of_the_picture():
    smooth = cv2.GaussianBlur(CONTENT, (0, 0), 4)
    detail = np.zeros_like(CONTENT)
    detail[::7, ::5] = 40
    stylist = Inverting()
    found = apply(stylist, smooth // 2 + 60 + detail, MIX, Options(size_px=48))
    assert stylist.works[0].pixels.shape == (36, 48, 3)
    assert found.shape == CONTENT.shape
    assert (found[7:-7:7, 5:-5:5].astype(int) - found[9:-5:7, 7:-3:5]).mean() > 10


def test_a_size_larger_than_the_picture_enlarges_nothing():
    stylist = Inverting()
    apply(stylist, CONTENT, MIX, Options(size_px=4000))
    assert stylist.works[0].pixels.shape == CONTENT.shape


def test_tiles_that_agree_are_one_picture_again_and_know_the_whole_of_it():
    stylist, large = Inverting(), RNG.integers(0, 256, (150, 300, 3), np.uint8)
    assert np.array_equal(apply(stylist, large, MIX, Options(tile_px=128)), 255 - large)
    assert len(stylist.works) == 2 * 3
    assert {work.thumbnail.shape for work in stylist.works} == {(64, 128, 3)}


def test_one_tile_has_no_thumbnail():
    stylist = Inverting()
    apply(stylist, CONTENT, MIX, Options())
    assert stylist.works[0].thumbnail is None


def test_maps_go_with_the_tiles_and_the_regions_of_a_picture():
    content = np.zeros((40, 300, 3), np.uint8)
    left = np.zeros((40, 300), np.float32)
    left[:, :200] = 1
    mix = (Part({}, 1.0, left, "a"), Part({}, 1.0, 1 - left, "b"))
    found = apply(Inverting(), content, mix, Options(tile_px=300))
    assert found[0, ::50, 0].tolist() == [255, 255, 255, 255, 0, 0]


def test_steps_are_told_of_all_tiles_together():
    told = []
    large = np.zeros((100, 200, 3), np.uint8)
    apply(Inverting(), large, MIX, Options(tile_px=128), progress=lambda done, total: told.append(done / total))
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_lightness_alone_keeps_the_contents_colours():
    content = CONTENT // 4 + 96
    pictures = apply(Inverting(), content, MIX, Options(colours="luminance")), content
    chroma = [cv2.cvtColor(each.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 1:] for each in pictures]
    assert np.linalg.norm(chroma[0] - chroma[1], axis=-1).mean() < 1


def test_matched_colours_are_the_contents_on_average():
    content = CONTENT // 4 + 20
    found = apply(Inverting(), content, MIX, Options(colours="match"))
    assert found.mean((0, 1)) == pytest.approx(content.mean((0, 1)), abs=0.6)


def test_a_gpu_without_room_is_given_smaller_tiles():
    stylist, large = Inverting(room_px=150 * 150), RNG.integers(0, 256, (200, 280, 3), np.uint8)
    with pytest.warns(RuntimeWarning, match=r"out of memory.*going on with tiles of 140 px"):
        found = apply(stylist, large, MIX, Options())
    assert np.array_equal(found, 255 - large)


def test_a_gpu_without_room_for_the_smallest_tile_is_left():
    stylist = Inverting(room_px=100, on_gpu=True)
    with pytest.warns(RuntimeWarning, match="going on with the CPU"):
        assert np.array_equal(apply(stylist, CONTENT, MIX, Options()), 255 - CONTENT)


def test_without_room_anywhere_the_error_is_said():
    with pytest.raises(torch.OutOfMemoryError):
        apply(Inverting(room_px=100), CONTENT, MIX, Options())


def test_a_region_of_another_size_is_refused():
    with pytest.raises(InvalidInputError, match=r"region \(80, 60\): expected"):
        apply(Inverting(), CONTENT, MIX, Options(), disc().T)


def test_too_large_a_picture_is_refused_with_the_limit():
    with pytest.raises(InvalidInputError, match="megapixels: expected 100 at most"):
        apply(Inverting(), np.broadcast_to(np.uint8(0), (10_000, 12_000, 3)), MIX, Options())


def test_a_mix_of_nothing_is_refused_even_where_nothing_would_be_done():
    with pytest.raises(InvalidInputError, match="at least one with a weight above 0"):
        apply(Inverting(), CONTENT, (), Options(strength=0.0))
