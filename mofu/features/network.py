"""A loaded torch network → a backbone: cut at its layers, maps pooled to vectors, run on what this machine has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import torch

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone, BackboneSpec, Maps, Vectors, identity
from mofu.features.preprocessing import prepared, stacked
from mofu.features.runtime import Runner
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

Cut = Callable[[Sequence[str]], torch.nn.Module]
"""Names of layers → (n, 3, h, w) float32, normalised → a list of (n, d) or (n, c, h, w), in the order of the names."""


_ODD_PX = (64, 96)
"""A shape that no network takes alone."""


class Listed(torch.nn.Module):
    """A module that gives tensors by name → the same as a list in an order of one's own."""

    def __init__(self, module: torch.nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self.module, self.names = module, tuple(names)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Return the tensors of `names`."""
        found = self.module(images)
        return [found[name] for name in self.names]


class Pooled(torch.nn.Module):
    """A network cut at one layer → (n, d): of maps the mean and the deviation over positions, of vectors themselves."""

    def __init__(self, cut: torch.nn.Module) -> None:
        super().__init__()
        self.cut = cut

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (n, d) float32; a map of c channels gives 2c numbers, all means first."""
        found: torch.Tensor = self.cut(images)[0].float()
        if found.ndim == 2:
            return found
        mean = found.mean((2, 3), keepdim=True)
        deviation = ((found - mean) ** 2).mean((2, 3)).sqrt()
        return torch.cat([mean.flatten(1), deviation], 1)


def takes_any_size(cut: torch.nn.Module) -> bool:
    """Whether a network can be shown pictures of any shape, as vision transformers mostly cannot."""
    try:
        with torch.inference_mode():
            cut(torch.zeros(1, 3, *_ODD_PX))
    except (AssertionError, RuntimeError, ValueError):
        return False
    return True


class NetworkBackbone(Backbone):
    """A network read at one layer, and its maps at others."""

    def __init__(
        self, spec: BackboneSpec, layer: str, cut: Cut, settings: FeaturesSettings, *, weights_sha256: str, version: int
    ) -> None:
        """Take a loaded network over.

        Args:
            cut: gives the network's parts; they share its weights.
            weights_sha256, version: go into the identity, see `identity`.
        """
        self.id = identity(spec.name, weights_sha256, spec.preprocessing, version)
        self.spec, self.layer = spec, layer
        self._cut, self._settings = cut, settings

    def maps(self, pixels: Sequence[Pixels], layers: Sequence[str]) -> list[Maps]:
        """As `Backbone.maps` says."""
        network = self.module(layers)
        weight = next(network.parameters())
        with torch.inference_mode():
            found = network(self._normalised(pixels).to(weight.device, weight.dtype))
        return [maps.float().cpu().numpy() for maps in found]

    def module(self, layers: Sequence[str]) -> torch.nn.Module:
        """As `Backbone.module` says."""
        self.spec.check_maps(layers)
        return self._cut(layers)

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        return self._runner(pixels)

    @cached_property
    def _runner(self) -> Runner:
        # made when activations are first asked for: a ranking asks for the identity only
        module = Pooled(self._cut([self.layer]))
        return Runner(module, self.spec.preprocessing, self._settings, self.name)

    def _normalised(self, pixels: Sequence[Pixels]) -> torch.Tensor:
        how = self.spec.preprocessing
        images = [prepared(image, how) for image in pixels]
        shapes = sorted({image.shape[:2] for image in images})
        if len(shapes) != 1:
            raise InvalidInputError(f"maps of {self.name}: expected pictures of one shape, got {shapes}: one by one")
        given: Any = torch.from_numpy(stacked(images)).permute(0, 3, 1, 2).float() / 255
        mean, deviation = (torch.tensor(part, dtype=torch.float32)[:, None, None] for part in (how.mean, how.std))
        normalised: torch.Tensor = (given - mean) / deviation
        return normalised
