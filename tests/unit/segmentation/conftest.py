"""What tests of published networks share: repositories in the cache of the hub, as if they had been fetched."""

import hashlib
from pathlib import Path

import pytest

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def put_on_hub(tmp_path, monkeypatch):
    """`put_on_hub(repository, save)`: what `save` writes into a folder, in the hub's cache; no server is asked."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def put(repository, save=None):
        saved = tmp_path / "saved"
        saved.mkdir()
        (save or (lambda folder: None))(saved)
        folder = tmp_path / "hub" / f"models--{repository.replace('/', '--')}"
        snapshot, blobs = folder / "snapshots" / REVISION, folder / "blobs"
        for part in (snapshot, blobs, folder / "refs"):
            part.mkdir(parents=True)
        (folder / "refs" / "main").write_text(REVISION)
        for file in saved.iterdir():
            blob = blobs / hashlib.sha256(file.read_bytes()).hexdigest()
            blob.write_bytes(file.read_bytes())
            (snapshot / file.name).symlink_to(Path("../../blobs") / blob.name)
        return snapshot

    return put
