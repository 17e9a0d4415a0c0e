from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_calls import SMALL, Mofu
from PIL import Image


def test_common_options_stand_before_or_after_the_verb(mofu: Mofu, built: Path) -> None:
    before = mofu("--library", built, "--json", "words", "list")
    between = mofu("words", "--library", built, "list", "--json")
    after = mofu("words", "list", "--library", built, "--json")
    assert before.json == between.json == after.json
    assert before.json[0]["word"] == "もふもふ"


def test_the_library_after_the_verb_wins_over_the_one_before_and_over_the_environment(
    mofu: Mofu, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOFU_LIBRARY", "of-the-environment")
    assert "no library at of-the-environment" in mofu("jobs").err
    assert "no library at before" in mofu("--library", "before", "jobs").err
    assert mofu("--library", "before", "jobs", "--library", built).code == 0


def test_settings_merge_and_the_later_win(mofu: Mofu) -> None:
    said = mofu(
        "--set", "build.n=7", "--set", "background.size=30", "build", "もふもふ", "--set", "build.n=9",
        "--source", "demo", "--dry-run", "--json",
    )  # fmt: skip
    assert (said.json[0]["wanted"], said.json[0]["background"]) == (9, 30)


def test_a_dry_run_writes_the_plan_and_leaves_nothing_behind(mofu: Mofu, tmp_path: Path) -> None:
    said = mofu("build", "もふもふ", "-n", "40", "--source", "openverse", "--dry-run")
    assert said.code == 0
    assert said.lines[0].startswith("もふもふ: 40 images wanted, 0 stored")
    assert "openverse: about" in said.lines[1]
    assert said.err == ""
    assert list(tmp_path.iterdir()) == []


def test_sources_are_given_one_by_one_or_with_commas(mofu: Mofu) -> None:
    ways = (["-s", "commons", "-s", "openverse"], ["-s", "openverse,commons"])
    plans = [mofu("build", "もふもふ", "--dry-run", "--json", *way).json[0]["sources"] for way in ways]
    assert [[each["source"] for each in plan] for plan in plans] == [["commons", "openverse"]] * 2


def test_words_come_from_a_file_without_its_comments_and_repetitions(mofu: Mofu, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("﻿もふもふ\n\n# not this\n ふわふわ \nもふもふ\n", "utf-8")
    said = mofu("build", "ごつごつ", "--file", "words.txt", "-s", "demo", "--dry-run", "--json")
    assert [plan["word"] for plan in said.json] == ["ごつごつ", "もふもふ", "ふわふわ"]


def test_a_file_that_is_not_utf8_is_named_with_the_byte(mofu: Mofu, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes("もふもふ".encode("shift_jis"))
    said = mofu("build", "--file", "words.txt", "-s", "demo", "--dry-run")
    assert said.code == 2
    assert "words.txt: not UTF-8 (byte 0)" in said.err


def test_a_build_that_is_done_is_done_again_in_no_time_with_the_same_answer(
    mofu: Mofu, built: Path, photographs: Path
) -> None:
    said = mofu(
        "build", "もふもふ", "--library", built, "-s", "folder", "--set", f"sources.folder.path={photographs}",
        "--json", *SMALL,
    )  # fmt: skip
    answer = said.json[0]
    assert (answer["word"], answer["images"], answer["ranked"], answer["near_duplicates"]) == ("もふもふ", 12, 12, 0)
    assert answer["outcomes"] == {"stored": 12}
    assert answer["backbone"].startswith("embedded-")
    assert "0 extracted" in said.err
    assert "unchanged" in said.err


def test_a_word_that_cannot_be_one_is_found_before_any_work(mofu: Mofu, built: Path) -> None:
    said = mofu("build", "もふもふ", "x" * 201, "--library", built, "-s", "demo")
    assert said.code == 2
    assert said.err == "mofu: a word of 201 characters: expected at most 200\n"


def test_one_word_that_fails_does_not_stop_the_others(
    mofu: Mofu, built: Path, photographs: Path, tmp_path: Path
) -> None:
    shutil.copytree(photographs, tmp_path / "by-word" / "もふもふ")
    (tmp_path / "by-word" / "ごつごつ").mkdir()
    Image.new("RGB", (10, 10)).save(tmp_path / "by-word" / "ごつごつ" / "tiny.png")
    folder = ("-s", "folder", "--set", "sources.folder.path=by-word")
    said = mofu("build", "ごつごつ", "もふもふ", "--library", built, *folder, *SMALL)
    assert said.code == 3
    assert "mofu: ごつごつ: none of the 1 hits" in said.err
    assert said.out.startswith("もふもふ  12 ranked")


def test_stages_alone_do_what_a_build_does(mofu: Mofu, photographs: Path) -> None:
    folder = ("-s", "folder", "--set", f"sources.folder.path={photographs}")
    assert mofu("crawl", "もふもふ", *folder, *SMALL).lines == ["もふもふ  12 of 1,000 images  mofu-library"]
    assert mofu("rank", "もふもふ").code == 1, "there is no background yet"
    assert mofu("background", "show").code == 5
    assert mofu("background", "refresh", "-s", "demo", *SMALL).code == 0
    assert "50 generic queries to demo" in mofu("background", "show").out
    assert mofu("features", "--all", *SMALL).lines[0].startswith("もふもふ  embedded-")
    assert mofu("rank", "--all").lines[0].startswith("もふもふ  12 ranked  embedded-")
    states = [job["state"] for job in mofu("jobs", "--json").json]
    assert set(states) == {"done"}


def test_an_export_says_what_it_wrote(mofu: Mofu, built: Path, tmp_path: Path) -> None:
    said = mofu("export", "もふもふ", "--top", "5", "--library", built, "--json")
    assert (said.json[0]["path"], said.json[0]["images"]) == ("もふもふ.zip", 5)
    assert (tmp_path / "もふもふ.zip").stat().st_size == said.json[0]["size_bytes"]


@pytest.mark.parametrize(
    ("form", "suffix"),
    [
        ("zip", ".zip"),
        ("coco", "-coco.zip"),
        ("imagefolder", ""),
        ("contact-sheet", ".html"),
        ("contact-sheet-png", ".png"),
    ],
)
def test_an_export_without_a_name_is_called_by_the_word(
    mofu: Mofu, built: Path, tmp_path: Path, form: str, suffix: str
) -> None:
    assert mofu("export", "もふもふ", "--format", form, "--library", built).code == 0
    assert (tmp_path / f"もふもふ{suffix}").exists()


def test_an_image_whose_file_is_gone_is_named_and_ends_an_export_with_3(mofu: Mofu, built: Path) -> None:
    next(path for path in (built / "originals").rglob("*.png")).unlink()
    said = mofu("export", "もふもふ", "--top", "all", "--library", built)
    assert said.code == 3
    assert "11 images" in said.out
    assert "is left out" in said.err


def test_the_list_of_words_has_its_counts(mofu: Mofu, built: Path) -> None:
    assert [line.split() for line in mofu("words", "list", "--library", built).lines] == [
        ["word", "language", "hits", "images", "failed", "ranked"],
        ["もふもふ", "ja", "12", "12", "0", "12"],
    ]


def test_check_of_a_sound_library_says_so(mofu: Mofu, built: Path) -> None:
    said = mofu("check", "--library", built)
    assert said.code == 0
    assert said.out.startswith("sound: ")


def test_models_name_the_default_and_where_the_weights_come_from(mofu: Mofu) -> None:
    found = {each["name"]: each for each in mofu("models", "--json").json}
    assert [name for name, each in found.items() if each["default"]] == ["embedded"]
    assert found["embedded"]["presence"] == "in the package"
    assert found["vgg16"]["layers"]["fc6"] == 4096
    assert "ImageNet" in found["vgg16"]["licence"]


def test_progress_none_leaves_stderr_empty(mofu: Mofu, built: Path) -> None:
    assert mofu("check", "--library", built, "--progress", "none").err == ""
