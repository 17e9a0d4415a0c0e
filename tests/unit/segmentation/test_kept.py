"""What was learned and its provenance, as bytes and back."""

import json

import numpy as np
import pytest

from mofu.errors import DamagedError, InvalidInputError
from mofu.segmentation.kept import Kept
from mofu.settings import FeaturesSettings

KEPT = Kept("test of tests", json.loads)
TENSORS = {"weight": np.arange(6, dtype=np.float32).reshape(2, 3).T, "count": np.array(3)}


def test_tensors_and_provenance_come_back_as_they_were():
    told, tensors = KEPT.from_bytes(KEPT.to_bytes(TENSORS, '{"words": ["もふもふ"]}'))
    assert told == {"words": ["もふもふ"]}
    assert {name: each.tolist() for name, each in tensors.items()} == {
        "weight": [[0, 3], [1, 4], [2, 5]],
        "count": 3,
    }


def test_equal_tensors_give_equal_bytes_in_whatever_order_they_lie():
    turned = {name: TENSORS[name].copy(order="C") for name in reversed(TENSORS)}
    assert KEPT.to_bytes(turned, "{}") == KEPT.to_bytes(TENSORS, "{}")


CUT_OFF, NO_JSON = KEPT.to_bytes(TENSORS, "{}")[:-1], KEPT.to_bytes({}, "no JSON")


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, CUT_OFF, NO_JSON])
def test_anything_else_is_named_as_what_it_is_not(content):
    with pytest.raises(DamagedError, match="not a test of tests"):
        KEPT.from_bytes(content)


def test_a_backbone_with_other_weights_is_told_with_both():
    with pytest.raises(InvalidInputError, match=r"trained on embedded_cnn-0000, embedded_cnn is embedded_cnn-"):
        KEPT.backbone("embedded_cnn", "embedded_cnn-0000", FeaturesSettings())
