"""Pixels → how much every cell of a picture looks like each word: a head on the maps of a frozen backbone.

Fully convolutional, one sigmoid a word, taught by image-level labels alone (Oquab et al., "Is object localization for
free?", CVPR 2015; Shimoda & Yanai, "Distinct class-specific saliency maps", ECCV 2016). Classes without a name, made of
the background, follow the words: class differences need something to subtract.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import torch
from PIL import Image
from torch import nn

from mofu.errors import InvalidInputError, InvalidSettingError
from mofu.features.backbone import Backbone, BackboneSpec, Layer
from mofu.imaging.results import Pixels
from mofu.segmentation.heads import Head, HeadSettings
from mofu.segmentation.kept import Kept
from mofu.settings import FeaturesSettings

LEAST_PX = 32
"""Shorter side of a picture as the network is shown it: below, the deepest maps have no neighbourhood."""
_LEAST_STRIDE_PX = 8
"""Of what DCSM differentiates by in a classifier of stages. At 4 too, half as much time again or more is taken, and the
embedded backbone has 0.486 instead of 0.475 where words are known, and 0.380 instead of 0.371 where they are not (mean
IoU of `benchmarks/segmentation.py`, without refinement)."""
_PUBLISHED_STRIDE_PX = 4
"""Of the first layer of VGG16 that the paper differentiates by."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a classifier comes from; all that is needed to make it again.

    Attributes:
        words: the classes that have a name, in the order of their scores.
        images: how many images each word was learned from, in the same order.
        contrasts: classes after the words, made of the background.
        background: images of none of the words.
        skipped: images that could not be learned from.
        backbone: its name.
        backbone_id: its weights and preprocessing.
        layers: whose maps are classified.
        side_px: longer side of a picture at scale 1.
        square: whether pictures are squashed to a square of that side, whatever the scale: the network takes no other.
        head: the head's shape.
        seed: of the training.
        training: settings of the training.
        mofu: the version that trained it.
    """

    words: tuple[str, ...]
    images: tuple[int, ...]
    contrasts: int
    background: int
    skipped: int
    backbone: str
    backbone_id: str
    layers: tuple[str, ...]
    side_px: int
    square: bool
    head: HeadSettings
    seed: int
    training: Mapping[str, float | int | str]
    mofu: str

    @property
    def classes(self) -> int:
        """Words and contrasts."""
        return len(self.words) + self.contrasts

    def to_json(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is anything else."""
        told = json.loads(text)
        lists = {name: tuple(told[name]) for name in ("words", "images", "layers")}
        return cls(**(told | lists | {"head": HeadSettings(**told["head"])}))


_KEPT = Kept("classifier of regions", Provenance.from_json)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a classifier makes of n pictures of one size; everything can be differentiated.

    Attributes:
        images: (n, 3, h, w) normalised, what the network was given.
        maps: (n, c, h', w') of each layer.
        inputs: maps, those or finer ones, by which DCSM differentiates, see `distinct_at`.
        logits: (n, classes, rows, columns).
        cells: their softmax: the probability of each class at each cell.
        scores: (n, classes) in [0, 1] of whole pictures.
    """

    images: torch.Tensor
    maps: tuple[torch.Tensor, ...]
    inputs: tuple[torch.Tensor, ...]
    logits: torch.Tensor
    cells: torch.Tensor
    scores: torch.Tensor

    @property
    def evidence(self) -> torch.Tensor:
        """(n, classes, rows, columns) logits of the cells, each weighted by its class's probability as a constant.

        A score's own gradient vanishes where the softmax is sure, which is where the class is.
        """
        return self.logits * self.cells.detach()


class RegionClassifier(nn.Module):
    """Words' classes and contrasts on the maps of a backbone.

    Attributes:
        provenance: where it comes from.
        body: the backbone's network, frozen.
        head: what was learned.
    """

    def __init__(self, backbone: Backbone, head: Head, provenance: Provenance) -> None:
        super().__init__()
        self.provenance, self.head = provenance, head
        self._inputs = distinct_at(backbone.spec, provenance.layers)
        self._layers = tuple(dict.fromkeys((*provenance.layers, *self._inputs)))
        self.body = backbone.module(self._layers)
        self._spec = backbone.spec
        self.requires_grad_(False).to(memory_format=torch.channels_last).eval()

    @property
    def words(self) -> tuple[str, ...]:
        """The classes that have a name, in the order of their scores."""
        return self.provenance.words

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.head.centre.device

    def forward(self, images: torch.Tensor) -> Reading:
        """(n, 3, h, w) normalised, as `prepared` makes them → every class at every cell."""
        found = dict(zip(self._layers, self.body(images), strict=True))
        maps = tuple(found[layer] for layer in self.provenance.layers)
        logits = self.head(maps, (images.shape[2], images.shape[3]))
        cells = logits.softmax(1)
        inputs = tuple(found[layer] for layer in self._inputs)
        return Reading(images, maps, inputs, logits, cells, self.head.pool(cells))

    def prepared(self, pixels: Pixels, scale: float = 1.0) -> torch.Tensor:
        """One picture as the network is shown it, on the classifier's device.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            scale: of the longer side, in parts of `side_px`.

        Returns:
            (1, 3, h', w') float32, normalised.

        Raises:
            InvalidInputError: no picture, or one so narrow that the network sees nothing of it.
        """
        told = self.provenance
        return prepared(pixels, told.side_px, self._spec, scale=scale, square=told.square).to(self.device)

    def to_bytes(self) -> bytes:
        """The head and its provenance as safetensors; equal classifiers give equal bytes."""
        tensors = {name: tensor.cpu().numpy() for name, tensor in self.head.state_dict().items()}
        return _KEPT.to_bytes(tensors, self.provenance.to_json())

    @classmethod
    def from_bytes(cls, content: bytes, settings: FeaturesSettings) -> RegionClassifier:
        """Read what `to_bytes` wrote; its backbone is loaded as the settings say, and both go where they say.

        Raises:
            DamagedError: the bytes are no classifier.
            InvalidInputError: the backbone of that name has other weights now.
            InvalidSettingError: a GPU is asked for and there is none.
            MissingWeightsError, MissingPackageError: the backbone cannot be loaded here.
        """
        provenance, tensors = _KEPT.from_bytes(content)
        backbone = _KEPT.backbone(provenance.backbone, provenance.backbone_id, settings)
        head = Head(channels(backbone.spec, provenance.layers), provenance.classes, provenance.head)
        try:
            head.load_state_dict({name: torch.tensor(each) for name, each in tensors.items()})
        except RuntimeError as error:
            raise _KEPT.damaged() from error
        return cls(backbone, head, provenance).to(_device(settings))


def _device(settings: FeaturesSettings) -> torch.device:
    there = torch.cuda.is_available()
    if settings.device == "cuda" and not there:
        raise InvalidSettingError("features.device=cuda: torch finds no GPU on this machine: use auto or cpu")
    return torch.device("cuda" if there and settings.device != "cpu" else "cpu")


def channels(spec: BackboneSpec, layers: Sequence[str]) -> list[int]:
    """Of the maps of each layer; UnknownNameError where a layer has none."""
    spec.check_maps(layers)
    return [found.channels for layer in layers if (found := spec.layer(layer).spatial)]


def default_layers(spec: BackboneSpec) -> tuple[str, ...]:
    """The deepest stage at each resolution; where there is only one resolution, a quarter, half and all of the way.

    Fully connected layers at every place, coarse and of 4096 channels, are left to what names them.

    Raises:
        InvalidInputError: no layer of this backbone has maps.
    """
    stages = spec.stages()
    if not stages:
        raise InvalidInputError(
            f"backbone {spec.name} has no maps, so that it cannot tell where something is: use one that has,"
            " e.g. embedded_cnn, resnet50"
        )
    deepest = {layer.spatial.stride_px: layer.name for layer in stages if layer.spatial}
    if len(deepest) > 1:
        return tuple(deepest.values())
    return tuple(dict.fromkeys(stages[len(stages) * part // 4 - 1].name for part in (2, 3, 4)))


def connected_layers(spec: BackboneSpec) -> tuple[str, ...]:
    """The fully connected layers of a backbone at every place; mostly none."""
    return tuple(layer.name for layer in spec.maps() if layer.spatial and layer.spatial.role == "fully connected")


def distinct_at(spec: BackboneSpec, layers: Sequence[str]) -> tuple[str, ...]:
    """The maps by which DCSM differentiates a classifier of some layers: none that are finer than an eighth.

    Finer ones show edges, whatever the class. Of a classifier on fully connected layers they are what the convolutions
    below read, the inputs of VGG16's conv3_1 … conv5_3, as in the paper, from a quarter on; of others the classified
    ones themselves.
    """
    if set(layers).isdisjoint(connected_layers(spec)):
        deep = tuple(layer for layer in layers if _stride_px(spec.layer(layer)) >= _LEAST_STRIDE_PX)
        return deep or tuple(layers[-1:])
    read_by_convolutions = (
        layer.name
        for layer, after in pairwise(spec.maps())
        if after in spec.stages() and _stride_px(layer) >= _PUBLISHED_STRIDE_PX
    )
    return tuple(read_by_convolutions)


def _stride_px(layer: Layer) -> int:
    return layer.spatial.stride_px if layer.spatial else 0


def prepared(
    pixels: Pixels, side_px: int, spec: BackboneSpec, *, scale: float = 1.0, square: bool = False
) -> torch.Tensor:
    """(h, w, 3) uint8 → (1, 3, h', w') normalised, one side or both `side_px`; see `RegionClassifier.prepared`."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise InvalidInputError(f"pixels {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8 RGB")
    height, width = (max(1, round(side * side_px / max(pixels.shape[:2]))) for side in pixels.shape[:2])
    if min(height, width) < LEAST_PX and not square:
        raise InvalidInputError(
            f"image of {pixels.shape[1]} × {pixels.shape[0]}: {min(height, width)} px wide where its longer side is"
            f" {side_px}, expected at least {LEAST_PX}, or the network sees nothing of it: cut it, or leave it out"
        )
    # a network that halves the picture five times has nothing left of less, at a smaller scale either
    size = (side_px, side_px) if square else tuple(max(LEAST_PX, round(scale * side)) for side in (width, height))
    shown = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR), np.float32)
    mean, deviation = (np.array(part, np.float32) for part in (spec.preprocessing.mean, spec.preprocessing.std))
    # whole rows at a time: numpy is seven times slower on rows of three
    rows = shown.reshape(size[1], -1) * np.tile(1 / (255 * deviation), size[0])
    rows -= np.tile(mean / deviation, size[0])
    return torch.from_numpy(rows.reshape(shown.shape)).permute(2, 0, 1)[None]
