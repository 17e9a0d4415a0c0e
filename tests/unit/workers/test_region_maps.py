"""Soft maps are files under their own hash, in steps of 1/255, and a damaged one says so."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.db.region_verdicts import RegionVerdictRecord
from mofu.db.regions import RegionRecord
from mofu.errors import DamagedError, InvalidInputError
from mofu.workers.content_files import sha256_in
from mofu.workers.region_classifiers import RegionClassifiers
from mofu.workers.region_maps import RegionMaps, as_stored
from mofu.workers.region_table import COLUMNS, rows
from mofu.workers.region_walk import new_region

HALF = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)


@settings(max_examples=20)  # each writes a durable file
@given(values=st.lists(st.integers(0, 255), min_size=1, max_size=60))
def test_whole_steps_come_back_as_they_were(tmp_path_factory, values):
    maps = RegionMaps(tmp_path_factory.getbasetemp())
    soft = (np.array([values], np.float32) / np.float32(255)).astype(np.float32)
    again = maps.read(maps.put(soft))
    assert again.dtype == np.float32
    assert np.array_equal(again, soft)


def test_what_lies_between_steps_is_rounded(tmp_path):
    maps = RegionMaps(tmp_path)
    again = maps.read(maps.put(HALF))
    assert np.abs(again - HALF).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(again, as_stored(HALF))


def test_the_name_is_the_hash_of_the_file_and_equal_maps_are_one_file(tmp_path):
    maps = RegionMaps(tmp_path)
    name = maps.put(HALF)
    assert maps.put(HALF) == name
    (path,) = maps.listing()
    assert path == maps.path(name) == tmp_path / "regions" / name[:2] / f"{name[2:]}.png"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == name == sha256_in(path)


@pytest.mark.parametrize("wrong", [HALF + 0.1, HALF - 0.1, HALF * np.nan, np.zeros((0, 3), np.float32), HALF[0]])
def test_what_is_no_map_is_refused(tmp_path, wrong):
    with pytest.raises(InvalidInputError, match=r"\[0, 1\]"):
        RegionMaps(tmp_path).put(wrong)


def test_a_missing_and_a_damaged_map_say_what_to_do(tmp_path):
    maps = RegionMaps(tmp_path)
    name = maps.put(HALF)
    maps.path(name).write_bytes(b"not a picture")
    with pytest.raises(DamagedError, match="mofu check --repair"):
        maps.read(name)
    maps.path(name).unlink()
    with pytest.raises(DamagedError, match="is not there"):
        maps.read(name)


def test_a_classifier_is_kept_under_its_hash_and_a_damaged_one_is_not_read(tmp_path):
    trained = RegionClassifiers(tmp_path)
    name = trained.put(b"numbers")
    assert trained.put(b"numbers") == name
    assert trained.read(name) == b"numbers"
    assert [path.stem for path in trained.listing()] == [name]
    trained.path(name).write_bytes(b"others")
    with pytest.raises(DamagedError, match="mofu check --repair"):
        trained.read(name)


def test_the_area_of_a_region_is_that_of_its_map_as_it_is_stored(tmp_path):
    soft = np.float32([[101.6, 101.4, 102, 0]]) / np.float32(255)
    region = new_region(RegionMaps(tmp_path), soft, "word", "ふわふわ", 0.5, 0.4)
    assert region.area == 0.5


def test_a_table_gives_the_area_by_the_threshold_that_a_person_moved_or_as_it_was_where_the_map_is_lost(tmp_path):
    maps = RegionMaps(tmp_path)
    found = RegionRecord(**asdict(new_region(maps, HALF, "word", "ふわふわ", 0.5, 0.5)), id=7, segmentation_id=1,
                         image_sha256="a" * 64)  # fmt: skip
    said = RegionVerdictRecord(1, "x", 7, "accept", 0.75, "ada", "give", None, datetime.now(UTC))
    area = COLUMNS.index("area")
    assert [rows([found], verdicts, maps)[0][area] for verdicts in ({}, {7: said})] == [0.5, 0.25]
    maps.path(found.map_sha256).unlink()
    assert rows([found], {7: said}, maps)[0][area] == 0.5
