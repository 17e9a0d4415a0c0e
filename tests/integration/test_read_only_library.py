"""A library on a file system that is mounted for reading only: one line says what to do."""

import os
import subprocess
import sys

import pytest

from mofu.library import Library

MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def mounted_for_reading(folder, *command):
    """Run a command that alone sees `folder` so; skips where mounting is not allowed."""
    try:
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", MOUNTED, folder, *command],
            capture_output=True, text=True, timeout=120, env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("unshare is not here")
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    return done


def test_a_library_that_cannot_be_written_to_is_said_to_be_so(tmp_path):
    root = tmp_path / "library"
    with Library.open(root):
        pass
    done = mounted_for_reading(root, sys.executable, "-m", "mofu", "words", "--library", root)
    assert done.returncode != 0
    assert done.stderr.strip() == f"mofu: the library at {root} cannot be written to: copy it to a folder of yours"


def test_no_library_is_made_where_nothing_can_be_written(tmp_path):
    done = mounted_for_reading(tmp_path, sys.executable, "-m", "mofu", "serve", "--library", tmp_path / "new")
    assert done.returncode != 0
    assert "Read-only file system; name a folder of yours with --library" in done.stderr
