from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cli_calls import SMALL, Mofu

HOLDER = """
import sys
from mofu.library import Library
with Library.open(sys.argv[1], create=False).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["bild"], "unknown verb 'bild': did you mean 'build'?"),
        (["build"], "no word given"),
        (["build", ""], "'' is not a word"),
        (["build", "x", "-n", "0"], "0 is not in the range"),
        (["build", "x", "--bogus"], "No such option"),
        (["build", "x", "--source", "opnverse"], "did you mean 'openverse'?"),
        (["build", "x", "--backbone", "fischer"], "did you mean 'fisher'?"),
        (["build", "x", "--license", "comercial"], "did you mean 'commercial'?"),
        (["build", "x", "--set", "crawler.per_hots=1"], "did you mean 'crawler.per_host'?"),
        (["build", "x", "--set", "crawler.per_host=many"], "crawler.per_host='many'"),
        (["build", "x", "--set", "crawler.per_host"], "expected section.name=value"),
        (["build", "--file", "no-such-file"], "no-such-file"),
        (["export", "x", "--top", "0"], "expected a number of images from 1, or all"),
    ],
)
def test_words_of_the_call_that_are_off_end_with_2_and_leave_no_library(
    mofu: Mofu, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    said = mofu(*arguments)
    assert said.code == 2
    assert expected in said.err
    assert said.err.startswith("mofu: ")
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_service_without_its_key_ends_with_4(mofu: Mofu) -> None:
    said = mofu("build", "もふもふ", "--source", "brave")
    assert said.code == 4
    assert "sources.brave.key" in said.err


def test_a_service_that_does_not_answer_ends_with_4(mofu: Mofu) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"sources.openverse.base_url=http://127.0.0.1:{port}"
    said = mofu("build", "もふもふ", "-s", "openverse", "--set", url, "--set", "crawler.max_pause_s=0", *SMALL)
    assert said.code == 4
    assert "does not answer" in said.err


@pytest.mark.parametrize("verb", [["export", "もふもふ"], ["words", "list"], ["check"], ["jobs"], ["rank", "--all"]])
def test_a_library_that_is_not_there_ends_with_1_and_says_how_to_make_one(mofu: Mofu, verb: list[str]) -> None:
    said = mofu(*verb, "--library", "nowhere")
    assert said.code == 1
    assert said.err == "mofu: no library at nowhere: make one with `mofu build WORD`, or name another with --library\n"


def test_a_word_that_is_not_in_the_library_ends_with_2_and_names_those_that_are(mofu: Mofu, built: Path) -> None:
    said = mofu("export", "ふわふわ", "--library", built)
    assert said.code == 2
    assert "known: もふもふ" in said.err


def test_an_export_format_that_is_unknown_ends_with_2(mofu: Mofu, built: Path) -> None:
    said = mofu("export", "もふもふ", "--format", "zap", "--library", built)
    assert said.code == 2
    assert "did you mean 'zip'?" in said.err


def test_a_folder_without_images_ends_with_2(mofu: Mofu, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = mofu("build", "もふもふ", "--source", "folder", "--set", "sources.folder.path=empty")
    assert said.code == 2
    assert "no images in" in said.err


def test_a_crawl_that_can_store_nothing_ends_with_5_and_says_why(mofu: Mofu, photographs: Path) -> None:
    said = mofu(
        "crawl", "もふもふ", "--source", "folder", "--set", f"sources.folder.path={photographs}",
        "--set", "crawler.min_side_px=5000", *SMALL,
    )  # fmt: skip
    assert said.code == 5
    assert "too-small 12" in said.err


def test_an_export_that_the_licence_filter_empties_ends_with_5(mofu: Mofu, built: Path) -> None:
    said = mofu("export", "もふもふ", "--license", "CC0-1.0", "--library", built)
    assert said.code == 5
    assert "unknown" in said.err


def test_a_library_that_another_process_writes_to_ends_with_1_and_says_who(
    mofu: Mofu, built: Path, photographs: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(built)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said = mofu(
            "crawl", "もふもふ", "--library", built, "-s", "folder", "--set", f"sources.folder.path={photographs}"
        )
        holder.communicate("")
    assert said.code == 1
    assert f"process {holder.pid}" in said.err
    assert "is writing to the library" in said.err


def test_a_library_of_a_newer_version_ends_with_1(mofu: Mofu, built: Path) -> None:
    with sqlite3.connect(built / "library.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = mofu("words", "list", "--library", built)
    assert said.code == 1
    assert "written by a newer mofu" in said.err


def test_a_file_in_the_place_of_the_library_ends_with_1(mofu: Mofu, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = mofu("build", "もふもふ", "--source", "demo", "--library", "file")
    assert said.code == 1
    assert "is a file: expected a folder" in said.err


def test_damage_ends_check_with_1_and_repair_mends_it(mofu: Mofu, built: Path) -> None:
    next(path for path in (built / "originals").rglob("*.png")).write_bytes(b"not what it was")
    found = mofu("check", "--library", built)
    assert found.code == 1
    assert "damaged-original" in found.out
    assert "run `mofu check --repair`" in found.out
    assert mofu("check", "--repair", "--library", built).code == 0
    assert mofu("check", "--library", built).code == 0


def test_an_error_is_an_object_on_stderr_where_json_is_asked_for(mofu: Mofu) -> None:
    said = mofu("--json", "build", "もふもふ", "--source", "nope")
    told = json.loads(said.err)["error"]
    assert (said.code, said.out) == (2, "")
    assert (told["kind"], told["exit_code"]) == ("UnknownNameError", 2)
    assert told["message"].startswith("unknown source 'nope'")


def test_the_traceback_is_shown_only_on_debug(mofu: Mofu) -> None:
    assert "Traceback" not in mofu("build", "x", "--source", "nope").err
    assert "Traceback" in mofu("build", "x", "--source", "nope", "--debug").err
