"""`mofu words` and its verbs: what the library holds, and which words there are."""

from __future__ import annotations

from pathlib import Path

from cli_calls import Mofu


def test_words_alone_lists_the_library(mofu: Mofu, built: Path) -> None:
    assert mofu("words", "--library", built) == mofu("words", "list", "--library", built)
    (row,) = mofu("words", "--library", built, "--json").json
    assert (row["word"], row["ranked"]) == ("もふもふ", 12)


def test_the_lexicon_is_read_without_a_library(mofu: Mofu) -> None:
    said = mofu("words", "lexicon", "mofumofu")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].split() == ["word", "romaji", "kind", "gloss"]
    assert said.lines[1].split(maxsplit=3) == ["もふもふ", "mofumofu", "onomatopoeia", "fluffy, thick and soft (fur)"]


def test_the_lexicon_is_filtered_by_kind(mofu: Mofu) -> None:
    kinds = {row["kind"] for row in mofu("words", "lexicon", "--kind", "noun", "--kind", "colour", "--json").json}
    assert kinds == {"noun", "colour"}


def test_a_kind_or_a_part_that_there_is_none_of_is_told(mofu: Mofu) -> None:
    assert mofu("words", "lexicon", "--kind", "verb").code == 2
    nothing = mofu("words", "lexicon", "qqq")
    assert (nothing.code, nothing.out) == (5, "")


def test_a_file_of_words_is_named_by_the_call_or_by_a_setting(mofu: Mofu, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("word,kind,gloss\nモフリ,onomatopoeia,mine\n", "utf-8")
    by_call = mofu("words", "lexicon", "mofuri", "--file", file, "--json")
    by_setting = mofu("words", "lexicon", "mofuri", "--set", f"lexicon.file={file}", "--json")
    assert by_call == by_setting
    assert [row["gloss"] for row in by_call.json] == ["mine"]


def test_a_damaged_file_of_words_is_told_with_its_line(mofu: Mofu, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("word,kind\nモフリ\n", "utf-8")
    said = mofu("words", "lexicon", "--file", file)
    assert said.code == 2
    assert "line 2: 1 cells: expected 2" in said.err
