"""`mofu library copy`: what is said of a copy, in a table and in JSON, and why one cannot be made."""

import pytest

from mofu.db import hits, images
from mofu.db.hits import ImageRecord
from mofu.library import Library

NAME = "1a" * 32


def recorded(folder, name):
    with Library.open(folder) as library, library.database.write() as session:
        hits.record(session, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0)])


@pytest.fixture
def source(tmp_path):
    """A library that knows one image, and has two files."""
    recorded(tmp_path / "source", NAME)
    for folder in ("originals", "thumbnails"):
        path = tmp_path / "source" / folder / NAME[:2] / f"{NAME}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a picture")
    return tmp_path / "source"


def last_line(said):
    return said.lines[-1]


def rows_of(said):
    """Table → its rows, as the table says."""
    lines = [line.split() for line in said.lines[1:-1]]
    return {words[0]: int(words[1].replace(",", "")) for words in lines if len(words) == 3 and words[1].isdigit()}


def test_a_copy_says_each_table_s_rows_and_that_both_sides_are_the_same(mofu, source, tmp_path):
    said = mofu("library", "copy", source, tmp_path / "backup")
    assert said.code == 0
    rows = rows_of(said)
    assert rows["images"] == 1
    assert last_line(said) == f"{sum(rows.values())} rows copied and the same on both sides; 2 files copied"


def test_a_second_copy_says_that_all_was_there_already(mofu, source, tmp_path):
    mofu("library", "copy", source, tmp_path / "backup")
    said = mofu("library", "copy", source, tmp_path / "backup")
    assert said.code == 0
    assert last_line(said).endswith("rows there already, the same on both sides; 0 files copied")


def test_files_may_stay_where_they_are(mofu, source, tmp_path):
    said = mofu("library", "copy", source, tmp_path / "backup", "--no-files")
    assert last_line(said).endswith("; 0 files copied")
    assert not list((tmp_path / "backup").rglob("*.jpg"))


def test_json_says_the_same_in_one_document(mofu, source, tmp_path):
    (report,) = mofu("library", "copy", source, tmp_path / "backup", "--json").json
    assert (report["files"], report["is_new"]) == (2, True)
    assert report["rows"] == sum(table["rows"] for table in report["tables"])
    (table,) = [table for table in report["tables"] if table["name"] == "images"]
    assert table["rows"] == 1
    assert len(table["digest"]) == 64


def test_a_library_that_is_not_there_is_said_and_none_is_made(mofu, tmp_path):
    said = mofu("library", "copy", tmp_path / "nowhere", tmp_path / "backup")
    assert said.code != 0
    assert str(tmp_path / "nowhere") in said.err
    assert not (tmp_path / "nowhere").exists()


def test_a_destination_with_something_else_is_left_as_it_is(mofu, source, tmp_path):
    recorded(tmp_path / "other", "2b" * 32)
    said = mofu("library", "copy", source, tmp_path / "other")
    assert said.code != 0
    assert "name another destination" in said.err
    with Library.open(tmp_path / "other") as other, other.database.read() as session:
        assert [image.sha256 for image in images.after(session, "", 10)] == ["2b" * 32]


def test_a_library_is_no_copy_of_itself(mofu, source):
    said = mofu("library", "copy", source, source)
    assert said.code == 2
    assert "rows in the same database: name another for one of them with --from or --to" in said.err
