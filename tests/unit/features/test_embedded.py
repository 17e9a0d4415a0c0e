"""The network in the package, alone and with the Fisher vector: the same vectors everywhere, and without torch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.errors import DamagedError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.features.embedded import pooling, weights
from mofu.features.embedded.backbone import SHARE
from mofu.features.embedded.engine import Engine
from mofu.features.registry import load
from mofu.settings import FeaturesSettings

Pixels = np.ndarray


def picture(height: int, width: int, seed: int) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), np.uint8)
    return np.ascontiguousarray(coarse.repeat(4, 0).repeat(4, 1)[:height, :width])


PICTURES = [picture(*size, seed) for seed, size in enumerate([(48, 40), (161, 200), (64, 64), (33, 90), (20, 47)])]


@pytest.fixture(scope="module")
def cnn() -> Backbone:
    return load("embedded_cnn", FeaturesSettings())


def test_the_weights_are_small_and_say_where_they_come_from() -> None:
    assert weights.FILE.stat().st_size < 10e6
    with safetensors.safe_open(weights.FILE, "numpy") as opened:
        origin = json.loads(opened.metadata()["origin"])
    assert origin["script"].startswith("training/train_embedded_cnn.py")
    convolutions = {name for name in weights.load().tensors if name.endswith(("weight", "bias"))}
    assert sum(weights.load().tensors[name].size for name in convolutions) == weights.PARAMETERS


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    content = bytearray(weights.FILE.read_bytes())
    content[-1] ^= 1
    (tmp_path / "embedded_cnn.safetensors").write_bytes(content)
    with pytest.raises(DamagedError, match="install mofu again"):
        weights.load(tmp_path / "embedded_cnn.safetensors")


@pytest.mark.parametrize("name", ["embedded_cnn", "embedded"])
def test_a_row_an_image_of_unit_length(name: str) -> None:
    backbone = load(name, FeaturesSettings())
    vectors = backbone.extract(PICTURES)
    assert (vectors.shape, vectors.dtype) == ((len(PICTURES), backbone.dimension), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(PICTURES)), abs=1e-5)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(PICTURES))), count=st.integers(1, len(PICTURES)))
def test_batch_and_order_change_nothing(cnn: Backbone, order: list[int], count: int) -> None:
    together = cnn.extract(PICTURES)
    apart = cnn.extract([PICTURES[index] for index in order[:count]])
    assert np.abs(apart - together[order[:count]]).max() < 1e-5


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (900, 3), (16, 17), (200, 200)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_and_thin_pictures_stay_finite(cnn: Backbone, shape: tuple[int, int], value: int) -> None:
    assert np.isfinite(cnn.extract([np.full((*shape, 3), value, np.uint8)])).all()


def test_the_fused_vector_is_both_parts_in_their_shares() -> None:
    fused = load("embedded", FeaturesSettings()).extract(PICTURES[:1])[0]
    fisher = load("fisher", FeaturesSettings()).extract(PICTURES[:1])[0]
    length = np.sqrt(1 + SHARE**2)
    assert fused[: len(fisher)] * length == pytest.approx(fisher, abs=1e-5)
    code = load("embedded_cnn:code", FeaturesSettings()).extract(PICTURES[:1])[0]
    assert fused[len(fisher) :] * length / SHARE == pytest.approx(code, abs=1e-5)


def test_statistics_of_one_channel_by_hand() -> None:
    # columns 0 0 4 4 0 0 4 4 in four cells of two: no variation within a cell
    maps = np.float32([[0, 0, 4, 4, 0, 0, 4, 4]] * 8)[:, :, None]
    assert pooling.statistics(maps) == pytest.approx([2, 2, 2, 0], abs=2e-3)
    # columns 0 4 0 4 …: every cell the same, all variation within
    maps = np.float32([[0, 4] * 4] * 8)[:, :, None]
    assert pooling.statistics(maps) == pytest.approx([2, 2, 0, 0], abs=2e-3)


def test_maps_are_those_of_the_stages(cnn: Backbone) -> None:
    first, last = cnn.maps(PICTURES[1:2], ["stage1", "stage4"])
    assert (first.shape, last.shape) == ((1, 32, 80, 100), (1, 256, 10, 12))
    pooled = load("embedded_cnn:stage4", FeaturesSettings()).extract(PICTURES[1:2])[0]
    assert pooled[:256] == pytest.approx(last[0].mean((1, 2)), abs=1e-5)


def test_a_layer_without_maps_names_those_that_have() -> None:
    with pytest.raises(UnknownNameError, match="stage4"):
        load("embedded_cnn", FeaturesSettings()).maps(PICTURES[:1], ["all"])


def test_a_shift_by_one_pixel_hardly_shows(cnn: Backbone) -> None:
    """Strides without averaging would alias: the vectors would depend on where the grid falls."""
    wide = picture(180, 181, 9)
    left, right = cnn.extract([np.ascontiguousarray(wide[:, :-1]), np.ascontiguousarray(wide[:, 1:])])
    other = cnn.extract([picture(180, 180, 10)])[0]
    assert left @ right > 0.97
    assert left @ right > left @ other


def test_neither_torch_nor_a_network_is_needed() -> None:
    program = (
        "import sys, numpy as np; from mofu.features.registry import load; from mofu.settings import FeaturesSettings;"
        "load('embedded', FeaturesSettings()).extract([np.zeros((64, 64, 3), np.uint8)]); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "False\n"


class TestInTorch:
    """The same network as a torch module."""

    @pytest.fixture(autouse=True)
    def torch(self) -> None:
        pytest.importorskip("torch")

    def test_maps_agree(self, cnn: Backbone) -> None:
        import torch

        given = torch.from_numpy(PICTURES[1]).permute(2, 0, 1)[None].float() / 255
        how = cnn.spec.preprocessing
        names = [layer.name for layer in cnn.spec.maps()]
        with torch.no_grad():
            found = cnn.module(names)(
                (given - torch.tensor(how.mean)[:, None, None]) / torch.tensor(how.std)[:, None, None]
            )
        for ours, theirs in zip(cnn.maps(PICTURES[1:2], names), found, strict=True):
            assert ours == pytest.approx(theirs.numpy(), abs=1e-3)

    @pytest.mark.parametrize("layer", ["all", "code", "stage2"])
    def test_vectors_agree(self, layer: str) -> None:
        ours = load(f"embedded_cnn:{layer}", FeaturesSettings()).extract(PICTURES)
        by_torch = FeaturesSettings(runtime="torch", precision="float32", device="cpu")
        theirs = load(f"embedded_cnn:{layer}", by_torch).extract(PICTURES)
        assert theirs == pytest.approx(ours, abs=1e-4)

    def test_gradients_reach_the_picture(self, cnn: Backbone) -> None:
        import torch

        image = torch.zeros(1, 3, 64, 64, requires_grad=True)
        cnn.module(["stage4"])(image)[0].sum().backward()
        assert image.grad is not None
        assert float(image.grad.abs().sum()) > 0


def test_the_engine_gives_every_size_its_own_maps() -> None:
    engine = Engine(weights.load().tensors)
    assert [maps.shape for maps in engine.maps(PICTURES[1])] == [
        (80, 100, 32), (40, 50, 64), (20, 25, 128), (10, 12, 256),
    ]  # fmt: skip
