"""`mofu describe` on two words of red and of blue pictures, held against green ones."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Mofu
from PIL import Image

from mofu.db import images, rankings, words
from mofu.library import Library

WORDS = {"もふもふ": 0, "つるつる": 2}
SETTINGS = """
[crawler]
decoder_processes = 1
decoder_deadline_s = 600.0
[features]
backbone = "fisher:colour"
"""


def _picture(seed: int, channel: int) -> Image.Image:
    """A picture with more of one colour."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 90, (6, 6, 3), dtype=np.uint8)
    coarse[..., channel] = rng.integers(150, 255, (6, 6), dtype=np.uint8)
    return Image.fromarray(coarse).resize((120, 96), Image.Resampling.BICUBIC)


def _draw(folder: Path, count: int, channel: int) -> Path:
    folder.mkdir()
    for number in range(count):
        _picture(1000 * channel + number, channel).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def colours_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("colours")
    (place / "library").mkdir()
    (place / "library" / "mofu.toml").write_text(SETTINGS, "utf-8")
    for word, channel, count in (("庭", 1, 30), *((word, channel, 14) for word, channel in WORDS.items())):
        folder = _draw(place / word, count, channel)
        with Library.open(place / "library", sources={"folder": {"path": str(folder)}}) as at:
            at.crawl(word, at.request(source="folder"))
    with Library.open(place / "library") as at:
        with at.database.write() as session:
            garden = [image.sha256 for image in images.of_word(session, words.find(session, "庭").id)]
            images.freeze_background(session, garden, {"sources": ["folder"]})
        for word in WORDS:
            at.features(at.word(word))
            at.rank(at.word(word))
    return place / "library"


@pytest.fixture
def colours(colours_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(colours_once, tmp_path / "colours"))


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """A red picture that the library does not have."""
    _picture(99, 0).save(tmp_path / "red.png")
    return tmp_path / "red.png"


def _ranked(library: Library, rank: int) -> str:
    """SHA-256 of the image at a rank of もふもふ."""
    with library.database.read() as session:
        return rankings.top(session, library.word("もふもふ").id, rank)[-1]


def _words(row: dict[str, object]) -> list[str]:
    told = row["words"]
    assert isinstance(told, list)
    return [each["word"] for each in told]


def test_a_picture_looks_like_the_word_whose_colour_it_has(mofu: Mofu, colours: Path, red: Path) -> None:
    said = mofu("describe", red, "--library", colours, "--json", "--progress", "none")
    (row,) = said.json
    assert said.code == 0
    assert (row["picture"], row["none"], row["prior"]) == (str(red), False, 0.1)
    assert _words(row) == list(WORDS)
    first, second = row["words"]
    assert first["probability"] > 0.5 > 0.1 > second["probability"]
    assert first["nearest"]["accepted"] is False
    assert Path(first["nearest"]["thumbnail"]).exists()


def test_a_picture_like_the_background_is_none_of_them(mofu: Mofu, colours: Path, tmp_path: Path) -> None:
    _picture(4711, 1).save(tmp_path / "green.png")
    said = mofu("describe", tmp_path / "green.png", "--library", colours, "--top", "1")
    assert said.lines[0].split() == ["picture", "word", "probability", "nearest", "cosine"]
    assert said.lines[1].endswith("none of them")
    assert len(said.lines) == 3


def test_a_higher_prior_makes_every_word_likelier(mofu: Mofu, colours: Path, red: Path) -> None:
    low, high = (
        mofu("describe", red, "--library", colours, "--prior", prior, "--json").json[0]["words"] for prior in (0.1, 0.9)
    )
    assert all(a["probability"] < b["probability"] for a, b in zip(low, high, strict=True))
    assert [each["score"] for each in low] == [each["score"] for each in high]


def test_a_bad_file_costs_itself_alone(mofu: Mofu, colours: Path, red: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.jpg").write_text("dear diary")
    said = mofu("describe", tmp_path / "diary.jpg", red, "gone.jpg", "--library", colours, "--progress", "none")
    assert said.code == 3
    assert "もふもふ" in said.out
    gone, diary = sorted(line for line in said.err.splitlines() if "expected a picture" in line)[::-1]
    assert gone.startswith("mofu: gone.jpg: ")
    assert "diary.jpg: not-an-image" in diary


def test_bad_files_alone_are_an_error(mofu: Mofu, colours: Path) -> None:
    said = mofu("describe", "gone.jpg", "--library", colours)
    assert (said.code, said.out) == (2, "")
    assert "gone.jpg: No such file" in said.err


def test_classifiers_are_kept_until_a_verdict_changes_what_is_known(mofu: Mofu, colours: Path, red: Path) -> None:
    first = mofu("describe", red, "--library", colours, "--progress", "plain")
    assert "2 classifiers learned against 30 background images" in first.err
    again = mofu("describe", red, "--library", colours, "--progress", "plain")
    assert (again.out, "learned" in again.err) == (first.out, False)
    with Library.open(colours) as at:
        at.verdict("もふもふ", _ranked(at, 1), "accept")
    judged = mofu("describe", red, "--library", colours, "--progress", "plain")
    assert "1 classifiers learned" in judged.err
    assert "accepted" in judged.lines[1]


def test_a_damaged_file_of_classifiers_is_learned_again(mofu: Mofu, colours: Path, red: Path) -> None:
    first = mofu("describe", red, "--library", colours)
    (kept,) = (colours / "classifiers").iterdir()
    for damaged in (b"", kept.read_bytes()[:200], b"PK\x03\x04" + bytes(400)):
        kept.write_bytes(damaged)
        assert mofu("describe", red, "--library", colours).out == first.out


def test_a_picture_that_a_word_learned_from_is_judged_by_who_did_not_see_it(mofu: Mofu, colours: Path) -> None:
    from mofu.workers.describing import describe
    from mofu.workers.extraction import activation_set
    from mofu.workers.word_classifiers import learned

    with Library.open(colours) as at:
        backbone = at.backbone(None)
        taught = learned(at.workshop, [at.word("もふもふ")], activation_set(at.workshop, backbone))
        ((lesson, classifier),) = taught.words
        picture = at.blobs.original(lesson.shown[3], "png")
        (told,) = describe(at.workshop, [picture], backbone, 1, 0.1).pictures
    assert told.words[0].score == pytest.approx(float(classifier.held_out[3]))
    assert told.words[0].nearest is not None
    assert told.words[0].nearest.sha256 != lesson.shown[3]


def test_rejected_images_are_not_what_the_word_looks_like(colours: Path) -> None:
    from mofu.workers.extraction import activation_set
    from mofu.workers.word_classifiers import learned

    with Library.open(colours) as at:
        at.verdict("もふもふ", _ranked(at, 2), "reject")
        at.verdict("もふもふ", _ranked(at, 3), "unsure")
        of_set = activation_set(at.workshop, at.backbone(None))
        ((lesson, _),) = learned(at.workshop, [at.word("もふもふ")], of_set).words
    assert (len(lesson.accepted), len(lesson.chosen), len(lesson.rejected)) == (0, 12, 1)


def test_words_that_cannot_be_learned_are_told(mofu: Mofu, colours: Path, red: Path) -> None:
    said = mofu("describe", red, "--library", colours, "--progress", "plain")
    assert "left out: 庭: not ranked yet: run `mofu build 庭`" in said.err


def test_a_library_without_classifiers_says_what_to_do(mofu: Mofu, colours: Path, red: Path) -> None:
    assert "run `mofu features --all`" in mofu("describe", red, "--library", colours, "--backbone", "fisher").err
    rows = sqlite3.connect(colours / "library.sqlite")
    for table in ("ranked_images", "rankings"):
        rows.execute(f"DELETE FROM {table}")
    rows.commit()
    rows.close()
    said = mofu("describe", red, "--library", colours)
    assert said.code == 5
    assert "もふもふ: not ranked yet" in said.err
