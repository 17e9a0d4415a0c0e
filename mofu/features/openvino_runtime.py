"""uint8 pictures of one size → activations by OpenVINO, on the CPU.

Every core computes a picture of its own, one at a time: batches of 2 to 8 measured no faster than one (ResNet-50 and
VGG16, float32 and bfloat16), two cores on one picture took twice as long, and a picture alone depends on no other.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from mofu.features.backbone import Vectors
from mofu.features.torch_runtime import Normalised
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels

_TELEMETRY = "openvino_telemetry"


def is_installed() -> bool:
    """Whether the extra `openvino` is there; imports nothing."""
    return importlib.util.find_spec("openvino") is not None


class OpenvinoEngine:
    """A network as OpenVINO compiles it."""

    def __init__(self, network: Normalised, shape: tuple[int, int], *, reduced: bool) -> None:
        """Convert and compile a network.

        Args:
            network: shares its weights with what is compiled in float32.
            shape: height and width of the pictures; (-1, -1) where they differ.
            reduced: in bfloat16 where OpenVINO deems it safe.

        Raises:
            Exception: of whatever kind, where the network holds what OpenVINO does not know.
        """
        with _no_telemetry():
            import openvino
        example = torch.zeros((1, *(side if side > 0 else 256 for side in shape), 3), dtype=torch.uint8)
        with warnings.catch_warnings(), _no_telemetry():
            warnings.simplefilter("ignore")  # torch deprecates the tracing that openvino asks it for
            model = openvino.convert_model(network, example_input=example)
        model.reshape([1, *shape, 3])
        config = {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": "bf16" if reduced else "f32",
            "INFERENCE_NUM_THREADS": cores(),
        }
        self._requests = openvino.AsyncInferQueue(openvino.Core().compile_model(model, "CPU", config))
        self._requests.set_callback(lambda request, keep: keep(request.get_output_tensor(0).data))
        self._lock = threading.Lock()

    def __call__(self, images: Iterable[Pixels]) -> Vectors:
        """(n, d) float32 of n pictures, at least one, (h, w, 3) uint8; callers take turns."""
        rows: dict[int, Vectors] = {}
        with self._lock:
            for number, image in enumerate(images):
                keep = _Keep(rows, number)
                self._requests.start_async({0: np.ascontiguousarray(image)[None]}, keep)
            self._requests.wait_all()
        return np.concatenate([rows[number] for number in range(len(rows))])


class _Keep:
    """Where the activations of one picture go."""

    def __init__(self, rows: dict[int, Vectors], number: int) -> None:
        self._rows, self._number = rows, number

    def __call__(self, row: Vectors) -> None:
        """Copy what the request will write over."""
        self._rows[self._number] = np.array(row, np.float32)


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Keep OpenVINO from telling its makers of every import and every conversion, which it does unless asked not to."""
    before = sys.modules.get(_TELEMETRY)
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment] # Python's own sign for: cannot be imported
    try:
        yield
    finally:
        if before is None:
            del sys.modules[_TELEMETRY]
        else:
            sys.modules[_TELEMETRY] = before
