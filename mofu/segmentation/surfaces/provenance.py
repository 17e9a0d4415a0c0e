"""Where a classifier of surfaces comes from ↔ JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from mofu.segmentation.surfaces.settings import SurfaceSettings


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
        textures: id of what reads local texture.
        settings: how it was trained, with the layers whose maps are read.
        mofu: the version that trained it.
    """

    words: tuple[str, ...]
    images: tuple[int, ...]
    background: int
    skipped: int
    backbone: str
    backbone_id: str
    textures: str
    settings: SurfaceSettings
    mofu: str

    def to_json(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is anything else."""
        told = json.loads(text)
        of = {name: tuple(told["settings"][name]) for name in ("layers", "scales", "sizes_px")}
        lists = {name: tuple(told[name]) for name in ("words", "images")}
        return cls(**(told | lists | {"settings": SurfaceSettings(**(told["settings"] | of))}))
