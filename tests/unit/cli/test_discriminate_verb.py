"""`mofu discriminate`: words of a noun told apart, by what their images show and by colour alone."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Mofu
from PIL import Image

from mofu.db import images, words
from mofu.library import Library

WORDS = ("もふもふ", "つるつる")
SETTINGS = """
[crawler]
decoder_processes = 1
decoder_deadline_s = 600.0
[features]
backbone = "fisher"
"""


def _draw(folder: Path, count: int, channel: int, title: str) -> Path:
    """Pictures with more of one colour, no two alike."""
    folder.mkdir()
    for number in range(count):
        rng = np.random.default_rng(1000 * channel + number)
        coarse = rng.integers(0, 90, (6, 6, 3), dtype=np.uint8)
        coarse[..., channel] = rng.integers(150, 255, (6, 6), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((120, 96), Image.Resampling.BICUBIC)
        picture.save(folder / f"{title} {number:02}.png")
    return folder


def _crawl(library: Path, folder: Path, word: str, noun: str) -> None:
    with Library.open(library, sources={"folder": {"path": str(folder)}}) as at:
        at.crawl(word, at.request(source="folder"), noun=noun)


def _rank(library: Path, word: str) -> None:
    with Library.open(library) as at:
        record = at.word(word, noun="犬")
        at.features(record)
        at.rank(record)


@pytest.fixture(scope="module")
def dogs_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two words of 犬, red pictures and blue ones, twelve each, held against a background of green ones."""
    place = tmp_path_factory.mktemp("dogs")
    (place / "library").mkdir()
    (place / "library" / "mofu.toml").write_text(SETTINGS, "utf-8")
    _crawl(place / "library", _draw(place / "green", 15, 1, "庭"), "庭", "")
    with Library.open(place / "library") as at, at.database.write() as session:
        garden = [image.sha256 for image in images.of_word(session, words.find(session, "庭").id)]
        images.freeze_background(session, garden, {"sources": ["folder"]})
    for word, channel in zip(WORDS, (0, 2), strict=True):
        _crawl(place / "library", _draw(place / word, 12, channel, f"柔らかい{word}"), word, "犬")
        _rank(place / "library", word)
    return place / "library"


@pytest.fixture
def dogs(dogs_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(dogs_once, tmp_path / "dogs"))


def test_a_table_has_recall_precision_accuracy_and_the_colour_baseline(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", *WORDS, "--library", dogs)
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].split() == [*WORDS, "recall", "by", "colour"]
    assert said.lines[1].split() == ["もふもふ", "12", "0", "100.0", "%", "100.0", "%"]
    assert said.lines[3].split() == ["precision", *["100.0", "%"] * 4]
    assert said.lines[4].startswith(
        "accuracy 100.0 % (86.2–100.0), by colour alone 100.0 % (86.2–100.0), chance 50.0 %"
    )
    assert "24 images, 5 folds, fisher-" in said.lines[5]


def test_json_has_all_that_repeats_it_and_the_same_call_says_the_same(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", *WORDS, "--library", dogs, "--json")
    (found,) = said.json
    assert found["confusion"]["counts"] == [[12, 0], [0, 12]]
    assert [(each["word"], each["images"], each["ranked"]) for each in found["classes"]] == [(w, 12, 12) for w in WORDS]
    assert (found["noun"], found["folds"], found["seed"], found["c"], found["shared"]) == ("犬", 5, 0, 1.0, 0)
    assert found["most_confused"] == [{"words": list(WORDS), "forth": 0.0, "back": 0.0}]
    assert mofu("discriminate", "犬", *WORDS, "--library", dogs, "--json") == said


def test_csv_has_the_matrix_with_its_margins(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", "--all", "--library", dogs, "--csv")
    heading, *rows = csv.reader(io.StringIO(said.out))
    assert heading == ["word", *WORDS, "recall", "colour_recall", "precision", "colour_precision"]
    assert rows == [["もふもふ", "12", "0", *["1.0"] * 4], ["つるつる", "0", "12", *["1.0"] * 4]]


def test_a_plot_is_drawn_beside_the_table(mofu: Mofu, dogs: Path, tmp_path: Path) -> None:
    said = mofu("discriminate", "犬", *WORDS, "--library", dogs, "--plot", tmp_path / "dogs.svg")
    assert said.code == 0
    assert "もふもふ" in (tmp_path / "dogs.svg").read_text("utf-8")


def test_a_word_that_is_missing_is_named_with_the_command_that_makes_it(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", "もふもふ", "ごわごわ", "さらさら", "--library", dogs)
    assert (said.code, said.out) == (4, "")
    assert "not ranked yet: ごわごわ, さらさら: run `mofu build ごわごわ さらさら --noun 犬`" in said.err
    assert "run `mofu build もふもふ つるつる`" in mofu("discriminate", "-", *WORDS, "--library", dogs).err


def test_missing_activations_are_named_with_the_command_that_makes_them(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", *WORDS, "--library", dogs, "--backbone", "fisher:colour")
    assert said.code == 4
    assert "run `mofu features もふもふ つるつる --noun 犬 --backbone fisher:colour`" in said.err


def test_one_word_is_not_enough(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "犬", "もふもふ", "--library", dogs)
    assert said.code == 2
    assert "expected at least two words" in said.err


def test_too_few_images_are_told(mofu: Mofu, dogs: Path, tmp_path: Path) -> None:
    _crawl(dogs, _draw(tmp_path / "few", 6, 1, "few"), "ごわごわ", "犬")
    _rank(dogs, "ごわごわ")
    said = mofu("discriminate", "犬", *WORDS, "ごわごわ", "--library", dogs)
    assert said.code == 4
    assert "too few images: ごわごわ 6: expected at least 10: run `mofu build ごわごわ --noun 犬 -n 100`" in said.err


def test_counts_are_of_hits_that_were_not_searched_for_by_the_word(mofu: Mofu, dogs: Path) -> None:
    rows = mofu("discriminate", "犬", "--counts", "--library", dogs, "--json").json
    assert rows == [{"noun": "犬", "word": "柔らかい", "count": 24, "of": 24}]


def test_classes_come_from_a_table_of_ones_own(mofu: Mofu, dogs: Path, tmp_path: Path) -> None:
    table = tmp_path / "counts.csv"
    table.write_text("word,count\nさらさら,1\nつるつる,20\nもふもふ,30\n", "utf-8")
    (found,) = mofu("discriminate", "犬", "--table", table, "--classes", "2", "--library", dogs, "--json").json
    assert [each["word"] for each in found["classes"]] == list(WORDS)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("もふもふ,3\n", "line 1: expected the heading word,count"),
        ("word,count\nもふもふ,many\n", "line 2: 'もふもふ,many': expected a word and a whole number"),
        ("word,count\nもふもふ,3\nモフモフ,2\n", "line 3: 'モフモフ' again"),
    ],
)
def test_a_damaged_table_is_told_with_its_line(content: str, told: str, mofu: Mofu, dogs: Path, tmp_path: Path) -> None:
    table = tmp_path / "counts.csv"
    table.write_text(content, "utf-8")
    said = mofu("discriminate", "犬", "--table", table, "--library", dogs)
    assert said.code == 2
    assert told in said.err


def test_words_without_a_noun_have_no_counts(mofu: Mofu, dogs: Path) -> None:
    said = mofu("discriminate", "-", "--library", dogs)
    assert said.code == 2
    assert "name the words, or add --all" in said.err
    nothing = mofu("discriminate", "猫", "--library", dogs)
    assert nothing.code == 5
    assert "run `mofu crawl 猫`" in nothing.err
