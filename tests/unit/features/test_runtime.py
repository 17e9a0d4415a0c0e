"""Whatever computes them, activations are the same: torch and OpenVINO, CPU and GPU, any batch in any order."""

import importlib.util
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from torchvision import models

from mofu.errors import InvalidSettingError, MissingPackageError
from mofu.features import openvino_runtime
from mofu.features.preprocessing import Preprocessing
from mofu.features.runtime import Runner, cosines
from mofu.features.torch_runtime import CpuEngine, DeviceEngine, FallingBack, Normalised, lost
from mofu.settings import FeaturesSettings

SQUARE = Preprocessing(72, "shorter", 64)
WHOLE = Preprocessing(64, "shorter")
PICTURES = [
    np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    for seed, size in enumerate([(72, 90), (80, 72), (72, 72), (200, 100), (40, 60), (72, 90), (72, 90)])
]
CPU = torch.device("cpu")
needs_openvino = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="NO OPENVINO HERE: its agreement with torch is not tested"
)
needs_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="NO GPU HERE: its agreement with the CPU is not tested"
)
RUNTIMES = ["torch", pytest.param("openvino", marks=needs_openvino)]


def network() -> torch.nn.Module:
    """A ResNet-18 cut after its pooling, always with the same random weights."""
    torch.manual_seed(0)
    model = models.resnet18(weights=None)
    model.fc = torch.nn.Identity()
    return model


@cache
def runner(how: Preprocessing = SQUARE, module: Callable[[], torch.nn.Module] = network, **chosen: str) -> Runner:
    return Runner(module(), how, FeaturesSettings(**({"device": "cpu"} | chosen)), "resnet18")


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return runner(runtime="torch", precision="float32")(PICTURES)


class Means(torch.nn.Module):
    """Mean R, G, B; counts the pictures of each call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.calls.append(len(images))
        return images.mean((2, 3))


class Small(Means):
    """A device with room for `room` pictures, that is gone after `calls` of them."""

    def __init__(self, room: int = 99, left: int = 99) -> None:
        super().__init__()
        self.room, self.left = room, left

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if len(images) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if not self.left:
            raise torch.AcceleratorError("CUDA error: the device fell off the bus\nand more")
        self.left -= 1
        return super().forward(images)


PLAIN = Preprocessing(8, "shorter", 8, mean=(0.0,) * 3, std=(1.0,) * 3)
FLAT = [np.full((8, 8, 3), value, np.uint8) for value in (0, 51, 102, 153, 204, 255)]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("precision", ["auto", "float32"])
@pytest.mark.parametrize("how", [SQUARE, WHOLE], ids=["square", "whole"])
def test_batch_and_order_change_nothing(runtime: str, precision: str, how: Preprocessing) -> None:
    run = runner(how, runtime=runtime, precision=precision)
    together = run(PICTURES)
    apart = np.concatenate([run([image]) for image in reversed(PICTURES)])[::-1]
    halves = np.concatenate([run(PICTURES[:2]), run(PICTURES[2:])])
    limit = 1e-4 * np.abs(together).max()
    assert np.abs(together - apart).max() < limit
    assert np.abs(together - halves).max() < limit


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_fastest_way_agrees_with_float32(runtime: str, expected: np.ndarray) -> None:
    run = runner(runtime=runtime)
    assert run.runtime.startswith(runtime)
    assert cosines(run(PICTURES), expected).min() >= 0.999


@needs_openvino
def test_openvino_in_float32_gives_torchs_numbers(expected: np.ndarray) -> None:
    found = runner(runtime="openvino", precision="float32")(PICTURES)
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


@needs_openvino
def test_openvino_is_chosen_where_it_is_installed() -> None:
    assert runner().runtime.startswith("openvino")


@needs_openvino
def test_openvino_is_imported_without_its_telemetry() -> None:
    script = (
        "import sys, torch; from mofu.features.preprocessing import Preprocessing;"
        "from mofu.features.openvino_runtime import OpenvinoEngine; from mofu.features.torch_runtime import Normalised;"
        "OpenvinoEngine(Normalised(torch.nn.Conv2d(3, 1, 1), Preprocessing(8)), (8, 8), reduced=False);"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Moody(torch.nn.Module):
    """Gives something else while it is traced: what OpenVINO makes of it is not what torch computes."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean((2, 3)) if not torch.jit.is_tracing() else images.amax((2, 3)) ** 3


class Foreign(torch.nn.Module):
    """Holds what OpenVINO cannot convert."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.special.bessel_j0(images).mean((2, 3))


@needs_openvino
@pytest.mark.parametrize(("module", "why"), [(Moody, "differ from torch's"), (Foreign, "bessel")])
def test_what_openvino_gets_wrong_is_left_to_torch_with_a_warning(module: type[torch.nn.Module], why: str) -> None:
    with pytest.warns(RuntimeWarning, match=f"(?s)resnet18: OpenVINO is not used, torch is.*{why}"):
        run = runner(module=module)
    assert run.runtime.startswith("torch")
    assert run(PICTURES).shape == (len(PICTURES), 3)


def test_openvino_asked_for_and_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mofu.features.runtime.is_installed", lambda: False)
    with pytest.raises(MissingPackageError, match=r"pip install 'mofu\[openvino\]'"):
        runner.__wrapped__(runtime="openvino")
    assert runner.__wrapped__().runtime.startswith("torch")


@pytest.mark.skipif(torch.cuda.is_available(), reason="A GPU IS HERE: its absence is not tested")
def test_a_gpu_asked_for_and_not_there_is_said_so() -> None:
    with pytest.raises(InvalidSettingError, match=r"features\.device=cuda.*use auto or cpu"):
        runner(device="cuda")


def test_pictures_of_many_shapes_come_back_in_their_order() -> None:
    flat = [np.full((8 + 2 * number, 8, 3), image[0, 0, 0], np.uint8) for number, image in enumerate(FLAT)]
    how = Preprocessing(8, "shorter", mean=(0.0,) * 3, std=(1.0,) * 3)
    found = Runner(Means(), how, FeaturesSettings(runtime="torch", device="cpu", precision="float32"), "means")(flat)
    assert found == pytest.approx(np.repeat(np.arange(6)[:, None] / 5, 3, axis=1), abs=1e-6)


def test_a_device_without_room_is_given_half_as_many_at_once_and_keeps_to_that() -> None:
    module = Small(room=2)
    engine = DeviceEngine(Normalised(module, PLAIN), CPU, 6, reduced=False)
    assert engine(FLAT)[:, 0] == pytest.approx(np.arange(6) / 5, abs=1e-6)
    assert engine.at_once == 1
    assert engine._network.network.calls == [1] * 6


def test_half_of_a_batch_is_half_of_what_was_tried() -> None:
    engine = DeviceEngine(Normalised(Small(room=4), PLAIN), CPU, 8, reduced=False)
    assert engine(FLAT)[:, 0] == pytest.approx(np.arange(6) / 5, abs=1e-6)
    assert engine.at_once == 3
    assert engine._network.network.calls == [3, 3]


def test_a_batch_in_bfloat16_is_filled_up() -> None:
    engine = DeviceEngine(Normalised(Means(), PLAIN), CPU, 4, reduced=True)
    assert len(engine(FLAT)) == 6
    assert engine._network.network.calls == [4, 4]


def test_a_batch_is_of_one_size_whatever_another_thread_makes_of_it_meanwhile() -> None:
    class Halved(DeviceEngine):
        """Is asked for its size once before the other thread has halved it, and then after."""

        sizes = iter([4, 4])

        @property
        def at_once(self) -> int:
            return next(self.sizes, 2)

        @at_once.setter
        def at_once(self, size: int) -> None:
            pass

    engine = Halved(Normalised(Means(), PLAIN), CPU, 4, reduced=True)
    assert engine(FLAT)[:, 0] == pytest.approx(np.arange(6) / 5, abs=1e-2)
    assert engine._network.network.calls == [4, 2]


@pytest.mark.parametrize("device", [Small(room=0), Small(left=1)], ids=["no room for one", "gone after one"])
def test_a_device_that_is_lost_is_replaced_by_the_cpu_with_one_warning(device: Small) -> None:
    falling = FallingBack(
        DeviceEngine(Normalised(device, PLAIN), CPU, 2, reduced=False),
        lambda: CpuEngine(Normalised(Means(), PLAIN), reduced=False),
        "means",
    )
    with pytest.warns(RuntimeWarning, match=r"means: the GPU cannot be used \(CUDA [^\n]*\): going on") as caught:
        found = falling(FLAT)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = falling(FLAT)
    assert found[:, 0] == pytest.approx(np.arange(6) / 5, abs=1e-6)
    assert (again == found).all()


def test_a_gpu_that_has_no_room_from_the_start_is_told_of_in_one_line() -> None:
    with pytest.warns(RuntimeWarning) as caught:
        lost("means", "CUDA out of memory.\nTried to allocate 2 GiB")
    assert str(caught[0].message) == "means: the GPU cannot be used (CUDA out of memory.): going on with the CPU"


def test_the_network_that_was_given_stays_where_it_was() -> None:
    given = Normalised(network(), SQUARE)
    before = given.network.conv1.weight.data_ptr()
    DeviceEngine(given, CPU, 2, reduced=False)
    assert given.network.conv1.weight.data_ptr() == before


def test_a_cosine_knows_zeros_and_what_is_no_number() -> None:
    found = np.array([[1, 0], [0, 0], [0, 0], [np.nan, 1]], np.float32)
    expected = np.array([[1, 1], [0, 0], [1, 0], [1, 1]], np.float32)
    assert cosines(found, expected) == pytest.approx([0.5**0.5, 1, 0, 0])


def test_the_extra_is_found_without_importing_it() -> None:
    assert openvino_runtime.is_installed() == (importlib.util.find_spec("openvino") is not None)


@needs_gpu
def test_the_gpu_agrees_with_the_cpu(expected: np.ndarray) -> None:
    run = runner(device="cuda")
    assert run.runtime == "torch cuda"
    assert cosines(run(PICTURES), expected).min() >= 0.999


@needs_gpu
def test_batch_and_order_change_nothing_on_the_gpu() -> None:
    run = runner(device="cuda")
    apart = np.concatenate([run([image]) for image in reversed(PICTURES)])[::-1]
    together = run(PICTURES)
    assert np.abs(together - apart).max() < 1e-4 * np.abs(together).max()
