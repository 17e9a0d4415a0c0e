"""The embedded network as a torch module, for gradients, Gram matrices and GPUs; `engine.py` is the same in numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from mofu.features.embedded.weights import CELLS, EPSILON, STAGES, STEM_CHANNELS, Stage


class Residual(nn.Module):
    """Two convolutions beside a linear way past them."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels, 1)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(n, channels in, h, w) → (n, channels, h, w)."""
        inner = self.second(functional.relu(self.first(maps)))
        return functional.relu(inner + self.skip(maps))


class EmbeddedNetwork(nn.Module):
    """Stem and stages; between them the mean of each 2 × 2, which does not alias as a stride would."""

    def __init__(self, stages: Sequence[Stage] = STAGES) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, STEM_CHANNELS, 3, padding=1)
        self.names = tuple(stage.name for stage in stages)
        channels = STEM_CHANNELS
        for stage in stages:
            self.add_module(stage.name, Residual(channels, stage.channels))
            channels = stage.channels

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """(n, 3, h, w) normalised → the maps of every stage by name."""
        maps = functional.relu(self.stem(images))
        found = {}
        for name in self.names:
            maps = self.get_submodule(name)(functional.avg_pool2d(maps, 2))
            found[name] = maps
        return found


def stages_of(tensors: Mapping[str, NDArray[np.float32]]) -> EmbeddedNetwork:
    """The network with the convolutions of a weights file."""
    network = EmbeddedNetwork().eval()
    network.load_state_dict({name: torch.from_numpy(tensors[name].copy()) for name in network.state_dict()})
    return network


class Reading(nn.Module):
    """The network read at one stage, at all or as code, as `EmbeddedCnn.vector` reads it: (n, 3, h, w) → (n, d)."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]], layer: str) -> None:
        super().__init__()
        self.network, self.layer = stages_of(tensors), layer
        for part in ("centre", "axes"):
            self.register_buffer(f"code_{part}", torch.from_numpy(tensors[f"code.{part}"].copy()))
        for name in self.network.names:
            centre, spread = (torch.from_numpy(tensors[f"{name}.{part}"].copy()) for part in ("centre", "spread"))
            self.register_buffer(f"{name}_centre", centre)
            self.register_buffer(f"{name}_scale", spread + float(np.median(spread.numpy())))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalised images → (n, d) float32."""
        found: dict[str, torch.Tensor] = self.network(images)
        if self.layer in found:
            return statistics(found[self.layer])[:, : 2 * found[self.layer].shape[1]]
        parts = [functional.normalize(self._standard(name, statistics(maps))) for name, maps in found.items()]
        whole = functional.normalize(torch.cat(parts, dim=1))
        whole = functional.normalize(whole.sign() * whole.abs().sqrt())
        if self.layer == "all":
            return whole
        return functional.normalize((whole - self.get_buffer("code_centre")) @ self.get_buffer("code_axes"))

    def _standard(self, name: str, found: torch.Tensor) -> torch.Tensor:
        standard: torch.Tensor = (found - self.get_buffer(f"{name}_centre")) / self.get_buffer(f"{name}_scale")
        return standard


def statistics(maps: torch.Tensor) -> torch.Tensor:
    """(n, c, h, w) → (n, 4c): `STATISTICS` of every channel, as `pooling.statistics` takes them in numpy."""
    mean = maps.mean((2, 3), keepdim=True)
    squares = (maps - mean) ** 2
    cells = functional.adaptive_avg_pool2d(maps, CELLS)
    energy = (functional.adaptive_avg_pool2d(squares, CELLS) + EPSILON).sqrt()
    deviation = (squares.mean((2, 3)) + EPSILON).sqrt()
    apart = [(each.var((2, 3), unbiased=False) + EPSILON).sqrt() for each in (cells, energy)]
    return torch.cat([mean.flatten(1), deviation, *apart], dim=1)
