"""Pixels → soft masks of words and background, by a network that was taught with masks; and its file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mofu.imaging.results import Pixels
from mofu.segmentation.kept import Kept, Tensors
from mofu.segmentation.selftraining.architectures import Shape, make
from mofu.segmentation.selftraining.bodies import PIXELS, Body, shown
from mofu.segmentation.selftraining.pictures import Probabilities
from mofu.settings import FeaturesSettings


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a segmenter is.

    Attributes:
        words: in the order of its masks; the background follows them.
        segmenter: name of its architecture.
        shape: how large that is.
        backbone: name of the network below, `pixels` where it learned from pixels alone.
        backbone_id: that network's weights and preprocessing.
        layers: whose maps it looks at.
        side_px: longer side of a picture as it is shown.
        seed: of its start and of the order of pictures.
    """

    words: tuple[str, ...]
    segmenter: str
    shape: Shape
    backbone: str
    backbone_id: str
    layers: tuple[str, ...]
    side_px: int
    seed: int

    def to_json(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is anything else."""
        told = json.loads(text)
        lists = {name: tuple(told[name]) for name in ("words", "layers")}
        return cls(**(told | lists | {"shape": Shape(**told["shape"])}))


_KEPT = Kept("segmenter", Provenance.from_json)


class Segmenter(nn.Module):
    """An architecture on a body.

    Attributes:
        provenance: what it is.
        body: the network below.
        head: what is learned above it.
    """

    def __init__(self, body: Body, provenance: Provenance) -> None:
        """Make one that knows nothing yet; UnknownNameError where there is no such architecture."""
        super().__init__()
        self.provenance, self.body = provenance, body
        self.head = make(provenance.segmenter, body.channels, len(provenance.words) + 1, provenance.shape)
        self.eval()

    def parts(self, images: torch.Tensor) -> list[torch.Tensor]:
        """(n, 3, h, w) uint8 → what the head takes."""
        return self.head.projected(self.body(images), (images.shape[2], images.shape[3]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(n, 3, h, w) uint8 → logits (n, words + 1, rows, columns)."""
        logits: torch.Tensor = self.head(self.parts(images))
        return logits

    def segment(self, pixels: Pixels) -> Probabilities:
        """Soft masks of one picture.

        Args:
            pixels: (h, w, 3) uint8 RGB of any size.

        Returns:
            (words + 1, h, w) float32 that sum to 1 at each pixel; the last is the background.

        Raises:
            InvalidInputError: no picture.
        """
        with torch.inference_mode():
            logits = self(shown(pixels, self.provenance.side_px))
        return probabilities(logits, (pixels.shape[0], pixels.shape[1]))

    def to_bytes(self) -> bytes:
        """Everything that was learned and the provenance as safetensors; equal segmenters give equal bytes."""
        return _KEPT.to_bytes(self._learned(), self.provenance.to_json())

    @classmethod
    def from_bytes(cls, content: bytes, settings: FeaturesSettings) -> Segmenter:
        """Read what `to_bytes` wrote; its backbone is loaded as the settings say.

        Raises:
            DamagedError: the bytes are no segmenter.
            InvalidInputError: the backbone of that name has other weights now.
            MissingWeightsError, MissingPackageError: the backbone cannot be loaded here.
        """
        provenance, tensors = _KEPT.from_bytes(content)
        of_pixels = provenance.backbone == PIXELS.name
        backbone = None if of_pixels else _KEPT.backbone(provenance.backbone, provenance.backbone_id, settings)
        segmenter = cls(Body(backbone, provenance.layers), provenance)
        if tensors.keys() != segmenter._learned().keys():
            raise _KEPT.damaged()
        try:
            segmenter.load_state_dict({name: torch.tensor(each) for name, each in tensors.items()}, strict=False)
        except RuntimeError as error:
            raise _KEPT.damaged() from error
        return segmenter

    def _learned(self) -> Tensors:
        kept = {name: tensor for name, tensor in self.state_dict().items() if not name.startswith("body.")}
        if not self.body.frozen:
            kept = dict(self.state_dict())
        return {name: tensor.cpu().numpy() for name, tensor in kept.items()}


def probabilities(logits: torch.Tensor, size: tuple[int, int]) -> Probabilities:
    """(1, labels, rows, columns) logits → (labels, h, w) probabilities, bilinear between cells."""
    large = functional.interpolate(logits, size, mode="bilinear", align_corners=False)
    found: Probabilities = large.softmax(1)[0].numpy().astype(np.float32)
    return found
