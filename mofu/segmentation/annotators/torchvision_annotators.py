"""Networks that torchvision publishes → annotators: DeepLabV3, FCN and LR-ASPP by class, Mask R-CNN by object.

Their labels: the 20 classes of Pascal VOC (by class), the 80 things of COCO (by object).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mofu.features.backbone import WeightsOrigin
from mofu.features.weights import WeightsFile, state_dict
from mofu.imaging.results import Pixels
from mofu.segmentation.annotators.base import (
    LEAST_AREA,
    SURE,
    Annotator,
    AnnotatorSpec,
    FoundObject,
    Task,
    largest_first,
    of_scores,
)
from mofu.segmentation.annotators.registry import annotators
from mofu.segmentation.published import foreign, require, weights_file

_LICENCE = "BSD-3-Clause (torchvision); trained on COCO, whose pictures are of many licences"
_BACKGROUND = 0


def _spec(name: str, about: str, task: Task, model: str, file: str, size_mib: float) -> AnnotatorSpec:
    prefix = file.removesuffix(".pth").rpartition("-")[2]
    origin = WeightsOrigin(f"https://download.pytorch.org/models/{file}", (file,), _LICENCE, size_mib, prefix)
    return AnnotatorSpec(name, about, task, model, origin, "torch")


SPECS = (
    _spec(
        "deeplabv3", "DeepLabV3, Chen 2017: 20 classes", "semantic", "deeplabv3_resnet50",
        "deeplabv3_resnet50_coco-cd0a2569.pth", 161,
    ),
    _spec(
        "fcn", "FCN, Long 2015: 20 classes", "semantic", "fcn_resnet50", "fcn_resnet50_coco-1167a1af.pth", 135
    ),
    _spec(
        "lraspp", "LR-ASPP, Howard 2019: 20 classes, small and fast", "semantic", "lraspp_mobilenet_v3_large",
        "lraspp_mobilenet_v3_large-d234d4ea.pth", 12,
    ),
    _spec(
        "maskrcnn", "Mask R-CNN, He 2017: objects of 80 classes", "instance", "maskrcnn_resnet50_fpn_v2",
        "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth", 177,
    ),
)  # fmt: skip


@annotators(*SPECS)
def _load(spec: AnnotatorSpec) -> Annotator:
    require(spec.published)
    from torchvision.models import get_model, get_model_weights

    file = weights_file(spec.published)
    published = get_model_weights(spec.model).DEFAULT
    labels = list(published.meta["categories"])
    own: dict[str, Any] = {"aux_loss": True} if spec.name in ("deeplabv3", "fcn") else {}
    model = get_model(spec.model, weights=None, weights_backbone=None, num_classes=len(labels), **own)
    _fill(model, spec, file)
    kind = _ByClass if spec.task == "semantic" else _ByObject
    return kind(spec, f"{spec.name}-{file.sha256[:8]}", model, labels, published.transforms())


def _fill(model: Any, spec: AnnotatorSpec, file: WeightsFile) -> None:
    try:
        model.load_state_dict(state_dict(file))
    except RuntimeError as error:
        raise foreign(spec.published, file) from error
    model.eval()


class _Loaded:
    def __init__(self, spec: AnnotatorSpec, name: str, model: Any, labels: list[str], prepare: Any) -> None:
        self.spec, self.id = spec, name
        self._model, self._labels, self._prepare = model, labels, prepare


class _ByClass(_Loaded):
    """Softmax over classes at every pixel."""

    def find(self, pixels: Pixels) -> list[FoundObject]:
        """See `Annotator`."""
        import torch
        from torch.nn import functional

        with torch.inference_mode():
            image = self._prepare(torch.from_numpy(pixels.copy()).permute(2, 0, 1))
            logits = self._model(image[None])["out"]
            large = functional.interpolate(logits, pixels.shape[:2], mode="bilinear", align_corners=False)
            scores = large[0].softmax(0).numpy()
        return of_scores(scores, self._labels, nothing=_BACKGROUND)


class _ByObject(_Loaded):
    """A mask an object."""

    def find(self, pixels: Pixels) -> list[FoundObject]:
        """See `Annotator`."""
        import torch

        with torch.inference_mode():
            [told] = self._model([self._prepare(torch.from_numpy(pixels.copy()).permute(2, 0, 1))])
        found = []
        for label, score, mask in zip(told["labels"].tolist(), told["scores"].tolist(), told["masks"], strict=True):
            soft = np.clip(np.asarray(mask[0].numpy(), np.float32), 0, 1)
            if score >= SURE and (soft >= SURE).mean() >= LEAST_AREA:
                found.append(FoundObject(self._labels[label], score, soft))
        return largest_first(found)
