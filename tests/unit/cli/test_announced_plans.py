"""What `mofu build` says before each word: what that word will cost, after all that came before it."""

from __future__ import annotations

from pathlib import Path

from cli_calls import SMALL, Mofu


def test_only_the_first_word_is_told_of_the_background(mofu: Mofu, photographs: Path) -> None:
    source = ("--source", "folder", "--set", f"sources.folder.path={photographs}")
    said = mofu("build", "もふもふ", "ふわふわ", "-n", "3", *source, *SMALL, "--progress", "plain")
    plans = [line for line in said.err.splitlines() if "images wanted" in line]
    assert ["for the background" in line for line in plans] == [True, False]
