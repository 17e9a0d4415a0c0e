"""The file of a stylist's weights: what it holds, where the package keeps it, and whether it is what was shipped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import nn

from mofu.errors import DamagedError, InvalidInputError

FOLDER = Path(__file__).parent.parent / "data"
SHA256 = {
    "adain": "fd093c77b3a3751a334c18fd61075ce06cdda39bd26d0bd677420e1f2b70125a",
    "fast": "2e0a677855d346d67f2b32e626f9c1c3d1dbd24dd62e78cbebaac23ed088756a",
}
"""Of the packaged files; `training/train_style_networks.py` prints them."""
LARGEST = 64 << 20
"""Bytes of a user's own file."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A weights file that was read.

    Attributes:
        sha256: of its bytes.
        origin: how it came about: `stylist`, `backbone` (the id of the network by whose maps it was trained), the plan.
        tensors: by the names of the network's parts, float32.
    """

    sha256: str
    origin: Mapping[str, object]
    tensors: Mapping[str, torch.Tensor]


def file_of(name: str) -> Path:
    """Where the package keeps a stylist's weights."""
    return FOLDER / f"{name}.safetensors"


def serialised(network: nn.Module, origin: Mapping[str, object]) -> bytes:
    """The file's bytes: the tensors in half precision, and where they come from as `origin`, in JSON."""
    tensors = {name: part.detach().cpu().contiguous().half() for name, part in network.state_dict().items()}
    # one key of metadata only: the format keeps several in no order, and the file is known by its hash
    return safetensors.torch.save(tensors, {"origin": json.dumps(origin)})


def packaged(name: str, path: Path | None = None, sha256: str | None = None) -> Trained:
    """The weights that come with the package.

    Args:
        path, sha256: of another file, and what its bytes hash to.

    Raises:
        DamagedError: its bytes are not those that the hash stands for.
    """
    path, expected = path or file_of(name), sha256 or SHA256[name]
    content = path.read_bytes() if path.is_file() else b""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise DamagedError(f"{path}: SHA-256 is {found[:12]}…, expected {expected[:12]}…: install mofu again")
    return parsed(content, str(path))


def of_user(path: Path) -> Trained:
    """The weights of a user's own file.

    Raises:
        InvalidInputError: there is no such file, or it is none of a stylist.
    """
    if not path.is_file():
        raise InvalidInputError(f"{path}: no such file: expected one that `mofu style train` wrote")
    if path.stat().st_size > LARGEST:
        raise InvalidInputError(f"{path}: {path.stat().st_size} bytes, expected a stylist's, {LARGEST} at most")
    return parsed(path.read_bytes(), str(path))


def parsed(content: bytes, name: str) -> Trained:
    """Of a file's bytes; InvalidInputError where they are none of a stylist."""
    try:
        tensors = safetensors.torch.load(content)
        # the header is JSON behind its own length, eight bytes
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        origin = json.loads(header["__metadata__"]["origin"])
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{name}: not the weights of a stylist ({error}): expected a file that `mofu style train` wrote"
        ) from error
    if not isinstance(origin, dict):
        raise InvalidInputError(f"{name}: its origin is no object: expected a file that `mofu style train` wrote")
    return Trained(
        hashlib.sha256(content).hexdigest(), origin, {name: tensor.float() for name, tensor in tensors.items()}
    )


def fill(network: nn.Module, trained: Trained, name: str, backbone_id: str) -> None:
    """Give a network its weights.

    Raises:
        InvalidInputError: they are of another stylist, or were trained by the maps of another backbone.
    """
    stylist, backbone = trained.origin.get("stylist"), trained.origin.get("backbone")
    if stylist != name:
        raise InvalidInputError(f"weights of the stylist {stylist}: expected those of {name}")
    if backbone != backbone_id:
        raise InvalidInputError(
            f"{name} was trained by the maps of {backbone}, the styles are measured by {backbone_id}: use the stylist"
            " gatys, or train one for it by `mofu style train`"
        )
    try:
        network.load_state_dict(dict(trained.tensors))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise InvalidInputError(f"weights of {name} that do not fit ({reason}): train them again") from error
    if not all(bool(tensor.isfinite().all()) for tensor in trained.tensors.values()):
        raise InvalidInputError(f"weights of {name} that are not finite: train them again")
