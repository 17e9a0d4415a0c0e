"""`mofu codebook` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_calls import SMALL, Mofu

from mofu.features.fisher.codebook import FILE, serialised
from mofu.features.fisher.codebook import load as load_codebook


@pytest.fixture
def crawled(mofu: Mofu, photographs: Path, tmp_path: Path) -> Path:
    """A library with a word's images and no background."""
    library = tmp_path / "crawled"
    flags = ("--library", library, "--set", f"sources.folder.path={photographs}", *SMALL)
    assert mofu("crawl", "もふもふ", "--source", "folder", *flags).code == 0
    return library


def own_codebook(folder: Path) -> Path:
    """The packaged codebook's arrays with another origin, as a file of one's own."""
    packaged = load_codebook()
    path = folder / "mine.safetensors"
    path.write_bytes(serialised(packaged.cues, {**packaged.origin, "pictures": 77, "seed": 5}))
    return path


def test_the_packaged_codebook_is_in_use_where_no_other_is_named(mofu: Mofu, crawled: Path) -> None:
    (only,) = mofu("codebook", "show", "--library", crawled, "--json").json
    assert (only["path"], only["used"]) == (str(FILE.resolve()), True)


def test_a_file_of_ones_own_is_listed_and_marked(mofu: Mofu, crawled: Path, tmp_path: Path) -> None:
    path = own_codebook(tmp_path)
    said = mofu("codebook", "show", "--library", crawled, "--set", f"features.fisher_codebook={path}")
    marked = [line for line in said.lines if " *" in line]
    assert len(marked) == 1
    assert "77" in marked[0]


def test_without_a_background_there_is_nothing_to_fit_on(mofu: Mofu, crawled: Path) -> None:
    said = mofu("codebook", "fit", "--library", crawled, "--progress", "none")
    assert said.code == 5
    assert "make one with `mofu background refresh`" in said.err


def test_a_codebook_that_is_not_there_is_named(mofu: Mofu, crawled: Path) -> None:
    said = mofu("codebook", "show", "--library", crawled, "--set", "features.fisher_codebook=nowhere.safetensors")
    assert said.code == 2
    assert "nowhere.safetensors" in said.err
