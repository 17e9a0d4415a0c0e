"""A call ends well or says why, wherever its output goes: few characters, a closed stream, a full device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mofu.cli.failures import tell

ROOT = Path(__file__).parents[3]
CALL = [sys.executable, "-m", "mofu", "words", "lexicon", "もふもふ"]


def _run(end: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    line = f'exec "$@" {end}'
    own = {**os.environ, **environment}
    return subprocess.run(["sh", "-c", line, "sh", *CALL], capture_output=True, env=own, cwd=ROOT)


def test_what_a_stream_has_no_characters_for_is_written_as_escapes() -> None:
    done = _run(PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u3082\u3075\u3082\u3075  mofumofu" in done.stdout


def test_a_stdout_that_is_closed_is_no_error() -> None:
    done = _run(">&-")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NOT TESTED: no /dev/full here")
def test_a_full_device_is_one_line_with_what_to_do() -> None:
    done = _run(">/dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith(b"mofu: no room left at where the output goes: make some")


def test_a_full_disk_is_named_by_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(OSError(28, "No space left on device", "/data/x.csv"), as_json=False, debug=False) == 1
    assert "no room left at /data/x.csv" in capsys.readouterr().err
