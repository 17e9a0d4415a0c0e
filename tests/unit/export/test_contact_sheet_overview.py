"""The page of several words: both orders of each, links to the files beside it, strangers' text as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mofu.export import Dataset
from mofu.export.contact_sheet.overview import STRIP, Shelf, write_overview


def _written(tmp_path: Path, *shelves: Shelf) -> str:
    target = tmp_path / "index.html"
    write_overview("a title", shelves, target)
    return target.read_text("utf-8")


def test_each_word_has_the_first_of_both_orders(tmp_path: Path, make_dataset: Callable[..., Dataset]) -> None:
    page = _written(tmp_path, Shelf(make_dataset(20), "fluffy", ()), Shelf(make_dataset(3), "fluffy", ()))
    assert page.count("<section") == 2
    assert page.count("<img") == 2 * STRIP + 2 * 3
    assert "20 images ranked" in page
    first, last = re.findall(r'title="rank (\d+), place (\d+) in the search"', page)[:: 2 * STRIP - 1][:2]
    assert (first, last) == (("20", "1"), ("12", "9")), "the search's first, then the last of the final strip"


def test_links_lead_to_files_beside_the_page(tmp_path: Path, make_dataset: Callable[..., Dataset]) -> None:
    page = _written(tmp_path, Shelf(make_dataset(3), "fluffy", (("as ZIP", "もふ もふ.zip"),)))
    assert 'href="%E3%82%82%E3%81%B5%20%E3%82%82%E3%81%B5.zip">as ZIP</a>' in page


def test_the_text_of_strangers_stays_text(tmp_path: Path, make_dataset: Callable[..., Dataset]) -> None:
    payload = '"><script>alert(1)</script>'
    page = _written(tmp_path, Shelf(make_dataset(3, records={1: {"title": payload}}), payload, ()))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_missing_thumbnail_is_said(tmp_path: Path, make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset(3)
    dataset.images[0].thumbnail.unlink()
    assert _written(tmp_path, Shelf(dataset, "fluffy", ())).count("no thumbnail") == 2


def test_nothing_is_loaded_from_anywhere(tmp_path: Path, make_dataset: Callable[..., Dataset]) -> None:
    page = _written(tmp_path, Shelf(make_dataset(3), "fluffy", ()))
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in page
    assert all(source.startswith("data:image/jpeg;base64,") for source in re.findall(r'src="([^"]*)"', page))
