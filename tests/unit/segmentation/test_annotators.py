"""Annotators through their real loading path, with random weights in the published files' names and format."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from mofu.errors import DamagedError, InvalidInputError, MissingWeightsError, UnknownNameError
from mofu.segmentation.annotators.base import of_scores
from mofu.segmentation.annotators.registry import REGISTRY, find, listing, load

torch = pytest.importorskip("torch")
torchvision_models = pytest.importorskip("torchvision.models")

PICTURE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
BY_TORCHVISION = ("deeplabv3", "fcn", "lraspp", "maskrcnn")
OPTIONS = {"deeplabv3": {"aux_loss": True}, "fcn": {"aux_loss": True}}
CAT = 17
"""Of COCO's classes, as torchvision counts them."""


def test_each_pixel_goes_to_the_class_that_is_the_likeliest_there():
    """Six pixels: four of the first class, one of the second and one of nothing; nothing competes and is not found."""
    first, second, nothing = (
        [0.6, 0.6, 0.8, 0.5, 0.2, 0.1],
        [0.2, 0.2, 0.1, 0.3, 0.6, 0.1],
        [0.2, 0.2, 0.1, 0.2, 0.2, 0.8],
    )
    sky, cat = of_scores(np.array([nothing, first, second], np.float32)[:, None], ["-", "sky", "cat"], nothing=0)
    assert (sky.label, cat.label) == ("sky", "cat")
    assert sky.soft_map[0] == pytest.approx([0.75, 0.75, 8 / 9, 0.625, 0.25, 1 / 9])
    assert sky.confidence == pytest.approx((0.75 + 0.75 + 8 / 9 + 0.625) / 4)
    assert cat.confidence == pytest.approx(0.75)
    assert (cat.soft_map >= 0.5).tolist() == [[False, False, False, False, True, False]]


def test_specks_are_not_found():
    scores = np.zeros((2, 40, 50), np.float32)
    scores[0], scores[1, 0, 0] = 0.5, 1.0
    assert [each.label for each in of_scores(scores, ["sky", "bird"])] == ["sky"]


def test_an_unknown_annotator_names_the_known_ones():
    assert {spec.name for spec in listing()} >= {*BY_TORCHVISION, "mask2former-panoptic", "oneformer-semantic"}
    with pytest.raises(UnknownNameError, match="did you mean 'maskrcnn'"):
        find("mask-rcnn")


@pytest.mark.parametrize("name", BY_TORCHVISION)
def test_the_table_agrees_with_torchvision(name):
    spec = find(name)
    published = torchvision_models.get_model_weights(spec.model).DEFAULT
    assert spec.weights.url == published.url
    assert spec.weights.sha256 in published.url
    assert spec.weights.size_mib == pytest.approx(published.meta["_file_size"], abs=1)


@pytest.fixture
def checkpoints(tmp_path, monkeypatch):
    """An empty cache of torch's, and a proxy that refuses every connection."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def publish(monkeypatch, folder, name, change=lambda tensors: None):
    """Random weights under an annotator's published name, their hash as if it had been published."""
    spec, loader = REGISTRY[find(name).name]
    torch.manual_seed(0)
    classes = len(torchvision_models.get_model_weights(spec.model).DEFAULT.meta["categories"])
    model = torchvision_models.get_model(
        spec.model, weights=None, weights_backbone=None, num_classes=classes, **OPTIONS.get(name, {})
    )
    tensors = model.state_dict()
    change(tensors)
    path = folder / spec.weights.files[0]
    torch.save(tensors, path)
    own = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    monkeypatch.setitem(REGISTRY, name, (replace(spec, weights=replace(spec.weights, sha256=own)), loader))
    return path


def test_a_network_by_class_gives_every_pixel_to_one_class(checkpoints, monkeypatch):
    publish(monkeypatch, checkpoints, "lraspp")
    annotator = load("lraspp")
    found = annotator.find(PICTURE)
    assert annotator.id.startswith("lraspp-")
    assert all(each.soft_map.shape == (60, 80) and each.soft_map.dtype == np.float32 for each in found)
    assert sum((each.soft_map > 0.5).astype(int) for each in found).max(initial=0) <= 1
    areas = [(each.soft_map >= 0.5).mean() for each in found]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize("name", ["deeplabv3", "fcn"])
def test_the_others_load_from_files_with_their_auxiliary_classifier(checkpoints, monkeypatch, name):
    publish(monkeypatch, checkpoints, name)
    assert load(name).spec.model == f"{name}_resnet50"


@pytest.mark.slow
def test_a_network_by_object_gives_its_masks_with_their_scores(checkpoints, monkeypatch):
    def sure_of_cats(tensors):
        tensors["roi_heads.box_predictor.cls_score.bias"][CAT] += 20
        tensors["roi_heads.mask_predictor.mask_fcn_logits.bias"][CAT] += 5

    publish(monkeypatch, checkpoints, "maskrcnn", sure_of_cats)
    found = load("maskrcnn").find(PICTURE)
    assert found
    assert {each.label for each in found} == {"cat"}
    assert all(each.confidence >= 0.5 and each.soft_map.shape == (60, 80) for each in found)


def test_weights_that_are_not_the_published_ones_are_not_parsed(checkpoints, monkeypatch):
    path = publish(monkeypatch, checkpoints, "lraspp")
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(DamagedError, match="published one"):
        load("lraspp")


def test_weights_of_another_network_are_refused(checkpoints, monkeypatch):
    def rename(tensors):
        tensors["classifier.other"] = tensors.pop("classifier.cbr.0.weight")

    publish(monkeypatch, checkpoints, "lraspp", rename)
    with pytest.raises(InvalidInputError, match="not the weights of lraspp_mobilenet_v3_large"):
        load("lraspp")


def test_weights_that_cannot_be_had_say_where_they_belong(checkpoints):
    with pytest.raises(MissingWeightsError, match=r"lraspp_mobilenet_v3_large-d234d4ea\.pth, which is not in"):
        load("lraspp")
