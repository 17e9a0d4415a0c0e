"""The codebook's file: what is packaged, what is refused, what a fit gives."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors

from mofu.errors import DamagedError
from mofu.features.fisher import codebook
from mofu.features.fisher.cues import CUES, VERSION, Cue


def small_cue() -> Cue:
    return Cue("small", lambda image, stride: image, ((1.0, 1),), np.arange(4), dimension=2, gaussians=3, weight=1.0)


def three_heaps() -> np.ndarray:
    """Descriptors around three corners of a plane in four dimensions."""
    rng = np.random.default_rng(0)
    corners = np.float32([[0, 0, 0, 0], [5, 0, 0, 0], [0, 7, 0, 0]])
    return (np.repeat(corners, 300, axis=0) + rng.normal(0, 0.1, (900, 4))).astype(np.float32)


def test_the_packaged_file_holds_every_cue() -> None:
    books = codebook.load()
    assert {name: (book.dimension, len(book.centre)) for name, book in books.items()} == {
        cue.name: (2 * cue.gaussians * cue.dimension, len(cue.mirrored)) for cue in CUES
    }


def test_the_packaged_file_says_where_it_comes_from() -> None:
    with safetensors.safe_open(codebook.FILE, "numpy") as opened:
        origin = json.loads(opened.metadata()["origin"])
    assert origin["script"].startswith("training/fit_fisher_codebook.py")
    assert origin["descriptors"] == VERSION
    assert origin["pictures"] > 0
    assert codebook.FILE.stat().st_size < 500_000


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    content = bytearray(codebook.FILE.read_bytes())
    content[-1] ^= 1
    changed = tmp_path / codebook.FILE.name
    changed.write_bytes(content)
    with pytest.raises(DamagedError, match="SHA-256"):
        codebook.load(changed)


def test_a_fit_finds_three_heaps_in_their_plane() -> None:
    descriptors = three_heaps()
    book = codebook.fit(descriptors, small_cue(), seed=0)
    corners = np.float32([[0, 0, 0, 0], [5, 0, 0, 0], [0, 7, 0, 0]])
    expected = (corners - descriptors.mean(axis=0)) @ book.axes
    nearest = np.linalg.norm(book.means[:, None] - expected[None], axis=2).min(axis=0)
    assert nearest.max() < 0.05
    assert book.weights == pytest.approx(np.full(3, 1 / 3), abs=0.01)


def test_equal_fits_are_equal_files() -> None:
    origin = {"script": "test", "seed": 0, "pictures": 3}
    files = {codebook.serialised({"small": codebook.fit(three_heaps(), small_cue(), seed=0)}, origin) for _ in range(3)}
    assert len(files) == 1


def test_gradients_are_those_of_the_descriptors_and_their_mirror_twins() -> None:
    book = codebook.fit(three_heaps(), small_cue(), seed=0)
    descriptors, mirrored = three_heaps()[::100], np.array([1, 0, 2, 3])
    twins = np.concatenate([descriptors, descriptors[:, mirrored]])
    expected = book.mixture.gradients([(twins - book.centre) @ book.axes])
    assert book.gradients([descriptors], mirrored) == pytest.approx(expected, abs=1e-3)
    assert book.gradients([descriptors[:, mirrored]], mirrored) == pytest.approx(expected, abs=1e-3)
