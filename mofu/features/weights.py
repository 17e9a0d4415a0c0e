"""A published or local weights file → its state dict, its hash checked before a byte of it is parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mofu.errors import DamagedError, InvalidInputError, MissingPackageError, MissingWeightsError
from mofu.features.backbone import BackboneSpec, WeightsOrigin

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file that may be parsed.

    Attributes:
        path: where it is.
        sha256: of its content, 64 hexadecimal digits.
    """

    path: Path
    sha256: str


def require_torch(spec: BackboneSpec) -> None:
    """Raise MissingPackageError where torch or torchvision cannot be imported."""
    try:
        import torchvision  # noqa: F401 - whether it can be imported is the question
    except ImportError as error:
        raise MissingPackageError(
            f"backbone {spec.name} needs torch and torchvision: pip install 'mofu[torch]', or use the backbone fisher"
        ) from error


def local_file(path: Path) -> WeightsFile:
    """A file that the user names; InvalidInputError where it cannot be read."""
    try:
        return WeightsFile(path, _sha256(path))
    except OSError as error:
        raise InvalidInputError(f"features.weights={path}: cannot be read ({error.strerror}): name a file") from error


def cached_path(origin: WeightsOrigin) -> Path:
    """Where torch keeps a published file: $TORCH_HOME/hub/checkpoints, by default under ~/.cache/torch."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints" / origin.file


def published_file(spec: BackboneSpec, origin: WeightsOrigin) -> WeightsFile:
    """A published file from torch's cache, fetched into it where it is not there.

    Raises:
        MissingWeightsError: neither cached nor to be fetched.
        DamagedError: its hash is not the published one.
    """
    path = cached_path(origin)
    if not path.is_file():
        _fetch(spec, origin, path)
    file = WeightsFile(path, _sha256(path))
    if not file.sha256.startswith(origin.sha256_prefix):
        raise DamagedError(
            f"{path}: SHA-256 starts with {file.sha256[:8]}, the published one with {origin.sha256_prefix}:"
            " delete the file to have it fetched again"
        )
    return file


def state_dict(file: WeightsFile) -> dict[str, torch.Tensor]:
    """Tensors by name from a safetensors file or a pickle of nothing but tensors.

    Raises:
        InvalidInputError: anything else; a pickle that would run code is refused unread.
    """
    import torch
    from safetensors.torch import load_file

    try:
        if file.path.suffix == ".safetensors":
            found = load_file(file.path)
        else:
            found = torch.load(file.path, map_location="cpu", weights_only=True)
    except Exception as error:  # a malformed file makes the parsers raise whatever it leads them to
        raise _not_weights(file) from error
    if not isinstance(found, Mapping) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise _not_weights(file)
    return dict(found)


def _fetch(spec: BackboneSpec, origin: WeightsOrigin, path: Path) -> None:
    import torch

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(origin.url, str(path), origin.sha256_prefix, progress=False)
    except (OSError, RuntimeError) as error:  # RuntimeError: what came has another hash
        raise MissingWeightsError(
            f"backbone {spec.name} needs {origin.file}, which is not in {path.parent} and cannot be fetched from"
            f" {origin.url} ({error}): put it there, or give a file with --set features.weights=FILE"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _not_weights(file: WeightsFile) -> InvalidInputError:
    return InvalidInputError(
        f"{file.path}: expected weights, as safetensors or as a pickle of nothing but tensors:"
        " save the state dict alone (torch.save(model.state_dict(), …))"
    )
