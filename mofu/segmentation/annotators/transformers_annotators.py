"""Networks that transformers loads → annotators: Mask2Former, one network a task, and OneFormer, one for all tasks.

Mask2Former: Cheng et al., CVPR 2022. OneFormer: Jain et al., CVPR 2023; it is told its task in words. By class they
know the 150 classes of ADE20K, mountains, trees and skies among them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from mofu.segmentation.transformers_networks import load, on_the_hub

_LICENCE = "as its repository says; trained on ADE20K or COCO, whose pictures are of many licences"


def _spec(name: str, about: str, task: Task, model: str, repository: str, size_mib: float) -> AnnotatorSpec:
    return AnnotatorSpec(name, about, task, model, on_the_hub(repository, _LICENCE, size_mib), "panoptic")


_MASK2FORMER, _ONEFORMER = "Mask2FormerForUniversalSegmentation", "OneFormerForUniversalSegmentation"

SPECS = (
    _spec(
        "mask2former-semantic", "Mask2Former, Swin-T: 150 classes of ADE20K", "semantic", _MASK2FORMER,
        "facebook/mask2former-swin-tiny-ade-semantic", 190,
    ),
    _spec(
        "mask2former-instance", "Mask2Former, Swin-T: objects of 80 classes", "instance", _MASK2FORMER,
        "facebook/mask2former-swin-tiny-coco-instance", 190,
    ),
    _spec(
        "mask2former-panoptic", "Mask2Former, Swin-T: objects and what is around them, 133 classes", "panoptic",
        _MASK2FORMER, "facebook/mask2former-swin-tiny-coco-panoptic", 190,
    ),
    *(
        _spec(
            f"oneformer-{task}", f"OneFormer, Swin-T: ADE20K, {task}", task, _ONEFORMER,
            "shi-labs/oneformer_ade20k_swin_tiny", 203,
        )
        for task in ("semantic", "instance", "panoptic")
    ),
)  # fmt: skip


@annotators(*SPECS)
def _load(spec: AnnotatorSpec) -> Annotator:
    found = load(spec.published, "OneFormerProcessor" if spec.model == _ONEFORMER else "AutoImageProcessor")
    return _Universal(spec, f"{spec.name}-{found.sha256[:8]}", found.model, found.prepare)


class _Universal:
    """Queries with a mask and a class each → classes, or objects."""

    def __init__(self, spec: AnnotatorSpec, name: str, model: Any, prepare: Any) -> None:
        self.spec, self.id = spec, name
        self._model, self._prepare = model, prepare
        self._labels: dict[int, str] = dict(model.config.id2label)

    def find(self, pixels: Pixels) -> list[FoundObject]:
        """See `Annotator`."""
        import torch

        told = {"task_inputs": [self.spec.task]} if self.spec.model == _ONEFORMER else {}
        with torch.inference_mode():
            outputs = self._model(**self._prepare(images=[pixels.copy()], return_tensors="pt", **told))
            if self.spec.task == "semantic":
                scores = _class_scores(outputs, (pixels.shape[0], pixels.shape[1]))
                return of_scores(scores, [self._labels[each] for each in range(len(scores))])
            segments = getattr(self._prepare, f"post_process_{self.spec.task}_segmentation")
            # told otherwise, objects of a class that touch would be one
            apart: dict[str, Any] = {"label_ids_to_fuse": set()} if self.spec.task == "panoptic" else {}
            [found] = segments(outputs, threshold=SURE, target_sizes=[pixels.shape[:2]], **apart)
        return self._objects(found)

    def _objects(self, found: dict[str, Any]) -> list[FoundObject]:
        of_pixel = np.asarray(found["segmentation"])
        objects = []
        for each in found["segments_info"]:
            soft = np.asarray(of_pixel == each["id"], np.float32)
            if soft.mean() >= LEAST_AREA:
                objects.append(FoundObject(self._labels[each["label_id"]], float(each["score"]), soft))
        return largest_first(objects)


def _class_scores(outputs: Any, size: tuple[int, int]) -> NDArray[np.float32]:
    """(classes, h, w): over queries, the sum of the probability of the class times that of the mask."""
    import torch
    from torch.nn import functional

    classes = outputs.class_queries_logits[0].softmax(-1)[:, :-1]
    masks = outputs.masks_queries_logits[0].sigmoid()
    scores = torch.einsum("qc,qhw->chw", classes, masks)
    large = functional.interpolate(scores[None], size, mode="bilinear", align_corners=False)[0]
    return np.asarray(large.clamp_min(0).numpy(), np.float32)
