"""Mask2Former and OneFormer through their real loading path: tiny ones, random, in the cache of the hub."""

import json

import numpy as np
import pytest

from mofu.errors import InvalidInputError, MissingWeightsError
from mofu.segmentation.annotators.registry import find, load

REASON = "NO panoptic EXTRA HERE: annotators of scenes are not tested"
transformers = pytest.importorskip("transformers", reason=REASON)
torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")

PICTURE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
PICTURE.setflags(write=False)
LABELS = {0: "mountain", 1: "sky", 2: "tree"}
SKY = 1
NAMES = {"id2label": LABELS, "label2id": {name: number for number, name in LABELS.items()}}
SIZE = {"shortest_edge": 64, "longest_edge": 96}


def swin():
    stages = ["stage1", "stage2", "stage3", "stage4"]
    return transformers.SwinConfig(
        image_size=64, embed_dim=8, depths=[1] * 4, num_heads=[1] * 4, window_size=4, out_features=stages
    )


def save_mask2former(folder):
    torch.manual_seed(0)
    config = transformers.Mask2FormerConfig(
        backbone_config=swin(), hidden_dim=32, feature_size=32, mask_feature_size=32, encoder_layers=1,
        decoder_layers=2, num_attention_heads=2, dim_feedforward=16, encoder_feedforward_dim=16, num_queries=5, **NAMES,
    )  # fmt: skip
    model = transformers.Mask2FormerForUniversalSegmentation(config)
    with torch.no_grad():
        model.class_predictor.bias[SKY] += 20
    model.save_pretrained(folder)
    transformers.Mask2FormerImageProcessor(size=SIZE).save_pretrained(folder)


def save_oneformer(folder):
    torch.manual_seed(0)
    text = {
        f"text_encoder_{name}": value
        for name, value in (
            ("width", 16), ("num_layers", 1), ("context_length", 8), ("vocab_size", 600), ("n_ctx", 4),
            ("proj_layers", 1),
        )
    }  # fmt: skip
    config = transformers.OneFormerConfig(
        backbone_config=swin(), hidden_dim=32, conv_dim=32, mask_dim=32, encoder_layers=1, decoder_layers=3,
        num_attention_heads=2, dim_feedforward=16, encoder_feedforward_dim=16, num_queries=5, task_seq_len=8,
        max_seq_len=8, query_dec_layers=1, **text, **NAMES,
    )  # fmt: skip
    transformers.OneFormerForUniversalSegmentation(config).save_pretrained(folder)
    classes = folder.parent / "classes"
    classes.mkdir()
    told = {str(number): {"name": name, "isthing": False} for number, name in LABELS.items()}
    (classes / "classes.json").write_text(json.dumps(told))
    letters = [chr(code) for code in range(33, 127)]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    tokenizer = transformers.CLIPTokenizer(vocab={token: number for number, token in enumerate(tokens)}, merges=[])
    images = transformers.OneFormerImageProcessor(
        repo_path=str(classes), class_info_file="classes.json", num_text=1, size=SIZE
    )
    transformers.OneFormerProcessor(
        image_processor=images, tokenizer=tokenizer, max_seq_length=8, task_seq_length=8
    ).save_pretrained(folder)


@pytest.fixture
def publish(put_on_hub):
    """`publish(name, save)`: a saved model as an annotator's repository."""
    return lambda name, save=None: put_on_hub(find(name).weights.repository, save)


def test_mask2former_gives_classes_at_the_size_of_the_picture(publish):
    publish("mask2former-semantic", save_mask2former)
    (sky,) = load("mask2former-semantic").find(PICTURE)
    assert sky.label == "sky"
    assert sky.soft_map.shape == (60, 80)
    assert sky.soft_map.min() > 0.5


@pytest.mark.parametrize("task", ["instance", "panoptic"])
def test_mask2former_gives_objects_with_their_scores(publish, task):
    publish(f"mask2former-{task}", save_mask2former)
    found = load(f"mask2former-{task}").find(PICTURE)
    assert {each.label for each in found} <= {"sky"}
    assert all(0.5 <= each.confidence <= 1 and set(np.unique(each.soft_map)) <= {0.0, 1.0} for each in found)


def test_oneformer_is_told_its_task(publish):
    publish("oneformer-semantic", save_oneformer)
    found = load("oneformer-semantic").find(PICTURE)
    assert found
    assert {each.label for each in found} <= set(LABELS.values())
    assert sum((each.soft_map > 0.5).astype(int) for each in found).max() <= 1


def test_a_repository_that_is_not_cached_says_where_it_is_published(publish):
    publish("oneformer-panoptic")
    with pytest.raises(MissingWeightsError, match="facebook/mask2former-swin-tiny-coco-panoptic"):
        load("mask2former-panoptic")


def test_weights_without_their_shapes_are_missing_too(publish):
    def only_weights(folder):
        save_mask2former(folder)
        (folder / "config.json").unlink()

    publish("mask2former-semantic", only_weights)
    with pytest.raises(MissingWeightsError, match="model"):
        load("mask2former-semantic")


def test_weights_that_lack_a_part_are_refused_not_drawn_at_random(publish):
    def without_a_part(folder):
        save_mask2former(folder)
        tensors = safetensors_torch.load_file(folder / "model.safetensors")
        del tensors["class_predictor.weight"]
        safetensors_torch.save_file(tensors, folder / "model.safetensors", {"format": "pt"})

    publish("mask2former-semantic", without_a_part)
    with pytest.raises(InvalidInputError, match="not the weights of Mask2Former"):
        load("mask2former-semantic")
