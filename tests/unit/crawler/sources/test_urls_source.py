"""Lists of addresses: every format that people keep them in, read in pages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mofu.crawler.hits import Hit
from mofu.errors import InvalidInputError, MissingPackageError, MofuError, UnknownNameError

Ask = Callable[..., Any]


def read(ask: Ask, path: Path, **settings_: Any) -> list[Hit]:
    """Every hit of a list, page by page."""
    hits: list[Hit] = []
    cursor = None
    while True:
        page = ask("urls", path=str(path), **settings_).search(cursor=cursor)  # a new source: places outlive a process
        hits += page.hits
        cursor = page.next_cursor
        if cursor is None:
            return hits


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_text_has_an_address_a_line_with_comments_and_blank_lines(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path, "list.txt", "\ufeff# mine\nhttps://h/1.jpg\r\n\n   \nhttps://h/2.jpg#part")
    assert [hit.url for hit in read(ask, path)] == ["https://h/1.jpg", "https://h/2.jpg#part"]


def test_a_table_gives_what_its_columns_say(ask: Ask, tmp_path: Path) -> None:
    table = (
        "\ufeffURL,TEXT,license,page_url,author,width,height\n"
        '"https://h/1.jpg","a ""moss""\ncushion",CC BY 4.0,https://p/,Hanako,640,480\n'
    )
    (hit,) = read(ask, written(tmp_path, "list.csv", table))
    assert (hit.url, hit.title, hit.creator) == ("https://h/1.jpg", 'a "moss" cushion', "Hanako")
    assert (hit.license, hit.page_url, hit.width, hit.height) == ("CC-BY-4.0", "https://p/", 640, 480)


def test_tabs_and_json_lines(ask: Ask, tmp_path: Path) -> None:
    (tabbed,) = read(ask, written(tmp_path, "list.tsv", "caption\timage url\nmoss\thttps://h/1.jpg\n"))
    assert (tabbed.url, tabbed.title) == ("https://h/1.jpg", "moss")
    lines = '{"image_url": "https://h/1.jpg", "license": "by", "license_version": "2.0"}\n\n{"image_url": null}\n'
    (lined,) = read(ask, written(tmp_path, "list.jsonl", lines))
    assert (lined.url, lined.license) == ("https://h/1.jpg", "CC-BY-2.0")


def test_text_formats_may_be_compressed(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv.gz", gzip.compress(b"url\n" + b"https://h/1.jpg\n" * 1_500, mtime=0))
    assert len(read(ask, path)) == 1_500


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 1_001, 2_500])
@pytest.mark.parametrize("suffix", ["txt", "csv", "jsonl"])
def test_pages_of_a_thousand_give_each_row_once(ask: Ask, tmp_path: Path, count: int, suffix: str) -> None:
    urls = [f"https://h/{number}.jpg" for number in range(count)]
    rows = {
        "txt": "\n".join(urls),
        "csv": "url,title\n" + "".join(f'{url},"one\ntwo"\n\n' for url in urls),
        "jsonl": "".join(json.dumps({"url": url}) + "\n" for url in urls),
    }
    assert [hit.url for hit in read(ask, written(tmp_path, f"list.{suffix}", rows[suffix]))] == urls


def test_a_named_column_wins(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", "url,picture\nhttps://h/no,https://h/yes\n")
    assert read(ask, path, column="picture")[0].url == "https://h/yes"


def test_a_missing_column_lists_those_that_there_are(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", "adress,name\nhttps://h/1,x\n")
    with pytest.raises(UnknownNameError, match=r"unknown column 'url'.*known: adress, name"):
        read(ask, path)
    with pytest.raises(UnknownNameError, match="unknown column 'addres': did you mean 'adress'"):
        read(ask, path, column="addres")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", '{"url": "https://h/1"}\n{"url": \n', "line 2: not JSON"),
        ("a.jsonl", '{"url": "https://h/1"}\n\n["https://h/2"]\n', "line 3: a JSON list"),
        ("a.jsonl", "[" * 100_000, "line 1: not JSON"),
        ("a.txt", "https://h/1\nもふもふ".encode("cp932"), "line 2: not UTF-8 text"),
        ("a.csv", 'url\n"https://h/1\n', "line 2: not a table"),
        ("a.txt", "x" * (2**20 + 1), "line 1: longer than 1048576 bytes"),
        ("a.xlsx", "PK", "expected a file that ends in .txt, .csv"),
        ("a.csv.gz", "not compressed", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"url\n", mtime=0)[:10] + b"\xff" * 20, "cannot be read"),
    ],
)
def test_a_bad_file_names_the_file_and_the_line(
    ask: Ask, tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(InvalidInputError, match=said) as caught:
        read(ask, path)
    assert str(path) in str(caught.value)


def test_a_line_number_counts_from_the_start_of_the_file_on_later_pages_too(ask: Ask, tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", '{"url": "https://h/1"}\n' * 1_500 + "{\n")
    with pytest.raises(InvalidInputError, match="line 1501: not JSON"):
        read(ask, path)


def test_without_a_file_it_says_which_setting_names_one(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"set sources\.urls\.path"):
        ask("urls").source.check()
    with pytest.raises(InvalidInputError, match="no such file"):
        ask("urls", path=str(tmp_path / "none.txt")).source.check()


def test_parquet_gives_what_its_columns_say(ask: Ask, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pytest.importorskip("pyarrow").table(
        {
            "URL": [f"https://h/{number}.jpg" for number in range(2_500)],
            "TEXT": ["moss"] * 2_500,
            "WIDTH": [640] * 2_500,
            "bytes": [b"x"] * 2_500,
        }
    )
    parquet.write_table(table, tmp_path / "list.parquet", row_group_size=700)
    hits = read(ask, tmp_path / "list.parquet")
    assert [hit.url for hit in hits] == table["URL"].to_pylist()
    assert (hits[0].title, hits[0].width) == ("moss", 640)


def test_a_damaged_parquet_file_is_said(ask: Ask, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(InvalidInputError, match="not a Parquet file"):
        read(ask, written(tmp_path, "list.parquet", "PAR1"))


def test_without_pyarrow_parquet_says_what_to_install(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'mofu\[parquet\]'"):
        read(ask, written(tmp_path, "list.parquet", "PAR1"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), suffix=st.sampled_from(["txt", "csv", "tsv", "jsonl", "csv.gz"]))
def test_any_bytes_give_hits_or_our_own_error(ask: Ask, tmp_path: Path, content: bytes, suffix: str) -> None:
    try:
        hits = read(ask, written(tmp_path, f"any.{suffix}", content))
    except MofuError:
        return
    assert all(hit.url for hit in hits)


def test_what_is_said_of_a_licence_s_version_fits_its_row(ask: Ask, tmp_path: Path) -> None:
    (hit,) = read(ask, written(tmp_path, "list.csv", f"url,license_version\nhttps://h/1.jpg,{'4' * 100}\n"))
    assert hit.license_version == "4" * 32
