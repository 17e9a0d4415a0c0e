"""A published or local weights file → its tensors, its hash held against the published one before a byte is parsed."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mofu.errors import DamagedError, InvalidInputError, MissingPackageError, MissingWeightsError
from mofu.features.backbone import BackboneSpec, WeightsOrigin
from mofu.features.weights_cache import cached_path, fetch, place
from mofu.settings import FeaturesSettings

if TYPE_CHECKING:
    import torch

_PACKAGES = {"torch": ("torch", "torchvision"), "timm": ("torch", "timm"), "clip": ("torch", "open_clip")}
"""What the backbones of an extra import."""

State = Literal["ok", "damaged", "no published hash", "in the package"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file that may be parsed.

    Attributes:
        path: where it is.
        sha256: of its content, 64 hexadecimal digits.
    """

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of holding a backbone's cached file against what was published.

    Attributes:
        name: of the backbone.
        state: how they compare.
        path: the file; None where the weights are in the package, which checks them when it loads them.
        sha256: of its content.
        published: that hash or its first digits; empty where none is known.
    """

    name: str
    state: State
    path: Path | None
    sha256: str
    published: str


def require(name: str, extra: str | None) -> None:
    """Raise MissingPackageError where what a backbone runs on cannot be imported."""
    for package in _PACKAGES.get(extra or "", ()):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingPackageError(
                f"backbone {name} needs {package}: pip install 'mofu[{extra}]', or use the backbone fisher"
            ) from error


def weights_file(spec: BackboneSpec, settings: FeaturesSettings) -> WeightsFile:
    """The file that a backbone is to be made of: the user's own, else the published one, fetched where it is missing.

    Raises:
        MissingWeightsError: neither cached nor to be fetched.
        DamagedError: its hash is not the published one.
        InvalidInputError: it cannot be read.
    """
    if settings.weights is not None:
        return local_file(Path(settings.weights).expanduser())
    file = fetched(spec)
    if file is None:
        raise ValueError(f"{spec.name} has no weights file")
    return file


def fetched(spec: BackboneSpec, *, bar: bool = False) -> WeightsFile | None:
    """The published file, fetched where it is missing; None where everything is in the package.

    Args:
        bar: let the library that fetches draw its bar on stderr.

    Raises:
        MissingPackageError, MissingWeightsError, DamagedError: it cannot be had.
    """
    if spec.weights is None:
        return None
    require(spec.name, spec.extra)
    path = cached_path(spec.weights) or fetch(spec.name, spec.weights, bar=bar)
    return published_file(spec.weights, path)


def verified(spec: BackboneSpec) -> Verified:
    """Hold a cached file against its published hash.

    Raises:
        MissingWeightsError: it is not cached.
        InvalidInputError: it cannot be read.
    """
    if spec.weights is None:
        return Verified(spec.name, "in the package", None, "", "")
    path = cached_path(spec.weights)
    if path is None:
        raise MissingWeightsError(
            f"backbone {spec.name}: {spec.weights.files[0]} is not in {place(spec.weights)}: fetch it with"
            f" `mofu models fetch {spec.name}`"
        )
    found, published = _of_cached(path).sha256, published_sha256(spec.weights, path)
    state: State = "no published hash" if not published else "ok" if found.startswith(published) else "damaged"
    return Verified(spec.name, state, path, found, published)


def local_file(path: Path) -> WeightsFile:
    """A file that the user names; InvalidInputError where it cannot be read."""
    try:
        return WeightsFile(path, _sha256(path))
    except OSError as error:
        raise InvalidInputError(f"features.weights={path}: cannot be read ({error.strerror}): name a file") from error


def published_file(origin: WeightsOrigin, path: Path) -> WeightsFile:
    """A file of a cache, held against its published hash.

    Raises:
        DamagedError: that is another.
        InvalidInputError: it cannot be read.
    """
    file, published = _of_cached(path), published_sha256(origin, path)
    if not file.sha256.startswith(published):
        raise DamagedError(
            f"{path}: SHA-256 starts with {file.sha256[:_SHOWN_DIGITS]}, the published one with"
            f" {published[:_SHOWN_DIGITS]}: delete the file to have it fetched again"
        )
    return file


def published_sha256(origin: WeightsOrigin, path: Path) -> str:
    """The published hash or its first digits; empty where none is known.

    The hub's cache names the content of a large file by the SHA-256 that the hub told with it.
    """
    if origin.sha256 or not origin.repository:
        return origin.sha256
    blob = path.resolve().name
    return blob if _SHA256.fullmatch(blob) else ""


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


@contextmanager
def fitting(spec: BackboneSpec, file: WeightsFile) -> Iterator[None]:
    """Turn what a library raises of weights that are another network's into an InvalidInputError."""
    try:
        yield
    except (RuntimeError, KeyError, AttributeError, ValueError, TypeError) as error:
        # libraries convert old names first, and stumble there where they find none of them
        reason = (str(error).splitlines() or [type(error).__name__])[-1].strip()
        raise InvalidInputError(
            f"{file.path}: not the weights of {spec.name} ({reason}): expected its own state dict"
        ) from error


def _of_cached(path: Path) -> WeightsFile:
    try:
        return WeightsFile(path, _sha256(path))
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be read ({error.strerror}): make it readable, or delete it to have it fetched again"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _not_weights(file: WeightsFile) -> InvalidInputError:
    return InvalidInputError(
        f"{file.path}: expected weights, as safetensors or as a pickle of nothing but tensors:"
        " save the state dict alone (torch.save(model.state_dict(), …))"
    )
