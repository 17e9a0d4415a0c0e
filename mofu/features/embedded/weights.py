"""The weights file of the embedded network, and its shape: what `engine.py` and `network.py` both build."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from mofu.errors import DamagedError

FILE = Path(__file__).parent.parent / "data" / "embedded_cnn.safetensors"
SHA256 = "b0ac1de7a9d2aef458dd1019e2cf450cf701834d5918a81b5857532247e5cff0"
"""Of the packaged file; `training/train_embedded_cnn.py` prints it."""

MEAN, STD = (0.45, 0.45, 0.45), (0.25, 0.25, 0.25)
STEM_CHANNELS = 32


@dataclass(frozen=True, slots=True)
class Stage:
    """A residual block at one resolution.

    Attributes:
        name: as a layer's name.
        channels: of its maps.
        stride_px: pixels of the picture a position.
    """

    name: str
    channels: int
    stride_px: int


_WIDTHS = ((32, 32), (32, 64), (64, 128), (128, 256))
STAGES = tuple(Stage(f"stage{n}", channels, 1 << n) for n, (_, channels) in enumerate(_WIDTHS, start=1))
PARAMETERS = STEM_CHANNELS * (3 * 9 + 1) + sum(
    channels * (before * 10 + channels * 9 + 3) for before, channels in _WIDTHS
)
"""Numbers that were learned: in a stage two convolutions, the way past them, and the biases of the three."""
CODE_DIMENSION = 512

STATISTICS = ("mean", "deviation", "deviation of the means of 4 × 4 cells", "deviation of the deviations of the cells")
"""What is read of a channel. The last two say how much the picture is the same everywhere, as a texture is."""
CELLS = 4
EPSILON = 1e-6


def serialised(tensors: Mapping[str, NDArray[np.float32]], origin: Mapping[str, object]) -> bytes:
    """The weights file's bytes: the tensors, and where they come from as `origin`, in JSON."""
    # one key of metadata only: the format keeps several in no order, and the file is known by its hash
    return safetensors.numpy.save(dict(tensors), {"origin": json.dumps(origin)})


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file that was read.

    Attributes:
        sha256: of its bytes.
        tensors: convolutions by name, `stem.weight` (out, in, k, k) and so on, and of each stage `centre` and `spread`,
            the mean and the deviation of its statistics over drawn pictures; of the code `code.centre` (d,) and
            `code.axes` (d, 512).
    """

    sha256: str
    tensors: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(cls, content: bytes) -> Weights:
        """Of a file's bytes."""
        return cls(hashlib.sha256(content).hexdigest(), safetensors.numpy.load(content))


def load(path: Path = FILE, sha256: str = SHA256) -> Weights:
    """Read a weights file.

    Raises:
        DamagedError: its bytes are not those that `sha256` stands for.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DamagedError(f"{path}: SHA-256 is {found[:12]}…, expected {sha256[:12]}…: install mofu again")
    return Weights.of(content)
