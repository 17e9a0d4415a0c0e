"""The ZIP: which members, which fields, which bytes, and what becomes of files that cannot be read."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import zipfile
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mofu.errors import DamagedError, InvalidInputError, NothingFoundError, UnknownNameError
from mofu.export import Dataset, ExportOptions, ExportReport, Resize, find
from mofu.imaging.results import DecodeLimits
from mofu.imaging.sandbox import DecoderPool

FIELDS = [
    "file_name", "word", "rank", "score", "verdict", "source", "url", "page_url", "title", "creator", "license",
    "license_version", "license_url", "attribution", "width", "height", "sha256", "crawled_at", "also_at",
]  # fmt: skip


def export(dataset: Dataset, target: Path, options: ExportOptions | None = None) -> ExportReport:
    return find("zip")(dataset, target, options or ExportOptions())


def rows(target: Path) -> list[dict[str, object]]:
    with zipfile.ZipFile(target) as archive:
        return [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]


def text(target: Path, name: str) -> str:
    with zipfile.ZipFile(target) as archive:
        return archive.read(name).decode()


def test_everything_lies_at_the_root_under_ascii_names(make_dataset, tmp_path):
    dataset = make_dataset(2)
    export(dataset, tmp_path / "a.zip")
    first, second = (image.sha256[:8] for image in dataset.images)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"images/0001_{first}.jpg",
            f"images/0002_{second}.jpg",
            "metadata.jsonl",
            "dataset.json",
            "ATTRIBUTION.md",
            "LICENSES.csv",
        ]


def test_pictures_are_the_original_bytes_uncompressed(make_dataset, tmp_path):
    dataset = make_dataset(2)
    export(dataset, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for image, info in zip(dataset.images, archive.infolist(), strict=False):
            assert hashlib.sha256(archive.read(info)).hexdigest() == image.sha256
            assert info.compress_type == zipfile.ZIP_STORED


def test_a_row_has_exactly_these_fields_in_this_order(make_dataset, tmp_path):
    dataset = make_dataset(1)
    export(dataset, tmp_path / "a.zip")
    (row,) = rows(tmp_path / "a.zip")
    image = dataset.images[0]
    assert list(row) == FIELDS
    assert row == {
        "file_name": f"images/0001_{image.sha256[:8]}.jpg",
        "word": "もふもふ",
        "rank": 1,
        "score": 1.0,
        "verdict": None,
        "source": "openverse",
        "url": "https://img.example/1.jpg",
        "page_url": "https://pages.example/1",
        "title": "Title 1",
        "creator": "Aoi",
        "license": "CC-BY-4.0",
        "license_version": "4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": None,
        "width": 80,
        "height": 60,
        "sha256": image.sha256,
        "crawled_at": "2026-11-02T09:30:15Z",
        "also_at": [],
    }


def test_other_places_of_an_image_all_have_the_same_fields(make_dataset, tmp_path):
    dataset = make_dataset(1)
    record = dataset.images[0].record
    bare = dataclasses.replace(record, title=None, license="unknown", license_version=None, license_url=None)
    image = dataclasses.replace(dataset.images[0], also_at=(record, bare))
    export(dataclasses.replace(dataset, images=(image,)), tmp_path / "a.zip")
    also_at = rows(tmp_path / "a.zip")[0]["also_at"]
    assert [list(place) for place in also_at] == [
        ["source", "search_rank", "url", "page_url", "title", "creator", "license", "license_version", "license_url",
         "attribution", "crawled_at"]
    ] * 2  # fmt: skip


def test_rows_are_in_rank_order(make_dataset, tmp_path):
    export(make_dataset(5), tmp_path / "a.zip")
    assert [row["rank"] for row in rows(tmp_path / "a.zip")] == [1, 2, 3, 4, 5]


def test_dataset_json_repeats_the_run(make_dataset, tmp_path):
    dataset = dataclasses.replace(make_dataset(2), round_seeds=(("aa",), ("bb", "cc")))
    export(dataset, tmp_path / "a.zip", ExportOptions(top=1))
    told = json.loads(text(tmp_path / "a.zip", "dataset.json"))
    assert (told["word"], told["language"], told["noun"]) == ("もふもふ", "ja", None)
    assert told["provenance"] == {"backbone": "embedded", "rounds": 2, "counts": {"hits": 7}}
    assert told["round_seeds"] == [["aa"], ["bb", "cc"]]
    assert told["export"] == {
        "top": 1, "size_px": None, "ranked": 2, "images": 1, "licenses": {"CC-BY-4.0": 1}, "masks": "none",
        "missing": [],
        "verdicts": {"filter": "not-rejected", "accept": 0, "reject": 0, "unsure": 0, "none": 2},
    }  # fmt: skip
    assert told["images"][0]["search_position"] == 2
    assert told["images"][0]["round_scores"] == [0.5, 1.0]


def test_the_same_dataset_gives_the_same_bytes(make_dataset, tmp_path):
    dataset = make_dataset(3)
    export(dataset, tmp_path / "a.zip")
    export(dataset, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_time_zone_in_which_a_time_is_given_changes_nothing(make_dataset, tmp_path):
    dataset = make_dataset(1)
    crawled_at = dataset.images[0].record.crawled_at
    in_tokyo = crawled_at.astimezone(timezone(timedelta(hours=9)))
    record = dataclasses.replace(dataset.images[0].record, crawled_at=in_tokyo)
    moved = dataclasses.replace(dataset, images=(dataclasses.replace(dataset.images[0], record=record),))
    export(dataset, tmp_path / "a.zip")
    export(moved, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_times_before_1980_which_zip_cannot_hold_are_written_as_1980(make_dataset, tmp_path):
    crawled_at = make_dataset(1).images[0].record.crawled_at.replace(year=1970)
    export(make_dataset(1, records={1: {"crawled_at": crawled_at}}), tmp_path / "a.zip")
    assert zipfile.ZipFile(tmp_path / "a.zip").infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_top_counts_after_the_licence_filter_and_ranks_stay(make_dataset, tmp_path):
    dataset = make_dataset(4, records={1: {"license": "unknown"}, 3: {"license": "unknown"}})
    options = ExportOptions(top=2, license_wanted=lambda code: code != "unknown")
    report = export(dataset, tmp_path / "a.zip", options)
    assert [row["rank"] for row in rows(tmp_path / "a.zip")] == [2, 4]
    assert report.licenses == {"CC-BY-4.0": 2}


def test_nothing_that_passes_the_filter_is_an_error_and_no_file(make_dataset, tmp_path):
    with pytest.raises(NothingFoundError, match=r"licences are CC-BY-4\.0"):
        export(make_dataset(2), tmp_path / "a.zip", ExportOptions(license_wanted=lambda code: False))
    assert not list(tmp_path.glob("*.zip"))


def test_a_missing_and_a_damaged_file_are_left_out_and_listed(make_dataset, tmp_path):
    dataset = make_dataset(4)
    dataset.images[1].path.unlink()
    dataset.images[2].path.write_bytes(b"other bytes")
    report = export(dataset, tmp_path / "a.zip")
    assert [row["rank"] for row in rows(tmp_path / "a.zip")] == [1, 4]
    assert [(file.rank, file.reason) for file in report.missing] == [
        (2, "the file is missing"),
        (3, "the file's 11 bytes are not those that its SHA-256 names"),
    ]
    told = json.loads(text(tmp_path / "a.zip", "dataset.json"))["export"]
    assert (told["images"], [file["rank"] for file in told["missing"]]) == (2, [2, 3])


def test_an_earlier_export_survives_when_not_one_file_can_be_read(make_dataset, tmp_path):
    dataset = make_dataset(1)
    export(dataset, tmp_path / "a.zip")
    before = (tmp_path / "a.zip").read_bytes()
    dataset.images[0].path.unlink()
    with pytest.raises(DamagedError, match="mofu check"):
        export(dataset, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "blobs"]


def test_the_report_says_what_was_written(make_dataset, tmp_path):
    heard = []
    target = tmp_path / "new" / "a.zip"
    report = find("zip")(make_dataset(2), target, ExportOptions(), lambda done, total: heard.append((done, total)))
    assert report == ExportReport(target, 2, target.stat().st_size, (), {"CC-BY-4.0": 2})
    assert heard == [(1, 2), (2, 2)]


def test_resized_pictures_are_jpeg_of_the_size_asked_for_and_say_that_they_were_changed(make_dataset, tmp_path):
    dataset = make_dataset(12)
    with DecoderPool(1, DecodeLimits(min_side_px=16)) as decoder:
        export(dataset, tmp_path / "a.zip", ExportOptions(resize=Resize(40, decoder)))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for row, image in zip(rows(tmp_path / "a.zip"), dataset.images, strict=True):
            with Image.open(io.BytesIO(archive.read(row["file_name"]))) as picture:
                assert (picture.format, picture.size) == ("JPEG", (40, 30))
            assert (row["width"], row["height"], row["sha256"]) == (40, 30, image.sha256)
    assert text(tmp_path / "a.zip", "ATTRIBUTION.md").count("scaled to at most 40 px") == 12


def test_a_picture_that_does_not_decode_costs_itself_alone(make_dataset, tmp_path):
    nonsense = b"not a picture"
    dataset = make_dataset(2, images={1: {"sha256": hashlib.sha256(nonsense).hexdigest()}})
    dataset.images[0].path.write_bytes(nonsense)
    with DecoderPool(1, DecodeLimits(min_side_px=16)) as decoder:
        report = export(dataset, tmp_path / "a.zip", ExportOptions(resize=Resize(40, decoder)))
    assert report.images == 1
    assert report.missing[0].reason.startswith("the file cannot be decoded: not-an-image")


def test_a_folder_is_not_replaced(make_dataset, tmp_path):
    with pytest.raises(InvalidInputError, match="a folder"):
        export(make_dataset(1), tmp_path)


def test_a_place_that_cannot_be_written_to_is_named(make_dataset, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        export(make_dataset(1), tmp_path / "file" / "a.zip")


def test_an_unknown_format_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"did you mean 'imagefolder'.*zip"):
        find("imagefolders")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=st.text(), creator=st.text(), url=st.text())
def test_any_text_stays_on_its_line_and_in_its_cell(make_dataset, tmp_path, title, creator, url):
    hostile = {"title": title, "creator": creator, "page_url": url, "license_url": url, "license": title or "unknown"}
    export(make_dataset(2, records={2: hostile}), tmp_path / "a.zip")
    assert (rows(tmp_path / "a.zip")[1]["title"], rows(tmp_path / "a.zip")[1]["creator"]) == (title, creator)
    assert len(text(tmp_path / "a.zip", "ATTRIBUTION.md").splitlines()) == 4
    cells = list(csv.reader(io.StringIO(text(tmp_path / "a.zip", "LICENSES.csv"))))
    assert [len(row) for row in cells] == [4, 4, 4]
    assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@"))]
