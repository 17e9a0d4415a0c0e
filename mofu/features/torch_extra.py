"""What computes with torch → whether it is there: asked before anything is loaded, with the remedy where it is not."""

from __future__ import annotations

import importlib

from mofu.errors import MissingPackageError


def require_torch(purpose: str) -> None:
    """Raise MissingPackageError where torch, which `purpose` (a plural, for the message) needs, cannot be imported."""
    for package in ("torch", "torchvision"):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingPackageError(f"{purpose} need {package}: pip install 'mofu[torch]'") from error
