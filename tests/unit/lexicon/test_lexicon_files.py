from __future__ import annotations

import json
from pathlib import Path

import pytest

from mofu.errors import InvalidInputError
from mofu.lexicon import Entry, load

HEADING = "word,kana,romaji,gloss,kind\n"


def _file(folder: Path, content: str, name: str = "mine.csv") -> Path:
    file = folder / name
    file.write_text(content, "utf-8")
    return file


def _added(file: Path) -> list[Entry]:
    packaged = set(load().entries)
    return [entry for entry in load(file).entries if entry not in packaged]


def test_words_of_a_csv_file_join_those_of_the_package(tmp_path: Path) -> None:
    file = _file(
        tmp_path, HEADING + '椎茸,しいたけ,shiitake,"mushroom, brown",noun\nseersucker,,,しじら織りの,texture\n'
    )
    assert _added(file) == [
        Entry("seersucker", "", "", "しじら織りの", "texture", "en"),
        Entry("椎茸", "しいたけ", "shiitake", "mushroom, brown", "noun", "ja"),
    ]
    assert len(load(file).entries) == len(load().entries) + 2


def test_romaji_and_the_kana_of_a_word_in_kana_are_made_where_they_are_missing(tmp_path: Path) -> None:
    file = _file(tmp_path, "kind\tword\nonomatopoeia\tモフリモフリ\n", "mine.tsv")
    assert _added(file) == [Entry("モフリモフリ", "もふりもふり", "mofurimofuri", "", "onomatopoeia", "ja")]


def test_json_lines_are_read_too(tmp_path: Path) -> None:
    row = {"word": "麻", "kana": "アサ", "gloss": "hemp", "kind": "noun"}
    file = _file(tmp_path, json.dumps(row, ensure_ascii=False) + "\n\n", "mine.jsonl")
    assert _added(file) == [Entry("麻", "あさ", "asa", "hemp", "noun", "ja")]


def test_a_word_that_is_there_already_is_replaced(tmp_path: Path) -> None:
    file = _file(tmp_path, "word,gloss,kind\nモフモフ,my own gloss,onomatopoeia\n")
    assert [(e.word, e.gloss) for e in load(file).matching("mofumofu")] == [("モフモフ", "my own gloss")]
    assert len(load(file).entries) == len(load().entries)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1: columns none: expected word and kind"),
        ("text,kind\n", "line 1: columns text, kind: expected word and kind"),
        ("word,kind\nもふ\n", "line 2: 1 cells: expected 2"),
        ("word,kind\nもふ,fluff\n", "line 2: kind 'fluff' of 'もふ': expected onomatopoeia, texture, colour, noun"),
        ("word,kind\n ,noun\n", "line 2: word '': expected 1 to 200"),
        ("word,kind\nふわり,noun\n\nフワリ,noun\n", "line 4: 'フワリ' stands on line 2 already"),
        ("word,kind\n椎茸,noun\n", "line 2: no kana for '椎茸': expected its reading"),
        ("word,kana,kind\n椎茸,take,noun\n", "line 2: kana 'take' of '椎茸': expected its reading"),
        ("word,kind\nゃゎ,noun\n", "line 2: kana 'ゃゎ' at 'ゃ': expected kana"),
        ('word,kind\n"もふ,noun', "line 2: unexpected end of data: expected quoted cells to be closed"),
    ],
)
def test_a_row_that_is_no_word_is_told_with_its_line(content: str, told: str, tmp_path: Path) -> None:
    file = _file(tmp_path, content)
    with pytest.raises(InvalidInputError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}, {told}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "line 1: not JSON"),
        ("[1]\n", "line 1: expected an object"),
        ('{"word": "もふ", "kind": "noun"}\n{"word": 3, "kind": "noun"}\n', "line 2: word 3: expected text"),
        ('{"word": "もふ", "colour": "red"}\n', "line 1: expected an object with word and kind"),
    ],
)
def test_a_json_line_that_is_no_word_is_told_with_its_line(content: str, told: str, tmp_path: Path) -> None:
    file = _file(tmp_path, content, "mine.jsonl")
    with pytest.raises(InvalidInputError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}, {told}")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        load(tmp_path / "none.csv")
    with pytest.raises(InvalidInputError, match=r"expected a lexicon as \.csv, \.tsv or \.jsonl"):
        load(_file(tmp_path, "", "words.txt"))
    (tmp_path / "latin.csv").write_bytes(b"word,kind\n\xe9,noun\n")
    with pytest.raises(InvalidInputError, match=r"not UTF-8 \(byte 10\)"):
        load(tmp_path / "latin.csv")
