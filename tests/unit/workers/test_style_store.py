"""Files of style: under their hash, held against rows by a check, gone with the word that they are of."""

import os
from datetime import timedelta

import pytest
from databases import KINDS
from loopback_web import jpeg
from sqlalchemy import update

from mofu.db import styles, words
from mofu.db.base import now
from mofu.db.files_in_folder import FolderFiles
from mofu.db.style_files import KINDS as STYLE_KINDS
from mofu.db.style_files import OfWord
from mofu.db.style_tables import StylePicture, StyleResult
from mofu.db.styles import NewPack, NewPicture, NewResult
from mofu.errors import DamagedError
from mofu.library import Library
from mofu.workers import style_check, style_pictures
from mofu.workers.content_files import sha256_in
from mofu.workers.style_cleaning import Cleaned
from mofu.workers.style_store import FOLDER, StyleStore

pytestmark = pytest.mark.both_databases


@pytest.fixture
def library(placed, tmp_path):
    with Library.open(placed(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def store(library):
    return StyleStore(library.root)


def kept(library, store, word, content=b"cat"):
    """A pack of the word, a picture, and what was made of it with the pack."""
    pack, picture, result = store.packs.put(b"pack" + content), store.pictures.put(content), store.results.put(b"png")
    store.put_view(picture, b"small")
    with library.database.write() as session:
        styles.add_pack(
            session,
            NewPack(word.id, pack, word.text, "", "ja", "embedded_cnn", "e-1", 1, 9, None, {}, 0, "f" * 64),
        )
        styles.add_picture(session, NewPicture(picture, "jpeg", 9, 9, 3, "cat.jpg"))
        new = NewResult(
            word.id,
            word.text,
            pack,
            picture,
            result,
            9,
            9,
            "adain",
            1.0,
            "style",
            None,
            {},
            {},
            "9" * 64,
            None,
            None,
            0.1,
        )
        styles.add_result(session, new, [word.id])
    return pack, picture, result


def word_of(library, text="ごつごつ"):
    with library.database.write() as session:
        return words.ensure(session, text)


def test_a_library_with_whole_files_of_style_is_sound(library, store):
    kept(library, store, word_of(library))
    report = library.check()
    assert (report.findings, report.orphans) == ((), 0)


def test_a_file_that_does_not_hold_what_its_name_says_is_not_read(store):
    name = store.packs.put(b"pack")
    assert store.packs.path(name) == store.packs.folder / name[:2] / f"{name[2:]}.mofustyle"
    assert store.packs.read(name) == b"pack"
    store.packs.path(name).write_bytes(b"something else")
    with pytest.raises(DamagedError, match="mofu style learn"):
        store.packs.read(name)


def test_a_check_finds_and_repairs_lost_and_damaged_files(library, store):
    word = word_of(library)
    first, _, _ = kept(library, store, word)
    second, picture, result = kept(library, store, word, b"dog")
    store.packs.path(second).write_bytes(b"damaged")
    store.pictures.path(picture).unlink()
    store.results.path(result).unlink()
    wrong = ["damaged-style-pack", "missing-style-picture", "missing-style-result"]
    assert sorted(each.kind for each in library.check().findings) == wrong
    assert len(library.check(repair=True).findings) == len(wrong)
    assert library.check().is_sound
    with library.database.read() as session:
        assert styles.current(session, word.id).sha256 == first
        assert styles.results(session) == []
    assert (library.root / "quarantine" / f"{second[:2]}-{second[2:]}.mofustyle").is_file()


def test_files_that_no_row_names_are_collected_but_a_picture_only_once_nobody_can_be_about_to_name_it(library, store):
    pack, new = store.packs.put(b"orphan"), store.pictures.put(b"new")
    old = store.pictures.put(b"old")
    os.utime(store.pictures.path(old), (0, 0))
    assert library.check().orphans == 2
    library.check(repair=True)
    there = (store.packs.path(pack).exists(), store.pictures.path(old).exists(), store.pictures.path(new).exists())
    assert there == (False, False, True)


def test_what_another_machine_may_have_is_not_dropped_by_a_repair(library, store, tmp_path):
    pack, _, _ = kept(library, store, word_of(library))
    (tmp_path / "mounted").mkdir()
    library.blobs.files = FolderFiles(tmp_path / "mounted", is_shared=True)
    (library.root / FOLDER).rename(tmp_path / "elsewhere")
    assert {each.kind for each in style_check.lost_files(library.workshop, repair=True)} == {
        "missing-style-pack", "missing-style-picture", "missing-style-result",
    }  # fmt: skip
    (tmp_path / "elsewhere").rename(library.root / FOLDER)
    assert list(style_check.lost_files(library.workshop, repair=True)) == []
    store.packs.path(pack).unlink()
    assert [each.detail.split(": ")[1] for each in style_check.lost_files(library.workshop, repair=True)] != []
    assert list(style_check.lost_files(library.workshop, repair=True)) == []


def test_a_purged_word_takes_the_files_that_nothing_else_names(library, store):
    one, other = word_of(library), word_of(library, "もふもふ")
    pack, picture, _ = kept(library, store, one)
    others = kept(library, store, other, b"dog")
    library.delete(one)
    library.restore(one.text)
    assert store.packs.path(pack).is_file()
    library.delete(one)
    library.purge(one.text, confirm=one.text)
    gone = (store.packs.path(pack), store.pictures.path(picture), store.view(picture))
    assert not any(path.exists() for path in gone)
    assert all(store.of(kind).path(name).is_file() for kind, name in zip(STYLE_KINDS, others, strict=True))
    assert library.check().is_sound


def test_a_copy_on_another_database_has_rows_and_files_of_style(library, store, all_databases, database_kind, tmp_path):
    names = kept(library, store, word_of(library))
    other = next(kind for kind in KINDS if kind != database_kind)
    with Library.open(all_databases.place(other, tmp_path / "copy")) as copy:
        library.copy_to(copy)
        there = StyleStore(copy.root)
        assert [there.of(kind).read(name) for kind, name in zip(STYLE_KINDS, names, strict=True)] == [
            b"packcat",
            b"cat",
            b"png",
        ]
        with library.database.read() as mine, copy.database.read() as theirs:
            for read in (styles.listing, styles.pictures, styles.results):
                assert read(mine) == read(theirs) != []


def aged(library, model, days=40):
    with library.database.write() as session:
        session.execute(update(model).values(created_at=now() - timedelta(days=days)))


def test_given_pictures_of_which_nothing_is_left_go_with_the_old_results(library, store):
    word = word_of(library)
    _, used, _ = kept(library, store, word)
    young = store.pictures.put(b"young")
    with library.database.write() as session:
        styles.add_picture(session, NewPicture(young, "jpeg", 9, 9, 5, "young.jpg"))
    assert library.clean_results(timedelta(days=30)) == Cleaned(0, 0, 0)
    with library.database.write() as session:
        session.execute(
            update(StylePicture).where(StylePicture.sha256 == used).values(created_at=now() - timedelta(40))
        )
    assert library.clean_results(timedelta(days=30)) == Cleaned(0, 0, 0), "a young result was made of it"
    aged(library, StyleResult)
    for dry_run in (True, True, False):
        assert library.clean_results(timedelta(days=30), dry_run=dry_run) == Cleaned(1, 1, 6)
    there = [store.pictures.path(name).is_file() for name in (used, young)]
    assert (there, store.view(used).is_file()) == ([False, True], False)
    assert library.check().is_sound


def test_a_picture_given_again_while_its_file_is_removed_has_its_file(library, store, monkeypatch):
    content = jpeg()
    inspected = style_pictures._inspected

    def purged_meanwhile(pool, path):
        seen = inspected(pool, path)
        style_check.remove_unnamed(library.workshop, OfWord(frozenset(), frozenset({sha256_in(path)}), frozenset()))
        assert not path.is_file()
        return seen

    monkeypatch.setattr(style_pictures, "_inspected", purged_meanwhile)
    record = style_pictures.take_picture(library.workshop, content, "cat.jpg")
    assert store.pictures.read(record.sha256) == content
    assert library.check().is_sound
