"""What was learned and where it comes from ↔ the bytes that are kept: safetensors, the provenance in their metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from mofu.errors import DamagedError, InvalidInputError
from mofu.features.backbone import Backbone
from mofu.features.registry import load
from mofu.settings import FeaturesSettings

T = TypeVar("T")

Tensors = Mapping[str, NDArray[Any]]

_PROVENANCE = "provenance"


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A kind of thing that is learned on a backbone, as its file has it.

    Attributes:
        kind: what messages call it, e.g. `classifier of regions`.
        provenance: reads JSON text; KeyError, TypeError or ValueError where it is anything else.
    """

    kind: str
    provenance: Callable[[str], T]

    def to_bytes(self, tensors: Tensors, provenance: str) -> bytes:
        """Tensors by name and the provenance's JSON; equal ones give equal bytes."""
        return safetensors.numpy.save(
            {name: np.array(each, order="C") for name, each in tensors.items()}, {_PROVENANCE: provenance}
        )

    def from_bytes(self, content: bytes) -> tuple[T, dict[str, NDArray[Any]]]:
        """Read what `to_bytes` wrote; DamagedError where it is anything else."""
        try:
            size = int.from_bytes(content[:8], "little")
            told = json.loads(content[8 : 8 + size])["__metadata__"][_PROVENANCE]
            return self.provenance(told), safetensors.numpy.load(content)
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise self.damaged() from error

    def damaged(self) -> DamagedError:
        """To be raised where what was read does not fit together."""
        return DamagedError(f"not a {self.kind}: expected safetensors as training writes them: train it again")

    def backbone(self, name: str, identity: str, settings: FeaturesSettings) -> Backbone:
        """The backbone that it was trained on.

        Args:
            name: of the backbone.
            identity: the id that it had then: its weights and preprocessing.
            settings: where it runs.

        Raises:
            InvalidInputError: the backbone of that name has other weights now.
            MissingWeightsError, MissingPackageError: it cannot be loaded here.
        """
        found = load(name, settings)
        if found.id != identity:
            raise InvalidInputError(
                f"the {self.kind} was trained on {identity}, {name} is {found.id} here:"
                " train it again, or give it those weights"
            )
        return found
