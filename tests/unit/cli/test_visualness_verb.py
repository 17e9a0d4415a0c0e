"""`mofu visualness`: words in order of how visual they are, those that could not be ranked with the reason."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from pathlib import Path

import pytest
import visual_library as made
from cli_calls import Mofu

TABLE = """\
rank  word      score  ci_low  ci_high  entropy  n   backbone         layer  background  seed
1     しましま  1.000  1.000   1.000             10  fisher-00000001  all    40          3
"""
WITH_NOTES = """\
rank  word      score  ci_low  ci_high  entropy  n   backbone         layer  background  seed  note
1     しましま  1.000  1.000   1.000             10  fisher-00000001  all    40          0
      きらきら                                   0                                       0     \
no ranking: run `mofu build きらきら`
      ない                                       0                                       0     \
not in the library: run `mofu build ない`
"""
NARROW = """\
word      rank  score  95 %         entropy  n
しましま  1     1.000  1.000–1.000           10
judged by fisher-00000001:all against 40 background images, seed 3
"""


@pytest.fixture(scope="module")
def visual_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("visual") / "library"
    made.build(root)
    return root


@pytest.fixture
def visual(visual_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(visual_once, tmp_path / "library"))


def test_the_table(mofu: Mofu, visual: Path) -> None:
    said = mofu("visualness", made.CLEAR, "-n", "10", "--no-entropy", "--seed", "3", "--library", visual)
    assert (said.code, said.out) == (0, TABLE)


def test_words_that_could_not_be_ranked_stand_below_with_the_reason(mofu: Mofu, visual: Path) -> None:
    asked = ("ない", made.UNRANKED, made.CLEAR)
    said = mofu("visualness", *sorted(asked), "-n", "10", "--no-entropy", "--library", visual)
    assert (said.code, said.out) == (3, WITH_NOTES)


def test_all_words_of_the_library_by_default_and_twice_the_same_bytes(mofu: Mofu, visual: Path) -> None:
    call = ("visualness", "-n", "10", "--library", visual, "--plot", "a.svg", "--json")
    first = mofu(*call)
    assert first.code == 3
    drawn = Path("a.svg").read_bytes()
    assert [each["word"] for each in first.json] == [made.CLEAR, made.FAINT, made.FEW, made.UNRANKED]
    assert first.json[0]["entropy"] > 0
    assert first.json[2]["note"].startswith("n = 6 < 10: not ranked")
    assert mofu(*call).out == first.out
    assert Path("a.svg").read_bytes() == drawn


def test_words_come_from_a_file_with_comments(mofu: Mofu, visual: Path) -> None:
    Path("words.txt").write_text(f"# texture\n{made.FAINT}\n\n  {made.CLEAR}\n", "utf-8")
    said = mofu("visualness", "words.txt", made.CLEAR, "-n", "10", "--no-entropy", "--library", visual, "--json")
    assert sorted(each["word"] for each in said.json) == sorted([made.CLEAR, made.FAINT])
    missing = mofu("visualness", "others.txt", "--library", visual)
    assert (missing.code, "one word a line" in missing.err) == (2, True)


def test_words_come_from_stdin(mofu: Mofu, visual: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{made.CLEAR}\n".encode()), "utf-8"))
    said = mofu("visualness", "-", "-n", "10", "--no-entropy", "--library", visual, "--json")
    assert [each["word"] for each in said.json] == [made.CLEAR]


def test_csv_goes_to_stdout_or_to_a_file_beside_the_table(mofu: Mofu, visual: Path) -> None:
    call = ("visualness", made.CLEAR, "-n", "10", "--no-entropy", "--library", visual, "--csv")
    said = mofu(*call)
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["rank"], row["word"], row["score"], row["n"], row["protocol"]) == (
        "1",
        made.CLEAR,
        "1.0",
        "10",
        "ranking",
    )
    beside = mofu(*call, "out.csv")
    assert beside.lines[0].startswith("rank  word")
    assert Path("out.csv").read_text("utf-8") == said.out
    refused = mofu(*call, "out.txt")
    assert (refused.code, "ends in .csv" in refused.err) == (2, True)


def test_a_plot_is_an_svg_or_a_png_and_nothing_is_measured_for_another(mofu: Mofu, visual: Path) -> None:
    call = ("visualness", made.CLEAR, "-n", "10", "--no-entropy", "--library", visual)
    assert mofu(*call, "--plot", "a.pdf").code == 2
    assert "visualness" not in mofu("jobs", "--library", visual).out
    assert mofu(*call, "--plot", "a.png").code == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_verdicts_alone_may_choose(mofu: Mofu, visual: Path) -> None:
    said = mofu("visualness", made.CLEAR, "-n", "10", "--verdicts-only", "--library", visual)
    assert said.code == 3
    assert re.search(r"n = 0 < 10: not ranked: accept more of its images", said.out)


def test_options_that_cannot_be_are_refused(mofu: Mofu, visual: Path) -> None:
    assert mofu("visualness", "-n", "4", "--library", visual).code == 2
    assert mofu("visualness", "--json", "--csv", "--library", visual).code == 2
    nobody = mofu("visualness", "--judge", "fisher:colour", "--library", visual)
    assert (nobody.code, "mofu features --all --backbone fisher:colour" in nobody.err) == (4, True)


def test_on_a_narrow_terminal_what_all_words_share_stands_once_below_them(
    mofu: Mofu, visual: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    said = mofu("visualness", made.CLEAR, "-n", "10", "--no-entropy", "--seed", "3", "--library", visual)
    assert said.out == NARROW
