"""A deleted word is out of sight and comes back whole; a purged one takes what only it has."""

import signal
import subprocess
import sys
from dataclasses import asdict

import pytest
from serving import copied

from mofu.db import quarantine, styles
from mofu.db.blobs import original_name
from mofu.db.files import quarantined
from mofu.db.purge_tables import Purge
from mofu.db.purging import Left
from mofu.db.styles import NewResult
from mofu.errors import MofuError, NothingFoundError, UnknownNameError, UsageError
from mofu.library import Library
from mofu.progress import Silent
from mofu.workers.style_store import StyleStore
from mofu.workers.verbs.delivering import FOLDER, Export, export
from mofu.workers.worker import Worker

pytestmark = pytest.mark.both_databases


@pytest.fixture
def library(demo_library, tmp_path):
    with Library.open(copied(demo_library, tmp_path / "library"), create=False) as library:
        yield library


def test_a_deleted_word_is_in_no_list_and_says_how_to_come_back(library):
    library.delete("もふもふ")
    assert [word.text for word in library.words()] == ["ぶつぶつ", "しましま"]
    with pytest.raises(NothingFoundError, match="mofu words restore もふもふ"):
        library.word("もふもふ")
    with pytest.raises(NothingFoundError, match="was deleted"):
        library.crawl("もふもふ", library.request(source="demo"))


def test_a_restored_word_is_as_it_was(library):
    before = [image.sha256 for image in library.dataset("もふもふ")]
    library.delete("もふもふ")
    assert [each.word.text for each in library.deleted()] == ["もふもふ"]
    library.restore("もふもふ")
    assert library.deleted() == []
    assert [image.sha256 for image in library.dataset("もふもふ")] == before


def test_only_a_deleted_word_is_purged(library):
    with pytest.raises(UnknownNameError, match="deleted word"):
        library.purge("もふもふ", confirm="もふもふ")


def test_a_purge_wants_the_word_said_again(library):
    library.delete("もふもふ")
    with pytest.raises(UsageError, match="nothing was purged"):
        library.purge("もふもふ", confirm="もふ")
    assert library.restore("もふもふ").text == "もふもふ"


def test_a_purge_takes_what_only_the_word_has_and_leaves_the_library_sound(library):
    others = {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word)}
    library.verdict("もふもふ", library.dataset("もふもふ").content.images[0].sha256, "accept")
    library.delete("もふもふ")
    hanging = library.belongings("もふもふ")
    assert hanging.hits >= hanging.images >= hanging.own_images > 0
    assert (hanging.rankings, hanging.verdicts) == (1, 1)
    assert library.purge("もふもふ", confirm="もふもふ") == hanging
    report = library.check()
    assert report.is_sound
    assert report.orphans == 0
    assert others == {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word)}


def test_a_purged_name_is_free(library):
    library.delete("もふもふ")
    library.purge("もふもふ", confirm="もふもふ")
    with library.database.write() as session:
        from mofu.db import words

        assert words.ensure(session, "もふもふ").slug == "もふもふ"


def holding(root, names):
    """The files of a library, the database apart, that hold one of these SHA-256 or of the images' own bytes."""
    sought = [each.encode() for each in names]
    files = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith("library.sqlite")]
    return [path.relative_to(root) for path in files if any(each in path.read_bytes() for each in sought)]


def test_of_a_purged_word_s_own_images_no_copy_stays(library):
    export(library, Export("もふもふ"))
    export(library, Export("もふもふ", format="imagefolder"))
    (library.root / FOLDER / ".もふもふ-12345678.zip.abcdef12.part").write_bytes(b"of a killed export")
    export(library, Export("しましま"))
    own = library.dataset("もふもふ").content.images
    with library.database.write() as session:
        quarantine.note_deaths(session, own[0].sha256, "features", 3, "crash")
        shared = {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word).content.images}
    set_aside = quarantined(library.root / "quarantine", original_name(own[1].sha256, own[1].format))
    set_aside.parent.mkdir()
    set_aside.write_bytes(own[1].path.read_bytes())
    names = {image.sha256 for image in own} - shared
    assert holding(library.root, names)
    library.delete("もふもふ")
    library.purge("もふもふ", confirm="もふもふ")
    assert holding(library.root, names) == []
    assert not set_aside.exists()
    assert not own[0].path.exists()
    assert [path.name.split("-")[0] for path in (library.root / FOLDER).iterdir()] == ["しましま"]
    assert library.check().is_sound


PURGED_AND_KILLED = """
import os, signal, sys
from mofu.library import Library

def killed(name, arguments):
    if name == "os.remove" and f"/{sys.argv[2]}/" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)

with Library.open(sys.argv[1]) as library:
    sys.addaudithook(killed)
    library.purge("もふもふ", confirm="もふもふ")
"""


@pytest.mark.parametrize(
    ("first_of", "goes_on"),
    [
        ("originals", lambda library: library.check(repair=True)),
        ("activations", lambda library: Worker(library).run(once=True)),
    ],
)
def test_a_purge_that_was_killed_is_finished_by_whoever_comes_next(library, first_of, goes_on):
    own = library.dataset("もふもふ").content.images
    others = {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word).content.images}
    names = {image.sha256 for image in own} - others
    library.delete("もふもふ")
    call = [sys.executable, "-c", PURGED_AND_KILLED, str(library.root), first_of]
    assert subprocess.run(call, check=False).returncode == -signal.SIGKILL
    assert library.deleted() == []
    assert holding(library.root, names)
    assert library.check().is_sound
    goes_on(library)
    assert holding(library.root, names) == []
    report = library.check()
    assert (report.is_sound, report.orphans) == (True, 0)
    assert others == {image.sha256 for word in ("ぶつぶつ", "しましま") for image in library.dataset(word)}


def test_what_a_purge_left_is_kept_where_it_came_back_with_another_word(library):
    image = library.dataset("もふもふ").content.images[0]
    with library.database.write() as session:
        session.add(Purge(left=asdict(Left([(image.sha256, image.format)], [], [], [], [], [], []))))
    with library.writing():
        assert image.path.is_file()
    assert library.check().is_sound


def test_what_was_stylised_of_a_purged_word_s_image_goes_with_it(library):
    image, other = library.dataset("もふもふ").content.images[0], library.word("しましま")
    results = StyleStore(library.root).results
    made = results.put(b"its copy in stripes")
    new = NewResult(
        other.id, other.text, "1" * 64, image.sha256, made, 9, 9, "fast", 0.0, "style", None,
        {}, {}, "f" * 64, None, None, 1.0,
    )  # fmt: skip
    with library.database.write() as session:
        styles.add_result(session, new, [other.id])
    library.delete("もふもふ")
    library.purge("もふもふ", confirm="もふもふ")
    assert library.results() == []
    assert not results.path(made).exists()


class Purging(Silent):
    """Purges the word at the first sign of progress."""

    def __init__(self, library):
        self.library = library

    def advance(self, done, total, failed=0):
        del done, total, failed
        if not self.library.deleted() and "もふもふ" in [word.text for word in self.library.words()]:
            self.library.delete("もふもふ")
            self.library.purge("もふもふ", confirm="もふもふ")


def test_an_export_under_way_while_its_word_is_purged_leaves_nothing(library):
    library.progress = Purging(library)
    with pytest.raises(MofuError):
        export(library, Export("もふもふ"))
    assert list((library.root / FOLDER).iterdir()) == []
