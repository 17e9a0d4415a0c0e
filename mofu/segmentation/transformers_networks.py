"""A repository of the Hugging Face hub → the network that transformers makes of it, and what prepares its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mofu.features.backbone import WeightsOrigin
from mofu.features.weights_cache import cached_path
from mofu.segmentation.published import Published, foreign, missing, require, weights_file

_FILES = ("model.safetensors", "pytorch_model.bin")
_BESIDE = ("*.json", "*.txt")
"""What a repository has beside its weights: shapes, labels, preprocessing, words."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A network as it was published.

    Attributes:
        model: in evaluation mode, on the CPU.
        prepare: pictures → what the model takes, and back.
        sha256: of the weights' file.
    """

    model: Any
    prepare: Any
    sha256: str


def on_the_hub(repository: str, licence: str, size_mib: float) -> WeightsOrigin:
    """Where a repository's weights are published; the hub tells their hash with the file."""
    return WeightsOrigin(f"https://huggingface.co/{repository}", _FILES, licence, size_mib, repository=repository)


def load(network: Published, processor: str) -> Loaded:
    """Load a network of the hub.

    Args:
        network: its model is a class of transformers.
        processor: the class of transformers that prepares pictures for it.

    Raises:
        MissingPackageError: its extra is not installed.
        MissingWeightsError: its weights, or what belongs to them, are neither cached nor to be fetched.
        DamagedError: they are not those that were published.
        InvalidInputError: they are another network's.
    """
    require(network)
    import transformers

    transformers.utils.logging.disable_progress_bar()
    _fetch_beside(network)
    file = weights_file(network)
    folder, is_safe = file.path.parent, file.path.suffix == ".safetensors"
    if not (folder / "config.json").is_file():  # without it, transformers makes a network of another shape
        raise missing(network)
    try:
        model, told = getattr(transformers, network.model).from_pretrained(
            folder, local_files_only=True, use_safetensors=is_safe, weights_only=True, output_loading_info=True
        )
        prepare = getattr(transformers, processor).from_pretrained(folder, local_files_only=True)
    except OSError as error:  # shapes or words beside the weights are not there
        raise missing(network) from error
    except (RuntimeError, ValueError, KeyError) as error:
        raise foreign(network, file) from error
    if told["missing_keys"]:  # transformers draws at random what a file lacks
        raise foreign(network, file)
    return Loaded(model.eval(), prepare, file.sha256)


def _fetch_beside(network: Published) -> None:
    """Where the weights are not cached yet, have what lies beside them, too."""
    if cached_path(network.weights) is not None:
        return
    import huggingface_hub

    try:
        huggingface_hub.snapshot_download(network.weights.repository, allow_patterns=list(_BESIDE))
    except Exception as error:  # the hub's client raises what the HTTP library of its version does
        raise missing(network) from error
