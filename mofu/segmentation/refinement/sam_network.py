"""A picture and prompts → masks, by a Segment Anything network that is loaded once a process. Optional.

SlimSAM (Chen et al., "SlimSAM: 0.1% Data Makes Segment Anything Slim", NeurIPS 2024), cut and distilled from the base
network of Kirillov et al. to a third of its weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels
from mofu.segmentation.published import Published
from mofu.segmentation.refinement.sam_prompts import Prompt
from mofu.segmentation.transformers_networks import load, on_the_hub

_LICENCE = "Apache-2.0 (SlimSAM); taught by SAM, whose pictures, SA-1B, are for research"
NETWORK = Published("refinement sam", "SamModel", on_the_hub("Zigeng/SlimSAM-uniform-50", _LICENCE, 107), "sam")

_MASKS_OF_EMBEDDING = 4
"""Pixels of a mask prompt along each side of a cell of the embedding."""
_NOWHERE = -9.0
"""Lead of a word beside the picture, where the network's square is filled up."""

_ONE_PICTURE = Lock()
"""Encoding takes two gigabytes, for attention over the whole picture: threads that share the network take turns."""


@cache
def network() -> SegmentAnything:
    """The network of this process.

    Raises:
        MissingPackageError, MissingWeightsError, DamagedError, InvalidInputError: as `transformers_networks.load`.
    """
    found = load(NETWORK, "SamImageProcessor")
    return SegmentAnything(found.model, found.prepare, f"sam-{found.sha256[:8]}")


class SegmentAnything:
    """A loaded network; `id` holds the hash of its weights."""

    def __init__(self, model: Any, prepare: Any, name: str) -> None:
        self.id = name
        self._model, self._prepare = model, prepare

    def proposals(self, pixels: Pixels, prompts: Sequence[Prompt]) -> Iterator[NDArray[np.float32]]:
        """What each prompt may mean on a picture, which is encoded once for all of them.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            prompts: of this picture.

        Yields:
            Of each prompt (3, h, w) float32 in [0, 1]: the network's answers to a prompt that may mean several things.
        """
        import torch

        # a copy because torch warns of decoded pictures, which nobody may write to
        told = self._prepare(images=[pixels.copy()], return_tensors="pt", input_data_format="channels_last")
        with _ONE_PICTURE, torch.inference_mode():
            seen = self._model.get_image_embeddings(told["pixel_values"])
        for each in prompts:
            with torch.inference_mode():
                answer = self._answer(seen, told, each)
            yield answer

    def _answer(self, seen: Any, told: Any, prompt: Prompt) -> NDArray[np.float32]:
        # one by one: to fill rows of points up to one length would tell the network of points that nobody trained it on
        size = np.asarray(told["reshaped_input_sizes"][0])[::-1]
        scale = size / prompt.piece.shape[::-1]
        side = _MASKS_OF_EMBEDDING * seen.shape[-1]
        small = np.maximum(np.round(size * (side / told["pixel_values"].shape[-1])), 1).astype(int)
        outputs = self._model(
            image_embeddings=seen,
            input_points=_tensor(prompt.points * scale),
            input_labels=_tensor(prompt.is_inside),
            input_boxes=_tensor(prompt.box * np.tile(scale, 2)),
            input_masks=_tensor(_placed(prompt.lead, small, side)),
        )
        [masks] = self._prepare.post_process_masks(
            outputs.pred_masks, told["original_sizes"], told["reshaped_input_sizes"], binarize=False
        )
        return np.asarray(masks[0].sigmoid().numpy(), np.float32)


def _placed(lead: NDArray[np.float32], size: NDArray[np.int_], side: int) -> NDArray[np.float32]:
    """A lead on the network's square of low resolution, whose upper left the picture fills."""
    width, height = (int(each) for each in size)
    square = np.full((side, side), _NOWHERE, np.float32)
    square[:height, :width] = cv2.resize(lead, (width, height), interpolation=cv2.INTER_AREA)
    return square


def _tensor(values: NDArray[Any]) -> Any:
    """(…) → (1, 1, …): of one picture, of one prompt."""
    import torch

    return torch.from_numpy(values.astype(np.float32))[None, None]
