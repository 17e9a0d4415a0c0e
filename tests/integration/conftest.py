"""What integration tests share: a disk that is soon full."""

import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("NOT TESTED: a full disk needs the right to mount one (run as root)")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
