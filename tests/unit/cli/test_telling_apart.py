"""How a confusion matrix is told: as a matrix while a person can read it, else word by word."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from mofu.cli.telling_apart import write_discrimination
from mofu.db.words import WordRecord
from mofu.ranking.metrics import Confusion
from mofu.workers.discriminating import ClassRecord, Discrimination


def _found(counts: np.ndarray, shared: int = 0) -> Discrimination:
    names = tuple(f"word{number}" for number in range(len(counts)))
    sizes = counts.sum(axis=1).tolist()
    classes = tuple(
        ClassRecord(WordRecord(number, "word", name, "en", "", name, None), size, size, "fisher-0:all")
        for number, (name, size) in enumerate(zip(names, sizes, strict=True))
    )
    confusion = Confusion(names, counts)
    return Discrimination("", classes, confusion, confusion, "fisher-0:all", 5, 1.0, 0, shared)


def _many() -> Discrimination:
    counts = 8 * np.eye(13, dtype=np.int64)
    counts[0] = [5, 2, 0, 1, *[0] * 9]
    return _found(counts, shared=2)


def test_many_words_are_told_one_by_one_with_what_they_are_taken_for(capsys: pytest.CaptureFixture[str]) -> None:
    write_discrimination(_many(), as_json=False, as_csv=False)
    heading, first, *_ = lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["word", "images", "recall", "precision", "by", "colour", "taken", "for"]
    assert " ".join(first.split()) == "word0 8 62.5 % 100.0 % 62.5 % word1 2, word3 1"
    assert lines[15] == "104 images, 2 pictures in more than one class, 5 folds, fisher-0:all, seed 0"
    assert lines[16] == "most confused: word0 ↔ word1 12.5 %, word0 ↔ word3 6.2 %"


def test_a_word_that_is_never_predicted_has_no_precision(capsys: pytest.CaptureFixture[str]) -> None:
    found = _found(np.array([[0, 10], [0, 10]]))
    write_discrimination(found, as_json=False, as_csv=False)
    assert capsys.readouterr().out.splitlines()[3].split() == ["precision", "–", "50.0", "%", "50.0", "%", "50.0", "%"]
    write_discrimination(found, as_json=True, as_csv=False)
    assert json.loads(capsys.readouterr().out)["confusion"]["precision"] == [None, 0.5]


def test_a_table_of_shares_has_recall_and_precision_as_margins() -> None:
    pytest.importorskip("pandas", reason="NOT TESTED: tables need the extra pandas")
    table = _found(np.array([[8, 2], [5, 5]])).to_pandas()
    assert table.loc["word0"].tolist() == pytest.approx([0.8, 0.2, 0.8, 0.8])
    assert table.loc["precision"].tolist() == pytest.approx([8 / 13, 5 / 7, 0.65, 0.65])


def test_a_matrix_that_is_wider_than_the_terminal_is_told_word_by_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    write_discrimination(_found(9 * np.eye(9, dtype=np.int64)), as_json=False, as_csv=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 9 + 2
    assert lines[0].split()[:2] == ["word", "images"]


def test_one_picture_in_more_than_one_class_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    write_discrimination(_found(np.array([[9, 1], [0, 10]]), shared=1), as_json=False, as_csv=False)
    assert "20 images, 1 picture in more than one class" in capsys.readouterr().out
