"""Going on from weights: what is reached, resumed, told and refused."""

import numpy as np
import pytest
import torch
from small_styles import BACKBONE, LAYERS, statistics, texture, untrained

from mofu.errors import InterruptedWork, InvalidInputError, UnknownNameError
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.moments import of_maps, of_statistics
from mofu.style.feedforward.objective import Weights, edge_ssim, style_distance
from mofu.style.feedforward.trainer import Plan, cropped
from mofu.style.feedforward.training import PackStyles, train, tuned_plan
from mofu.style.feedforward.weights import parsed
from mofu.style.stylist import load

PICTURES = [np.random.default_rng(seed).integers(0, 255, (48, 40, 3)).astype(np.uint8) for seed in range(2)]
PLAN = Plan(steps=4, batch=2, crop_px=32, every=2)


@pytest.fixture(scope="module")
def styles():
    return statistics(texture(6), texture(24))


@pytest.mark.parametrize("name", ["adain", "fast"])
def test_what_was_trained_is_taken_as_weights(name, styles, tmp_path):
    content = train(name, BACKBONE, PICTURES, styles, PLAN, start=untrained(name, tmp_path))
    path = tmp_path / "own.safetensors"
    path.write_bytes(content)
    stylist = load(name, BACKBONE, weights=path)
    assert stylist.weights_sha256 == parsed(content, "own").sha256


def test_an_interrupted_training_goes_on_to_what_it_would_have_become(styles, tmp_path):
    start = untrained("adain", tmp_path)

    def stopped(progress):
        raise InterruptedWork(f"at step {progress.step}")

    with pytest.raises(InterruptedWork, match="step 2"):
        train("adain", BACKBONE, PICTURES, styles, PLAN, start=start, told=stopped, checkpoint=tmp_path / "half")
    resumed = train("adain", BACKBONE, PICTURES, styles, PLAN, start=start, checkpoint=tmp_path / "half")
    at_once = train("adain", BACKBONE, PICTURES, styles, PLAN, start=start)
    for name, tensor in parsed(at_once, "at once").tensors.items():
        torch.testing.assert_close(parsed(resumed, "resumed").tensors[name], tensor, rtol=0, atol=1e-3)


def test_progress_is_told_with_the_parts_of_the_loss(styles, tmp_path):
    told = []
    train("fast", BACKBONE, PICTURES, styles, PLAN, start=untrained("fast", tmp_path), told=told.append)
    assert [(each.step, each.steps) for each in told] == [(2, 4), (4, 4)]
    assert all(each.style > 0 for each in told)


def test_without_pictures_there_is_nothing_to_train_on(styles):
    with pytest.raises(InvalidInputError, match="0 pictures and 2 styles"):
        train("fast", BACKBONE, [], styles, PLAN)


def test_a_style_without_colours_is_refused(styles):
    colourless = {name: layer for name, layer in styles[0].items() if name != "pixels"}
    with pytest.raises(InvalidInputError, match="style 2 of 2 has no statistics of pixels"):
        train("fast", BACKBONE, PICTURES, [styles[0], colourless], PLAN)


def test_gatys_is_not_trained(styles):
    with pytest.raises(UnknownNameError, match="gatys"):
        train("gatys", BACKBONE, PICTURES, styles, tuned_plan())


def test_crops_are_squares_of_the_picture_and_small_pictures_are_made_larger():
    for height, width in ((40, 48), (20, 90)):
        picture = np.full((height, width, 3), 51, np.uint8)
        picture.flags.writeable = False  # as what is decoded may be
        found = cropped(picture, np.random.default_rng(0), 32)
        assert found.shape == (1, 3, 32, 32)
        torch.testing.assert_close(found, torch.full_like(found, 0.2))


def test_styles_are_drawn_alone_or_between_two_of_them(styles):
    drawn = PackStyles(styles, LAYERS).draw(np.random.default_rng(0), 50).means[0]
    ends = of_statistics(styles, LAYERS).means[0]
    share = ((drawn - ends[0]) / (ends[1] - ends[0]))[:, 0]
    assert share.min() >= -1e-5
    assert share.max() <= 1 + 1e-5
    assert 0.5 < ((share < 1e-5) | (share > 1 - 1e-5)).float().mean() < 1


def test_a_picture_is_at_no_distance_from_its_own_style():
    picture = torch.from_numpy(texture(8)).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        moments = of_maps(Encoder(BACKBONE)(picture))
    assert style_distance(moments, moments, Weights()).item() < 1e-3


def test_edges_are_whole_of_the_picture_itself_and_gone_of_another():
    one, other = (torch.from_numpy(texture(period)).permute(2, 0, 1)[None] / 255 for period in (8, 21))
    assert edge_ssim(one, one).item() == pytest.approx(1.0, abs=1e-4)
    assert edge_ssim(one, other).item() < 0.5
