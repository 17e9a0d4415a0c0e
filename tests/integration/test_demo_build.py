from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ("--source", "demo", "--set", "demo.hits=30", "--set", "background.size=20")


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "mofu", *map(str, arguments)]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MOFU_")}
    return own | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _mofu(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments), cwd=folder, env=_environment(), capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_a_word_becomes_a_zip_of_images_without_a_network(tmp_path: Path) -> None:
    built = _mofu(tmp_path, "build", "もふもふ", "-n", "12", "--json", *SMALL)
    assert built.returncode == 0, built.stderr
    answer = json.loads(built.stdout)
    assert (answer["word"], answer["images"], answer["outcomes"]["stored"]) == ("もふもふ", 12, 12)
    assert "crawl  もふもふ  12 of 12 images" in built.stderr

    exported = _mofu(tmp_path, "export", "もふもふ", "--top", "10", "-o", "top.zip")
    assert exported.returncode == 0, exported.stderr
    with zipfile.ZipFile(tmp_path / "top.zip") as archive:
        rows = [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        assert all(row["license"] and row["creator"] and row["page_url"] for row in rows)
        assert {row["file_name"] for row in rows} <= set(archive.namelist())

    checked = _mofu(tmp_path, "check")
    assert (checked.returncode, checked.stdout[:6]) == (0, "sound:")


@pytest.mark.slow
def test_the_demo_shows_eight_words_and_finds_everything_done_the_second_time(tmp_path: Path) -> None:
    call = ("demo", "first-look", "--set", "demo.hits=14", "--set", "background.size=20", "--json")
    first = _mofu(tmp_path, *call)
    assert first.returncode == 0, first.stderr
    words = [json.loads(line)["word"] for line in first.stdout.splitlines()]
    assert len(words) == 8
    exports = tmp_path / "first-look" / "exports"
    links = re.findall(r'<a href="([^"]+)"', (exports / "index.html").read_text("utf-8"))
    assert len(links) == 3 * len(words)
    made = {link: (exports / link).stat().st_mtime_ns for link in links}

    second = _mofu(tmp_path, *call)
    assert second.returncode == 0, second.stderr
    assert second.stderr.count("0 extracted") == second.stderr.count("unchanged") == len(words)
    assert {link: (exports / link).stat().st_mtime_ns for link in links} == made


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_the_same_call_goes_on(tmp_path: Path) -> None:
    call = ("build", "もふもふ", "-n", "24", *SMALL)
    with subprocess.Popen(
        _command(*call),
        cwd=tmp_path,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run that a shell put into the background ignores SIGINT, and its children would with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        _wait_for_originals(tmp_path / "mofu-library", running)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("mofu: interrupted: ")
    assert "Traceback" not in err

    jobs = _mofu(tmp_path, "jobs", "--json")
    assert "interrupted" in {json.loads(line)["state"] for line in jobs.stdout.splitlines()}
    assert _mofu(tmp_path, "check").returncode == 0
    again = _mofu(tmp_path, *call)
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("もふもふ  ")


def _wait_for_originals(library: Path, running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        if sum(1 for path in library.glob("originals/*/*") if path.is_file()) >= 2:
            return
        time.sleep(0.05)
    pytest.fail("the crawl stored nothing before it ended")


@pytest.mark.slow
def test_a_full_disk_ends_with_1_in_one_line_and_leaves_a_sound_library(small_disk: Path, tmp_path: Path) -> None:
    library = small_disk / "library"
    call = ("build", "もふもふ", "-n", "150", "--source", "demo", "--library", library)
    ended = _mofu(tmp_path, *call, "--set", "crawler.min_free_mb=0", "--set", "background.size=20")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("mofu: ")
    assert "no room" in ended.stderr.splitlines()[-1] or "full" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert _mofu(tmp_path, "check", "--library", library).returncode == 0


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    piped = subprocess.run(
        f"{' '.join(_command('doctor'))} | head -1", shell=True, cwd=tmp_path, env=_environment(),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert piped.stdout.startswith("✓ mofu")
    assert piped.stderr == ""
