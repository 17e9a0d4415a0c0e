"""The embedded network while it learns: with batch normalisation and two tasks; folded into plain convolutions after.

The tasks: which kind of surface a crop shows (cross-entropy), and which other crop is of the same picture (NT-Xent,
Chen et al. 2020, "A simple framework for contrastive learning of visual representations"). Both read the statistics
over positions that the backbone reads, so that what tells textures apart is put where a linear classifier finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from mofu.features.embedded.network import EmbeddedNetwork
from mofu.features.embedded.network import statistics as statistics_of
from mofu.features.embedded.weights import STAGES, STATISTICS

_TEMPERATURE = 0.1
_SMOOTHING = 0.1
_DIMENSION = len(STATISTICS) * sum(stage.channels for stage in STAGES)


@dataclass(frozen=True, slots=True)
class Losses:
    """What a step minimises, and how often the kind was right."""

    kind: torch.Tensor
    contrast: torch.Tensor
    accuracy: float


class Normalised(nn.Module):
    """A convolution with batch normalisation in place of its bias."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        convolution.bias = None
        self.convolution, self.norm = convolution, nn.BatchNorm2d(convolution.out_channels)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(n, channels in, h, w) → (n, channels out, h, w)."""
        found: torch.Tensor = self.norm(self.convolution(maps))
        return found

    def folded(self) -> nn.Conv2d:
        """The one convolution that does the same, with the statistics of the whole training."""
        norm, plain = self.norm, self.convolution
        assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101, PT018 - for the type checker
        weight, bias = fuse_conv_bn_weights(
            plain.weight, plain.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
        found = nn.Conv2d(plain.in_channels, plain.out_channels, plain.kernel_size, padding=plain.padding)  # type: ignore[arg-type]  # pairs
        found.weight, found.bias = weight, bias
        return found


class Learner(nn.Module):
    """Network and heads."""

    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.network = EmbeddedNetwork()
        _replace(self.network, nn.Conv2d, Normalised)
        self.scale = nn.BatchNorm1d(_DIMENSION, affine=False)
        self.kind = nn.Sequential(nn.Dropout(0.3), nn.Linear(_DIMENSION, kinds))
        self.place = nn.Sequential(
            nn.Linear(_DIMENSION, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, 128)
        )  # fmt: skip

    def forward(self, crops: torch.Tensor, kinds: torch.Tensor) -> Losses:
        """Losses of two crops a picture: (2n, 3, h, w) normalised, all first ones first; kinds (n,)."""
        with torch.autocast(crops.device.type, dtype=torch.bfloat16):
            maps = self.network(crops)
        found = self.scale(torch.cat([statistics_of(each.float()) for each in maps.values()], dim=1))
        scores, labels = self.kind(found), kinds.repeat(2)
        right = float((scores.argmax(1) == labels).float().mean())
        smooth = functional.cross_entropy(scores, labels, label_smoothing=_SMOOTHING)
        return Losses(smooth, _contrast(functional.normalize(self.place(found), dim=1)), right)

    def folded(self) -> EmbeddedNetwork:
        """The network without its normalisations; this one is used up."""
        _replace(self.network, Normalised, Normalised.folded)
        return self.network.eval()


def _contrast(places: torch.Tensor) -> torch.Tensor:
    """NT-Xent of (2n, d) unit rows, of which i and i + n belong together."""
    count = len(places) // 2
    alike = places @ places.T / _TEMPERATURE
    alike = alike.masked_fill(torch.eye(2 * count, dtype=torch.bool, device=alike.device), -1e4)
    partner = torch.arange(2 * count, device=alike.device).roll(count)
    return functional.cross_entropy(alike, partner)


def _replace(module: nn.Module, old: type[nn.Module], new) -> None:  # type: ignore[no-untyped-def]  # any factory
    for name, child in module.named_children():
        if isinstance(child, old):
            setattr(module, name, new(child))
        else:
            _replace(child, old, new)
