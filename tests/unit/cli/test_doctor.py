from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.cli.machine import EXTRAS


def test_the_doctor_works_where_there_is_no_library(mofu: Mofu, tmp_path: Path) -> None:
    said = mofu("doctor", "--json")
    found = {fact["name"]: fact for fact in said.json}
    assert said.code == 0
    assert found["mofu"]["state"] == "ok"
    assert (found["library"]["state"], found["library"]["remedy"]) == ("missing", "mofu build WORD makes it")
    assert found["disk"]["state"] == "ok"
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_tells_of_the_library_and_its_database(mofu: Mofu, built: Path) -> None:
    found = {fact["name"]: fact["text"] for fact in mofu("doctor", "--json", "--library", built).json}
    assert "1 word, background of" in found["library"]
    assert found["database"].endswith("journal wal")


def test_the_doctor_never_prints_a_key(mofu: Mofu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOFU_SOURCES__BRAVE__KEY", "a-secret-of-mine")
    said = mofu("doctor")
    assert "with your key" in said.out
    assert "a-secret-of-mine" not in said.out + said.err


def test_every_extra_that_brings_packages_of_its_own_is_told_of() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    declared = tomllib.loads(pyproject.read_text("utf-8"))["project"]["optional-dependencies"]
    aliases = {extra for extra, needs in declared.items() if all(each.startswith("mofu[") for each in needs)}
    assert set(EXTRAS) == set(declared) - aliases - {"cuda-cluster"}  # of which dask-cuda is for machines with GPUs
    for extra, packages in EXTRAS.items():
        needs = {re.split(r"[\[>; ]", each)[0].replace("-", "_") for each in declared[extra]}
        assert {each.replace("-", "_") for each in packages} <= {*needs, "torch", "torchvision"}


def test_a_service_without_its_key_is_missing_and_the_remedy_names_the_setting(mofu: Mofu) -> None:
    found = {fact["name"]: fact for fact in mofu("doctor", "--json").json}
    assert found["flickr"]["state"] == "missing"
    assert "sources.flickr.key" in found["flickr"]["remedy"]


def test_a_library_that_cannot_be_opened_is_broken_and_ends_with_1(mofu: Mofu, built: Path) -> None:
    (built / "library.sqlite").write_bytes(b"no database at all" * 100)
    said = mofu("doctor", "--library", built)
    assert said.code == 1
    assert "✗ library" in said.out


def test_little_room_is_a_warning(mofu: Mofu) -> None:
    said = mofu("doctor", "--json", "--set", "crawler.min_free_mb=100000000")
    disk = next(fact for fact in said.json if fact["name"] == "disk")
    assert (said.code, disk["state"]) == (0, "warning")


def test_lines_stay_within_forty_columns(mofu: Mofu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(len(line) for line in mofu("doctor").lines if " /" not in line) <= 40


def test_a_library_that_is_a_file_is_broken_and_says_where_to_name_another(mofu: Mofu, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    said = mofu("doctor", "--json", "--library", "notes.txt")
    found = {fact["name"]: fact for fact in said.json}
    assert (said.code, found["library"]["state"]) == (1, "broken")
    assert "notes.txt is a file" in found["library"]["text"]
    assert "--library" in found["library"]["remedy"]
