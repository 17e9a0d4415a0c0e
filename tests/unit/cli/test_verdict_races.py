"""Verdicts of several processes at once, and of one that is killed: what was acknowledged is there, once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mofu.library import Library

ROOT = Path(__file__).resolve().parents[3]
WORD = "もふもふ"
EACH = 15
JUDGE = """
import sys
from mofu.library import Library

root, who, count = sys.argv[1:]
with Library.open(root) as library:
    names = [image.sha256 for image in library.dataset("もふもふ")]
    for number in range(int(count)):
        library.verdict("もふもふ", names[number % len(names)], ("accept", "reject")[number % 2], who=who)
        print(number, flush=True)
"""


def judge(root: Path, who: str, count: int) -> subprocess.Popen[str]:
    """A process that gives verdicts and prints a number once each is stored."""
    command = [sys.executable, "-c", JUDGE, str(root), who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def given(root: Path) -> list[str]:
    with Library.open(root) as library, library.database.read() as session:
        from mofu.db import verdicts

        return [verdict.who for verdict in verdicts.history(session)]


def test_of_two_who_judge_the_same_images_at_once_no_verdict_is_lost(built: Path) -> None:
    judges = [judge(built, who, EACH) for who in ("ada", "bob")]
    said = [process.communicate()[0].split() for process in judges]
    assert [len(lines) for lines in said] == [EACH, EACH]
    assert sorted(given(built)) == ["ada"] * EACH + ["bob"] * EACH


def test_what_was_acknowledged_survives_a_kill_and_nothing_is_there_twice(built: Path) -> None:
    process = judge(built, "ada", 10_000)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(EACH)]
    process.kill()
    acknowledged += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    stored = given(built)
    assert len(acknowledged) <= len(stored) <= len(acknowledged) + 1
    with Library.open(built) as library:
        assert library.check().is_sound
