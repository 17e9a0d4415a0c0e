"""Stages on a cluster give what they give in one process: activations, rankings; what is done is not done again."""

import gc
import shutil
import warnings

import numpy as np
import pytest
from shaken import WORD, activations_of, crawled, draw_pictures, order

from mofu.db import quarantine
from mofu.errors import PartialError
from mofu.library import Library
from mofu.workers.extraction import extract_missing, word_images

distributed = pytest.importorskip("distributed")

from mofu.workers.cluster import extracting, placement  # noqa: E402 - they need Dask
from mofu.workers.cluster.places import open_place  # noqa: E402

OTHER = "ふわふわ"


@pytest.fixture(scope="module")
def address():
    """A scheduler with two workers, which are threads of the test."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
        dashboard_address="127.0.0.1:0", scheduler_kwargs={"allowed_failures": 0},
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address
        placement.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # sockets that Dask leaves to the garbage collector
        gc.collect()


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Two words of the same pictures and a background, without activations."""
    folder = tmp_path_factory.mktemp("stages")
    root = crawled(folder / "raw", draw_pictures(folder / "pictures", 20), 20)
    with Library.open(root, flags=[f"sources.folder.path={folder / 'pictures'}"]) as library:
        library.crawl(OTHER, library.request(source="folder", n=15))
    return root


@pytest.fixture(scope="module")
def alone(raw):
    """The same, done in one process."""
    root = shutil.copytree(raw, raw.parent / "alone")
    with Library.open(root) as library:
        library.features(WORD, backbone="fisher")
        library.rank(WORD, backbone="fisher")
        library.rank(OTHER, backbone="fisher")
    return root


@pytest.fixture
def library(raw, address, tmp_path):
    root = shutil.copytree(raw, tmp_path / "library")
    flags = [f"cluster.where={address}", "cluster.task_images=8", "crawler.decoder_processes=1"]
    with Library.open(root, flags=flags) as opened:
        yield opened
        extracting.decoders(opened.settings.crawler).close()
    extracting.decoders.cache_clear()
    open_place.cache_clear()


def test_activations_are_those_of_one_process(library, alone):
    library.features(WORD, backbone="fisher")
    (mine, count), (theirs, expected) = activations_of(library.root), activations_of(alone)
    assert (count, mine.keys()) == (expected, theirs.keys())
    assert all(np.allclose(mine[name], theirs[name], atol=1e-5) for name in theirs)


def test_rankings_are_those_of_one_process(library, alone):
    library.features(WORD, backbone="fisher")
    library.rank_ahead(library.words(), backbone="fisher")
    mine, theirs = order(library.root), order(alone)
    assert [name for name, _ in mine] == [name for name, _ in theirs]
    assert [score for _, score in mine] == pytest.approx([score for _, score in theirs], abs=1e-4)
    assert {image.sha256 for image in library.dataset(OTHER)} <= {name for name, _ in mine}


def test_a_stage_told_to_do_what_is_done_does_nothing(library):
    library.features(WORD, backbone="fisher")
    before = sorted(path.name for path in (library.root / "activations").iterdir())
    library.features(WORD, backbone="fisher")
    assert sorted(path.name for path in (library.root / "activations").iterdir()) == before


def test_an_image_in_quarantine_is_left_out_until_it_is_lifted(library):
    chosen = word_images(library.workshop, library.word(WORD).id)[3].sha256
    with library.database.write() as session:
        quarantine.note_deaths(session, chosen, "features", quarantine.FATAL, "it died")
    library.features(WORD, backbone="fisher")
    assert chosen not in activations_of(library.root)[0]
    assert library.check().is_sound
    assert library.check().quarantined == 1
    library.lift_quarantine([chosen])
    library.features(WORD, backbone="fisher")
    assert chosen in activations_of(library.root)[0]


def test_a_worker_that_does_not_see_the_files_is_no_reason_to_give_images_up(library):
    (library.root / "originals").rename(library.root / "elsewhere")
    records = word_images(library.workshop, library.word(WORD).id)
    with pytest.raises(PartialError, match="does not see the library's files"):
        extract_missing(library.workshop, library.backbone("fisher"), records)
    (library.root / "elsewhere").rename(library.root / "originals")
    library.features(WORD, backbone="fisher")
    assert {record.sha256 for record in records} <= activations_of(library.root)[0].keys()
