"""A library's own Fisher codebook: fitted on its background, used by a setting, never mixed with another's vectors."""

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from mofu.db import images
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.features.fisher.codebook import FILE
from mofu.features.registry import load
from mofu.library import Library
from mofu.settings import FeaturesSettings
from mofu.workers.codebook import CODEBOOKS, codebooks, fit_codebook, record_of
from mofu.workers.extraction import activation_set

FLAGS = ("crawler.decoder_processes=1",)


def open_with_background(folder, count):
    """A new library whose background is so many small pictures of a folder."""
    flags = [*FLAGS, f"sources.folder.path={save_pictures(folder / 'pictures', count)}"]
    opened = Library.open(folder / "library", flags=flags)
    opened.crawl("photo", opened.request(source="folder", n=count))
    with opened.database.write() as session:
        images.freeze_background(session, [name for name, _ in opened.blobs.all_originals()], {"sources": ["folder"]})
    return opened


def save_pictures(folder, count):
    folder.mkdir()
    for number in range(count):
        coarse = np.random.default_rng(number).integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((96, 80), Image.Resampling.BICUBIC).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with open_with_background(tmp_path_factory.mktemp("codebook"), 52) as opened:
        yield opened


@pytest.fixture(scope="module")
def fitted(library):
    with library.writing() as workshop:
        return fit_codebook(workshop, 0)


def test_the_file_is_named_by_its_hash_and_says_what_it_was_fitted_on(library, fitted):
    assert fitted.path.parent == library.root / CODEBOOKS
    assert fitted == record_of(fitted.path)
    assert (fitted.pictures, fitted.seed) == (52, 0)
    assert codebooks(library.root) == [fitted]


def test_the_same_background_and_seed_fit_the_same_codebook(library, fitted):
    with library.writing() as workshop:
        again = fit_codebook(workshop, 0)
    first, second = (safetensors.numpy.load_file(record.path) for record in (fitted, again))
    assert {name: np.abs(array - second[name]).max() < 1e-3 for name, array in first.items()} == dict.fromkeys(
        first, True
    )


def test_the_setting_gives_another_identity_and_other_vectors(library, fitted):
    own = load("fisher", FeaturesSettings(fisher_codebook=str(fitted.path)))
    packaged = load("fisher", FeaturesSettings())
    assert own.id == fitted.backbone_id != packaged.id
    assert packaged.id == record_of(FILE).backbone_id
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    (mine,), (theirs,) = own.extract([image]), packaged.extract([image])
    assert np.linalg.norm(mine) == pytest.approx(1, abs=1e-5)
    assert mine @ theirs < 0.9
    with library.writing() as workshop:
        assert activation_set(workshop, own).id != activation_set(workshop, packaged).id


def test_a_library_without_a_background_says_how_to_make_one(tmp_path):
    with (
        Library.open(tmp_path / "empty", flags=FLAGS) as library,
        library.writing() as workshop,
        pytest.raises(NothingFoundError, match="mofu background refresh"),
    ):
        fit_codebook(workshop, 0)


def test_a_background_of_few_images_is_refused_with_its_count(tmp_path):
    with open_with_background(tmp_path, 21) as library:
        with library.writing() as workshop, pytest.raises(InvalidInputError, match=r"21 readable .* at least 50"):
            fit_codebook(workshop, 0)
        assert codebooks(library.root) == []
        assert [job.state for job in library.jobs() if job.stage == "codebook"] == ["failed"]


def test_an_image_that_cannot_be_read_costs_itself_only(tmp_path):
    with open_with_background(tmp_path, 52) as library:
        _, path = next(iter(library.blobs.all_originals()))
        path.write_bytes(b"no picture")
        with library.writing() as workshop:
            assert fit_codebook(workshop, 0).pictures == 51
