"""Segment Anything through its real loading path: a tiny one, random or made to answer the same always, on the hub."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from mofu.errors import DamagedError, InvalidInputError, MissingPackageError, MissingWeightsError
from mofu.segmentation.refinement import identity, refine
from mofu.segmentation.refinement.sam_network import NETWORK, network
from mofu.segmentation.refinement.sam_prompts import prompts

REASON = "NO sam EXTRA HERE: refinement by Segment Anything is not tested"
transformers = pytest.importorskip("transformers", reason=REASON)
torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")

SIDE = 64
EVERYWHERE, NOWHERE = 10.0, -10.0


def tiny():
    torch.manual_seed(0)
    config = transformers.SamConfig(
        vision_config={
            "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "image_size": SIDE, "patch_size": 16,
            "output_channels": 16, "window_size": 2, "global_attn_indexes": [0], "mlp_dim": 16, "num_pos_feats": 8,
            "initializer_range": 0.5,
        },
        prompt_encoder_config={"hidden_size": 16, "image_size": SIDE, "patch_size": 16, "mask_input_channels": 16},
        mask_decoder_config={
            "hidden_size": 16, "mlp_dim": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "iou_head_hidden_dim": 16, "iou_head_depth": 2,
        },
        initializer_range=0.5,
    )  # fmt: skip
    return transformers.SamModel(config)


def save(folder, model=None):
    (model or tiny()).save_pretrained(folder)
    square, small = {"height": SIDE, "width": SIDE}, {"height": SIDE // 4, "width": SIDE // 4}
    transformers.SamImageProcessor(
        size={"longest_edge": SIDE}, pad_size=square, mask_size={"longest_edge": SIDE // 4}, mask_pad_size=small
    ).save_pretrained(folder)


def answering(*levels):
    """A network whose proposals are the same everywhere, whatever it is asked: surely the word, or surely not."""
    model = tiny()
    decoder = model.mask_decoder
    with torch.no_grad():
        decoder.upscale_conv2.weight.zero_()
        decoder.upscale_conv2.bias.fill_(1)
        for head, level in zip(decoder.output_hypernetworks_mlps, (0.0, *levels), strict=True):
            head.proj_out.weight.zero_()
            head.proj_out.bias.fill_(level)
    return lambda folder: save(folder, model)


@pytest.fixture
def publish(put_on_hub):
    """`publish(save)`: a saved network as the one that is published; forgotten with the test."""
    network.cache_clear()
    yield lambda save=save: put_on_hub(NETWORK.weights.repository, save)
    network.cache_clear()


def drawn(labels, height, width, seed=0):
    found = np.random.default_rng(seed).random((labels, height, width), np.float32) ** 2 + 0.01
    return np.asarray(found / found.sum(axis=0), np.float32)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def with_a_hole(height=48, width=60):
    """A word that is nearly everywhere, but not in a corner of the picture."""
    word = np.full((height, width), 0.9, np.float32)
    word[:12, :15] = 0.3
    return np.stack([word, 1 - word])


@pytest.mark.parametrize(("labels", "height", "width"), [(2, 20, 20), (4, 13, 29), (3, 1, 7), (3, 3, 3), (2, 90, 3)])
def test_probabilities_of_the_same_shape_whatever_the_network_answers(publish, labels, height, width):
    publish(answering(EVERYWHERE, 0.0, NOWHERE))
    masks, pixels = drawn(labels, height, width), noise(height, width)
    pixels.setflags(write=False)
    given, shown = masks.copy(), pixels.copy()
    found = refine("sam", masks, pixels)
    assert (found.shape, found.dtype) == (masks.shape, np.float32)
    assert found.min() >= 0
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(masks, given)
    np.testing.assert_array_equal(pixels, shown)


def test_the_proposal_that_agrees_is_the_new_mask(publish):
    publish(answering(NOWHERE, EVERYWHERE, NOWHERE))
    found = refine("sam", with_a_hole(), noise(48, 60))
    assert found[0].min() > 0.99


def test_the_masks_stay_where_no_proposal_agrees(publish):
    publish(answering(NOWHERE, NOWHERE, NOWHERE))
    masks = with_a_hole()
    np.testing.assert_allclose(refine("sam", masks, noise(48, 60)), masks, atol=1e-6)


def test_a_picture_is_encoded_once_whatever_the_number_of_words(publish):
    publish()
    masks = np.full((4, 40, 60), 0.05, np.float32)
    for label in range(3):
        masks[label, 5:35, 20 * label + 3 : 20 * label + 17] = 0.8
    masks[3] = 1 - masks[:3].sum(axis=0)
    asked, encoded = prompts(masks), []
    network()._model.vision_encoder.register_forward_hook(lambda *told: encoded.append(told))
    refine("sam", masks, noise(40, 60))
    assert (len(asked), len(encoded)) == (3, 1)


def test_what_is_asked_reaches_the_network(publish):
    """Points, box and mask of one piece, each changed alone, change the answer."""
    publish()
    (asked,) = prompts(with_a_hole())
    pixels = noise(48, 60)

    def answer(**changed):
        return next(network().proposals(pixels, [replace(asked, **changed)]))

    before = answer()
    assert before.shape == (3, 48, 60)
    for other in (
        {"points": asked.points / 2},
        {"is_inside": ~asked.is_inside},
        {"box": asked.box / 2},
        {"lead": -asked.lead},
    ):
        assert np.abs(answer(**other) - before).max() > 1e-6


def test_a_picture_without_pieces_is_not_encoded(publish):
    publish()
    masks = np.stack([np.full((8, 8), 0.2, np.float32), np.full((8, 8), 0.8, np.float32)])
    network()._model.vision_encoder.register_forward_hook(lambda *told: pytest.fail("encoded"))
    np.testing.assert_array_equal(refine("sam", masks, noise(8, 8)), masks)


def test_its_identity_has_the_hash_of_its_weights(publish):
    snapshot = publish()
    assert identity("sam") == f"sam-{(snapshot / 'model.safetensors').resolve().name[:8]}"


def test_weights_that_cannot_be_had_say_where_they_are_published(publish):
    with pytest.raises(MissingWeightsError, match=r"refinement sam needs model\.safetensors.*SlimSAM-uniform-50"):
        identity("sam")


def test_without_transformers_the_extra_is_named(publish, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingPackageError, match=r"refinement sam needs transformers: pip install 'mofu\[sam\]'"):
        identity("sam")


def test_weights_that_are_not_the_published_ones_are_not_parsed(publish):
    blob = (publish() / "model.safetensors").resolve()
    blob.write_bytes(blob.read_bytes() + b"more")
    with pytest.raises(DamagedError, match="published one"):
        identity("sam")


def test_weights_that_lack_a_part_are_refused_not_drawn_at_random(publish):
    def without_a_part(folder):
        save(folder)
        tensors = safetensors_torch.load_file(folder / "model.safetensors")
        del tensors["mask_decoder.iou_token.weight"]
        safetensors_torch.save_file(tensors, folder / "model.safetensors", {"format": "pt"})

    publish(without_a_part)
    with pytest.raises(InvalidInputError, match="not the weights of SamModel"):
        identity("sam")


def test_weights_of_another_network_are_refused(publish):
    def another(folder):
        save(folder)
        shapes = folder / "config.json"
        shapes.write_text(shapes.read_text().replace('"mlp_dim": 16', '"mlp_dim": 24'))

    publish(another)
    with pytest.raises(InvalidInputError, match="not the weights of SamModel"):
        identity("sam")
