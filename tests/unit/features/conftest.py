"""Caches of published weights that are a test's own, and a network that refuses."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def torch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of torch's, and a proxy that refuses every connection."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub's, whose client asks no server."""
    constants = pytest.importorskip(
        "huggingface_hub.constants", reason="NO timm OR clip EXTRA HERE: the hub's cache is not tested"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"
