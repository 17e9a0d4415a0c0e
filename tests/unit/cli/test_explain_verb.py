"""An image explained: its places and scores are those of the ranking, its neighbours those that people judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.library import Library

WORD = "もふもふ"


@pytest.fixture
def ranked(built: Path) -> list[str]:
    """SHA-256 of the twelve images, best first."""
    with Library.open(built) as library:
        return [image.sha256 for image in library.dataset(WORD)]


def test_the_last_round_s_place_and_score_are_those_of_the_ranking(built: Path, ranked: list[str]) -> None:
    with Library.open(built) as library:
        for image in library.dataset(WORD):
            told = library.explain(WORD, str(image.rank))
            assert (told.sha256, told.rank, told.ranked) == (image.sha256, image.rank, 12)
            assert (told.rounds[-1].rank, told.rounds[-1].score) == (image.rank, image.score)
            assert [place.score for place in told.rounds] == list(image.round_scores)
            assert told.search_position == image.search_position


def test_without_verdicts_the_nearest_are_seeds_and_background(built: Path, ranked: list[str]) -> None:
    with Library.open(built) as library:
        told = library.explain(WORD, ranked[0])
        seeds = set(library.dataset(WORD).ranking.rounds[-1]["seeds"])
    assert (told.similar.kind, told.unlike.kind, told.verdict) == ("seeds", "background", None)
    assert {near.sha256 for near in told.similar.images} <= seeds - {ranked[0]}
    assert [near.rank for near in told.unlike.images] == [None, None, None]
    assert sorted(told.similar.images, key=lambda near: -near.cosine) == list(told.similar.images)


def test_with_verdicts_the_nearest_are_what_people_accepted_and_rejected(built: Path, ranked: list[str]) -> None:
    with Library.open(built) as library:
        for name, judgement in (
            (ranked[3], "accept"),
            (ranked[5], "accept"),
            (ranked[7], "reject"),
            (ranked[0], "unsure"),
        ):
            library.verdict(WORD, name, judgement, who="ada")
        told = library.explain(WORD, ranked[0])
    assert (told.similar.kind, told.unlike.kind, told.verdict) == ("accepted", "rejected", "unsure")
    assert {near.sha256 for near in told.similar.images} == {ranked[3], ranked[5]}
    assert [(near.sha256, near.rank) for near in told.unlike.images] == [(ranked[7], 8)]


def test_it_is_told_in_lines_with_its_source_and_licence(mofu: Mofu, built: Path, ranked: list[str]) -> None:
    said = mofu("explain", WORD, "1", "--library", built)
    assert said.lines[0] == f"{WORD}  {ranked[0][:12]}  rank 1 of 12"
    assert [line.split()[0] for line in said.lines[2:5]] == ["round", "1", "2"]
    assert said.lines[-1].startswith("source: folder  unknown  ")


def test_json_names_the_image_however_it_is_asked_for(mofu: Mofu, built: Path, ranked: list[str]) -> None:
    ways = ("2", ranked[1], ranked[1][:8], f"0002_{ranked[1][:8]}.png")
    told = [mofu("explain", WORD, way, "--library", built, "--json").json[0] for way in ways]
    assert told == [told[0]] * 4
    assert (told[0]["sha256"], told[0]["rank"], told[0]["duplicates"]) == (ranked[1], 2, [])


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("13", "rank 13: expected 1 to 12"),
        ("0", "rank 0: expected"),
        ("cat.jpg", f"no image 'cat.jpg' of {WORD!r}: expected a rank from 1 to 12, a SHA-256"),
        ("", "no image ''"),
    ],
)
def test_an_image_that_is_none_of_the_word_is_one_clear_line(mofu: Mofu, built: Path, image: str, problem: str) -> None:
    said = mofu("explain", WORD, image, "--library", built)
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert problem in said.err


def test_an_image_of_the_background_is_no_image_of_the_word(mofu: Mofu, built: Path) -> None:
    with Library.open(built) as library:
        told = library.explain(WORD, "1")
    said = mofu("explain", WORD, told.unlike.images[0].sha256, "--library", built)
    assert "is no image of" in said.err


def test_a_word_without_a_ranking_says_how_to_make_one(mofu: Mofu, photographs: Path) -> None:
    mofu(
        "crawl",
        WORD,
        "-s",
        "folder",
        "--set",
        f"sources.folder.path={photographs}",
        "--set",
        "crawler.decoder_processes=1",
    )
    said = mofu("explain", WORD, "1")
    assert (said.code, len(said.err.splitlines())) == (5, 1)
    assert "is not ranked yet: run `mofu build" in said.err
