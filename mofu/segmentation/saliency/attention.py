"""A vision transformer's patches, classified, and spread along its own attention → maps.

What attends to each other belongs together: the words' probabilities of the patches are averaged by the attention
between patches (Xu et al., "Multi-class token transformer", CVPR 2022, for the attention as an affinity).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, among, normalised, placed, present, resized
from mofu.segmentation.saliency.registry import method


class Attended(TorchFunctionMode):
    """While active, keeps the weights of every attention, averaged over heads.

    Attributes:
        weights: (tokens, tokens) of each block, rows sum to 1; of one picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[torch.Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """See `TorchFunctionMode`."""
        del types
        given = dict(kwargs or {})
        if func is functional.scaled_dot_product_attention:
            query, key = args[:2]
            self._keep((query @ key.transpose(-2, -1) * query.shape[-1] ** -0.5).softmax(-1).mean(1))
        if func is functional.multi_head_attention_forward:
            found = func(*args, **(given | {"need_weights": True, "average_attn_weights": True}))
            self._keep(found[1])
            return found
        return func(*args, **given)

    def _keep(self, weights: torch.Tensor) -> None:
        if len(weights) == 1:
            self.weights.append(weights[0])


@method("attention")
def attended_patches(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """The probability of each patch, averaged by what attends to what, over its maximum.

    Raises:
        InvalidInputError: the backbone has no attention between all patches of a picture.
    """
    with torch.inference_mode(), Attended() as attended:
        reading = classifier(classifier.prepared(pixels))
        scores = reading.scores[0, : len(classifier.words)]
        words = present(scores, known)
        size = (reading.maps[-1].shape[2], reading.maps[-1].shape[3])
        between = affinity(attended.weights, size[0] * size[1], classifier.provenance.backbone)
        cells = resized(among(reading, words, len(scores)), size)
        spread = (cells.flatten(1) @ between.T).view_as(cells)
        return placed(normalised(spread), words, scores, pixels)


def affinity(weights: Sequence[torch.Tensor], patches: int, backbone: str) -> torch.Tensor:
    """(patches, patches), rows sum to 1: the mean of the deeper half of the blocks, without tokens of no place.

    Args:
        weights: of each block, tokens of no place (class, registers) first.
        patches: of the picture.
        backbone: for the message.

    Raises:
        InvalidInputError: no attention of as many tokens.
    """
    whole = [each for each in weights if len(each) >= patches]
    if not whole:
        raise InvalidInputError(
            f"backbone {backbone} has no attention between the patches of a picture: use another method, e.g. dcsm,"
            " or a vision transformer, e.g. dinov2_vits14"
        )
    deeper = torch.stack(whole[len(whole) // 2 :])[:, -patches:, -patches:].mean(0)
    return deeper / deeper.sum(1, keepdim=True)
