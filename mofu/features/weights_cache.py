"""Published weights ↔ the caches in which torch and the Hugging Face hub keep them on this machine."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path

from mofu.errors import MissingWeightsError
from mofu.features.backbone import WeightsOrigin

_REACHED_WITHIN_S = 10.0
_LISTED = 3


def torch_checkpoints() -> Path:
    """Where torch.hub keeps files: $TORCH_HOME/hub/checkpoints; asked without importing torch, which takes seconds."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", str(Path(cache) / "torch"))
    return Path(home).expanduser() / "hub" / "checkpoints"


def cached_path(origin: WeightsOrigin) -> Path | None:
    """Where a published file is on this machine; None where it is not. Asks no network."""
    if not origin.repository:
        path = torch_checkpoints() / origin.files[0]
        return path if path.is_file() else None
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    for name in origin.files:
        found = try_to_load_from_cache(origin.repository, name)
        if isinstance(found, str):
            return Path(found)
    return None


def place(origin: WeightsOrigin) -> str:
    """The cache that keeps, or would keep, a published file: for messages."""
    if not origin.repository:
        return str(torch_checkpoints())
    try:
        from huggingface_hub import constants
    except ImportError:
        return "the cache of huggingface_hub"
    return str(constants.HF_HUB_CACHE)


def fetch(name: str, origin: WeightsOrigin, *, bar: bool = False) -> Path:
    """Fetch a published file into its library's cache.

    A server that does not answer is given up after ten seconds, without a second try.

    Args:
        name: of the backbone, for messages.
        bar: let the library draw its bar on stderr.

    Raises:
        MissingWeightsError: it cannot be had; says from where, and what to do.
    """
    try:
        return _from_hub(origin, bar) if origin.repository else _from_server(origin, bar)
    except Exception as error:  # the hub's client raises what the HTTP library of its version does
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise MissingWeightsError(
            f"backbone {name} needs {' or '.join(origin.files[:_LISTED])}, which is not in {place(origin)} and cannot"
            f" be fetched from {origin.url} ({reason}): run `mofu models fetch {name}` with a network, or give a file"
            " with --weights FILE"
        ) from error


def _from_server(origin: WeightsOrigin, bar: bool) -> Path:
    import torch

    path = torch_checkpoints() / origin.files[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    # torch waits without a limit for a server that does not answer
    urllib.request.urlopen(urllib.request.Request(origin.url, method="HEAD"), timeout=_REACHED_WITHIN_S).close()  # noqa: S310 - https of our own tables or timm's
    torch.hub.download_url_to_file(origin.url, str(path), origin.sha256 or None, progress=bar)
    return path


def _from_hub(origin: WeightsOrigin, bar: bool) -> Path:
    import huggingface_hub
    from huggingface_hub.utils import disable_progress_bars, enable_progress_bars

    # asked first because it says which files there are, and because it asks once, where a download asks six times
    info = huggingface_hub.HfApi().model_info(origin.repository, timeout=_REACHED_WITHIN_S)
    held = {sibling.rfilename for sibling in info.siblings or ()}
    wanted = next((name for name in origin.files if name in held), None)
    if wanted is None:
        raise FileNotFoundError(f"{origin.repository} has none of {', '.join(origin.files)}")
    (enable_progress_bars if bar else disable_progress_bars)()
    return Path(huggingface_hub.hf_hub_download(origin.repository, wanted))
