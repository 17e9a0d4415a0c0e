"""The codebook's file: what is packaged, what is refused, what a fit gives."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors

from mofu.errors import DamagedError, InvalidInputError
from mofu.features.fisher import codebook
from mofu.features.fisher.cues import CUES, VERSION, Cue


def small_cue() -> Cue:
    return Cue(
        "small",
        lambda image, stride: image,
        ((1.0, 1),),
        np.arange(4),
        dimension=2,
        gaussians=3,
        weight=1.0,
        patch_px=1,
        level=0.0,
    )


def three_heaps() -> np.ndarray:
    """Descriptors around three corners of a plane in four dimensions."""
    rng = np.random.default_rng(0)
    corners = np.float32([[0, 0, 0, 0], [5, 0, 0, 0], [0, 7, 0, 0]])
    return (np.repeat(corners, 300, axis=0) + rng.normal(0, 0.1, (900, 4))).astype(np.float32)


def test_the_packaged_file_holds_every_cue() -> None:
    books = codebook.load().cues
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


def written(folder: Path, content: bytes) -> Path:
    path = folder / codebook.file_name(content)
    path.write_bytes(content)
    return path


def packaged_with(origin: dict[str, str | int], **changed: codebook.CueCodebook) -> bytes:
    return codebook.serialised({**codebook.load().cues, **changed}, origin)


def test_the_packaged_file_has_the_hash_that_the_package_knows() -> None:
    assert codebook.load().sha256 == codebook.SHA256


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    origin: dict[str, str | int] = {"descriptors": VERSION, "pictures": 7, "seed": 3}
    read = codebook.load(written(tmp_path, packaged_with(origin)))
    assert read.origin == origin
    assert (read.cues["luma_sift"].axes == codebook.load().cues["luma_sift"].axes).all()


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, packaged_with({"descriptors": VERSION}))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedError, match="SHA-256"):
        codebook.load(path)


def test_a_codebook_for_other_descriptors_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, packaged_with({"descriptors": VERSION + 1}))
    with pytest.raises(InvalidInputError, match=f"for descriptors {VERSION + 1}, this mofu has {VERSION}"):
        codebook.load(path)


def test_a_codebook_of_other_shapes_is_refused(tmp_path: Path) -> None:
    small = codebook.fit(three_heaps(), small_cue(), seed=0)
    path = written(tmp_path, packaged_with({"descriptors": VERSION}, chroma_sift=small))
    with pytest.raises(InvalidInputError, match="chroma_sift is not as this mofu has it"):
        codebook.load(path)


@pytest.mark.parametrize(("field", "value"), [("variances", 0.0), ("weights", 0.0), ("means", np.nan)])
def test_a_codebook_with_impossible_numbers_is_refused(tmp_path: Path, field: str, value: float) -> None:
    book = codebook.load().cues["luma_sift"]
    spoiled = getattr(book, field).copy()
    spoiled[0] = value
    content = packaged_with({"descriptors": VERSION}, luma_sift=replace(book, **{field: spoiled}))
    with pytest.raises(InvalidInputError, match="luma_sift"):
        codebook.load(written(tmp_path, content))


def test_a_codebook_that_lacks_a_cue_is_refused(tmp_path: Path) -> None:
    content = codebook.serialised({"small": codebook.fit(three_heaps(), small_cue(), 0)}, {"descriptors": VERSION})
    with pytest.raises(InvalidInputError, match="has no luma_sift"):
        codebook.load(written(tmp_path, content))


@pytest.mark.parametrize("content", [b"", b"no tensors", b"\x80\x04pickle"])
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="mofu codebook fit"):
        codebook.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"nowhere\.safetensors: cannot be read"):
        codebook.load(tmp_path / "nowhere.safetensors")


def test_too_few_descriptors_are_counted() -> None:
    with pytest.raises(InvalidInputError, match="299 descriptors of small: a codebook needs at least 300"):
        codebook.fit(three_heaps()[:299], small_cue(), seed=0)


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
