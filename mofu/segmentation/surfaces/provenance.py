"""Where a classifier of surfaces comes from ↔ JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a classifier comes from.

    Attributes:
        words: in the order of the planes.
        images: how many pictures of each word it was learned from, in the same order.
        background: pictures of none of the words.
        skipped: pictures that could not be learned from.
        backbone: its name.
        backbone_id: its weights and preprocessing.
        layers: whose maps are read.
        side_px: longer side of a picture as it is cut.
        scales: of that side, at which the backbone is shown a picture.
        textures: id of what reads local texture.
        texture_scale: of that side, at which it is read.
        sizes_px: distances of neighbouring superpixels.
        share, rounds, inverse_penalty: of the training; see `SurfaceSettings`.
        background_bias, known_bias, least_area, least_known: see `SurfaceSettings`.
        mofu: the version that trained it.
    """

    words: tuple[str, ...]
    images: tuple[int, ...]
    background: int
    skipped: int
    backbone: str
    backbone_id: str
    layers: tuple[str, ...]
    side_px: int
    scales: tuple[float, ...]
    textures: str
    texture_scale: float
    sizes_px: tuple[int, ...]
    share: float
    rounds: int
    inverse_penalty: float
    background_bias: float
    known_bias: float
    least_area: float
    least_known: float
    mofu: str

    def to_json(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is anything else."""
        told = json.loads(text)
        lists = ("words", "images", "layers", "scales", "sizes_px")
        return cls(**(told | {name: tuple(told[name]) for name in lists}))
