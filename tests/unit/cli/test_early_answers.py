"""What is wrong with a call, or missing from what it gives, is said at once and with what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_calls import Mofu


def test_a_language_that_is_none_is_refused_before_there_is_a_library(mofu: Mofu, tmp_path: Path) -> None:
    said = mofu("build", "きらきら", "--source", "demo", "--lang", "japanese")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "expected ISO 639-1" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_backbone_without_its_package_is_refused_before_there_is_a_library(
    mofu: Mofu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # as where torch is not installed
    said = mofu("build", "きらきら", "--source", "demo", "--backbone", "vgg16")
    assert (said.code, said.err.count("\n")) == (4, 1)
    assert "pip install 'mofu[torch]'" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_word_that_is_not_there_is_named_with_the_command_that_makes_it(mofu: Mofu, built: Path) -> None:
    said = mofu("export", "ない", "--library", built)
    assert said.code == 2
    assert said.err.endswith("; `mofu build ない` makes it\n")


def test_a_word_that_was_not_deleted_cannot_be_purged_and_the_line_says_what_can(mofu: Mofu, built: Path) -> None:
    assert "`mofu words delete`" in mofu("words", "purge", "もふもふ", "--library", built).err


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (("rank", "--strategy", "clasic"), "classic"),
        (("rank", "--preview", "--strategy", "clasic"), "classic"),
        (("rank", "--backbone", "embeded"), "embedded"),
        (("features", "--backbone", "embeded"), "embedded"),
        (("segment", "--method", "layercan"), "layercam"),
        (("segment", "--refine", "gided"), "guided"),
        (("segment", "--annotator", "maskrcn"), "maskrcnn"),
        (("export", "--format", "zipp"), "zip"),
        (("export", "--masks", "pngg"), "png"),
        (("export", "--verdicts", "acepted"), "accepted"),
        (("export", "--license", "comercial"), "commercial"),
        (("map", "--backbone", "embeded"), "embedded"),
        (("style", "learn", "--backbone", "embeded"), "embedded"),
        (("rank", "--noun", "犬"), "もふもふ"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest_and_leaves_nothing_behind(
    call: tuple[str, ...], near: str, mofu: Mofu, built: Path
) -> None:
    before = mofu("jobs", "--json", "--library", built).out
    said = mofu(*call, "もふもふ", "--library", built)
    assert (said.code, said.out) == (2, "")
    assert f"did you mean {near!r}?" in said.err
    assert mofu("jobs", "--json", "--library", built).out == before
    assert [path.name for path in Path().iterdir()] == [built.name]


@pytest.mark.parametrize("call", [("--strategy", "clasic"), ("--strategy", "described"), ("--backbone", "embeded")])
def test_a_build_that_cannot_be_ranked_is_refused_before_there_is_a_library(
    call: tuple[str, ...], mofu: Mofu, tmp_path: Path
) -> None:
    assert mofu("build", "きらきら", "--source", "demo", *call).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [("--masks", "png"), ("--format", "coco"), ("--format", "region-sheet")])
def test_an_export_of_regions_without_any_says_so(asked: tuple[str, str], mofu: Mofu, built: Path) -> None:
    said = mofu("export", "もふもふ", *asked, "--output", "made", "--library", built)
    assert said.code == 0
    assert "run `mofu segment もふもふ`" in said.err


def test_an_export_without_regions_wanted_is_silent_on_them(mofu: Mofu, built: Path) -> None:
    assert "segment" not in mofu("export", "もふもふ", "--library", built).err


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("words", "restore"), "no deleted words: `mofu words delete WORD`"),
        (("style", "list"), "no styles yet: `mofu style learn WORD`"),
        (("user", "list"), "no accounts yet: `mofu user add NAME`"),
        (("quarantine", "list"), "no image is in quarantine"),
    ],
)
def test_an_empty_table_says_that_it_is_empty_and_how_a_row_comes_to_be(
    call: tuple[str, str], told: str, mofu: Mofu, built: Path
) -> None:
    said = mofu(*call, "--library", built)
    assert (said.code, len(said.lines)) == (0, 1)
    assert said.err.startswith(told)
    assert mofu(*call, "--json", "--library", built).err == ""


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("build", "きらきら", "-n", "many"), "'many' is not a whole number"),
        (("describe", "cat.jpg", "--prior", "half"), "'half' is not a number"),
    ],
)
def test_what_should_be_a_number_is_called_one(call: tuple[str, ...], told: str, mofu: Mofu) -> None:
    said = mofu(*call)
    assert (said.code, told in said.err, "range" in said.err) == (2, True, False)
