"""A file of words is read as its writer meant it."""

from __future__ import annotations

from pathlib import Path

from mofu.cli.wordlists import gather


def test_a_comment_begins_at_a_line_s_beginning_or_after_a_space_and_not_within_a_word(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# textures\nしましま  # striped\n\n  # more\nC#\nもふもふ\t#fluffy\n", "utf-8")
    assert gather((), tmp_path / "words.txt") == ["しましま", "C#", "もふもふ"]
