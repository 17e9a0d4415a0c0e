"""The stages after the crawl, on drawn pictures: activations, rankings, checks, repairs, exports; repeatable."""

import json
import os
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor

import cv2
import pytest
from serving import copied
from sqlalchemy import select, update

from mofu.db import activations, jobs
from mofu.db.base import Base
from mofu.db.models import Hit
from mofu.demo.pictures import draw
from mofu.errors import DamagedError, LibraryBusyError, LibraryError, NothingFoundError
from mofu.library import Library
from mofu.workers.extraction import (
    activation_set,
    background_images,
    compact,
    extract_missing,
    read_activations,
    word_images,
)

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"
FLAGS = ("background.size=40", "background.queries=photo,street", "demo.hits=40")


def save(folder, name, pixels, quality=92):
    cv2.imwrite(str(folder / name), pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Fluffy pictures with others between them, and two copies of the first: worse, and better but later."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(14):
        subject = WORD if number % 3 else "sky"
        save(folder, f"{number:02}.jpg", draw(subject, number))
    first = draw("sky", 0)
    save(folder, "20-worse.jpg", cv2.resize(first, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    save(folder, "21-larger.jpg", cv2.resize(first, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC))
    return folder


@pytest.fixture(scope="module")
def seeded(placed, pictures, tmp_path_factory):
    """A library that was built once; tests work on copies of it."""
    root = placed(tmp_path_factory.mktemp("seeded") / "library")
    with Library.open(root, flags=[*FLAGS, f"sources.folder.path={pictures}"]) as library:
        library.build(WORD, source="folder", n=100)
    return root


@pytest.fixture
def library(seeded, pictures, tmp_path):
    with Library.open(
        copied(seeded, tmp_path / "library"), flags=[*FLAGS, f"sources.folder.path={pictures}"]
    ) as opened:
        yield opened


def rows(library):
    """Every row of the database but those that say when and by whom work was done."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "jobs"]
    with library.database.read() as session:
        return {table.name: list(session.execute(select(table).order_by(*table.primary_key))) for table in tables}


def files(library):
    return sorted(
        str(p.relative_to(library.root)) for p in library.root.rglob("*") if p.is_file() and "sqlite" not in p.name
    )


def test_copies_are_represented_by_the_best_one_at_the_first_one_s_place(library):
    dataset = library.dataset(WORD)
    (group,) = [image for image in dataset if image.duplicates]
    assert len(dataset) == 14
    assert len(group.duplicates) == 2
    height, width = draw("sky", 0).shape[:2]
    assert (group.width, group.height) == (round(1.5 * width), round(1.5 * height))
    assert group.search_position == 1
    assert {record.url.rsplit("/", 1)[1] for record in group.also_at} == {"00.jpg", "20-worse.jpg"}


def test_fluffy_pictures_come_first(library):
    first = [image.record.url.rsplit("/", 1)[1] for image in library.dataset(WORD).top(6)]
    assert sum(int(name[:2]) % 3 != 0 for name in first) >= 5


def test_each_stage_run_three_times_gives_the_same_library(library):
    before = rows(library), files(library)
    for _ in range(3):
        library.crawl(WORD, library.request(source="folder", n=100))
        library.background(["folder"])
        library.features(WORD)
        library.rank(WORD)
    assert (rows(library), files(library)) == before


def test_every_stage_leaves_a_job_that_says_how_it_went(library):
    with library.database.read() as session:
        ended = {job.stage: (job.state, job.done) for job in jobs.newest(session, 10)}
    assert ended["crawl"] == ("done", 16)
    assert {stage: state for stage, (state, _) in ended.items()} == dict.fromkeys(
        ("crawl", "background", "features", "rank"), "done"
    )


def test_a_ranking_in_a_new_library_is_the_same(library, pictures, tmp_path):
    with Library.open(tmp_path / "again", flags=[*FLAGS, f"sources.folder.path={pictures}"]) as other:
        again = other.build(WORD, source="folder", n=100)
    first = library.dataset(WORD)
    assert [image.sha256 for image in again] == [image.sha256 for image in first]
    assert [image.score for image in again] == pytest.approx([image.score for image in first], abs=1e-6)


def test_a_sound_library_is_called_sound(library):
    report = library.check()
    assert report.is_sound
    assert report.orphans == 0


def some_original(library):
    return library.dataset(WORD).content.images[0]


@pytest.mark.parametrize("damage", ["missing", "changed", "emptied"])
def test_a_lost_original_is_found_and_after_repair_crawled_again(library, damage):
    before = [image.sha256 for image in library.dataset(WORD)]
    image = some_original(library)
    if damage == "missing":
        image.path.unlink()
    else:
        image.path.write_bytes(b"" if damage == "emptied" else image.path.read_bytes()[:-1] + b"!")
    (finding,) = library.check().findings
    assert finding.subject == image.sha256
    assert finding.kind == ("missing-original" if damage == "missing" else "damaged-original")
    library.check(repair=True)
    assert library.check().is_sound
    assert library.words()[0].text == WORD
    library.build(WORD, source="folder", n=100)
    assert [image.sha256 for image in library.dataset(WORD)] == before
    assert library.check().is_sound


def test_a_lost_thumbnail_is_made_again(library):
    image = some_original(library)
    content = image.thumbnail.read_bytes()
    image.thumbnail.unlink()
    assert [finding.kind for finding in library.check().findings] == ["missing-thumbnail"]
    library.check(repair=True)
    assert image.thumbnail.read_bytes() == content


def test_a_damaged_shard_is_computed_again(library):
    before = [(image.sha256, image.score) for image in library.dataset(WORD)]
    shard = next((library.root / "activations").iterdir())
    content = bytearray(shard.read_bytes())
    content[-5] ^= 0xFF
    shard.write_bytes(content)
    assert [finding.kind for finding in library.check().findings] == ["damaged-shard"]
    library.check(repair=True)
    assert library.check().is_sound
    library.build(WORD, source="folder", n=100)
    assert [(image.sha256, image.score) for image in library.dataset(WORD)] == before


def test_what_no_row_names_is_harmless_and_collected_by_repair(library):
    (library.root / "originals" / "ab").mkdir(exist_ok=True)
    orphan = library.root / "originals" / "ab" / f"{'c' * 62}.jpg"
    orphan.write_bytes(b"left by a killed process")
    report = library.check()
    assert (report.is_sound, report.orphans) == (True, 1)
    library.check(repair=True)
    assert not orphan.exists()


@pytest.mark.only_sqlite("whose keys are held only where a connection asks for it")
def test_rows_that_name_nothing_are_found(library):
    connection = sqlite3.connect(library.root / "library.sqlite")
    connection.execute("DELETE FROM images WHERE sha256 = ?", (some_original(library).sha256,))
    connection.commit()
    connection.close()
    assert {finding.kind for finding in library.check().findings} == {"broken-row"}


def test_an_image_that_cannot_be_read_any_more_costs_itself_only(library):
    image = some_original(library)
    image.path.write_bytes(b"no picture")
    with library.writing() as workshop:
        backbone = library.backbone()
        of_set = activation_set(workshop, backbone)
        with library.database.write() as session:
            for shard in activations.shards(session, of_set.id):
                activations.forget_shard(session, shard.id)
    library.features(WORD)
    with library.database.read() as session:
        places = activations.places(session, of_set.id, [i.sha256 for i in library.dataset(WORD)])
    assert [name for name, place in places.items() if place is None] == [image.sha256]
    assert len(library.rank(WORD)) == 13


def test_compaction_keeps_every_vector(library):
    with library.writing() as workshop:
        of_set = activation_set(workshop, library.backbone())
        with library.database.read() as session:
            names = [
                n for s in activations.shards(session, of_set.id) for n, _ in activations.rows_of_shard(session, s.id)
            ]
        found, before = read_activations(workshop, of_set, names)
        compact(workshop, of_set, at=1)
        again, after = read_activations(workshop, of_set, names)
    assert found == again == names
    assert (before == after).all()
    assert len(list((library.root / "activations").iterdir())) == 1
    assert library.check().is_sound


def test_an_export_tells_what_is_needed_to_repeat_the_run(library, tmp_path):
    library.dataset(WORD).top(5).export(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        told = json.loads(archive.read("dataset.json"))
        lines = [json.loads(line) for line in archive.read("metadata.jsonl").splitlines()]
    assert [line["rank"] for line in lines] == [1, 2, 3, 4, 5]
    provenance = told["provenance"]
    assert provenance["backbone"].startswith("embedded-")
    assert provenance["settings"]["first_seeds"] == 10
    assert provenance["background"]["version"] == 1
    assert [len(round_["seeds"]) for round_ in provenance["rounds"]] == [14, 14]


def test_a_dataset_shows_itself_in_a_notebook_and_as_a_table(library):
    dataset = library.dataset(WORD)
    html = dataset._repr_html_()
    assert html.startswith("<iframe srcdoc=")
    assert "sandbox" in html
    table = dataset.to_pandas()
    assert list(table["rank"]) == list(range(1, 15))
    assert table["path"].map(os.path.exists).all()
    assert repr(dataset) == "<dataset 'もふもふ': 14 images ranked by held-out>"


def test_an_export_without_a_single_file_is_an_error_that_keeps_the_old_one(library, tmp_path):
    target = tmp_path / "x.zip"
    target.write_bytes(b"old")
    for image in library.dataset(WORD):
        image.path.unlink()
    with pytest.raises(DamagedError):
        library.dataset(WORD).export(target)
    assert target.read_bytes() == b"old"


def test_stages_out_of_order_say_which_comes_first(tmp_path):
    with Library.open(tmp_path / "new") as library, library.writing():
        with library.database.write() as session:
            from mofu.db.words import ensure

            ensure(session, WORD)
        with pytest.raises(NothingFoundError, match="mofu crawl"):
            library.features(WORD)
        with pytest.raises(LibraryError, match="mofu background"):
            library.rank(WORD)
        with pytest.raises(NothingFoundError, match="mofu build"):
            library.dataset(WORD)


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(LibraryError, match="holds other things"):
        Library.open(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_background_without_activations_is_no_background_yet(library):
    before = [(image.sha256, image.score) for image in library.dataset(WORD)]
    with library.database.write() as session:
        for shard in activations.shards(session):
            activations.forget_shard(session, shard.id)
    of_word = [record.sha256 for record in images_of(library)]
    with library.writing() as workshop:
        backbone = library.backbone()
        extract_missing(workshop, backbone, images_of(library))
        with pytest.raises(NothingFoundError, match="mofu features"):
            library.rank(WORD)
        some = background_images(workshop, library.current_background().id)[:12]
        extract_missing(workshop, backbone, some)
        library.rank(WORD)
    library.features(WORD)
    assert [(image.sha256, image.score) for image in library.rank(WORD)] == before
    assert len(of_word) == 16


def images_of(library):
    return word_images(library.workshop, library.word(WORD).id)


def test_a_new_background_holds_what_it_was_asked_for_alone(library):
    first = library.current_background()
    changed = library.settings.changed(["background.queries=market"])
    with Library(library.root, changed) as other:
        second = other.background(["folder"], refresh=True)
        members = [record.sha256 for record in background_images(other.workshop, second.id)]
        old = [record.sha256 for record in background_images(other.workshop, first.id)]
    assert members
    assert not set(members) & set(old)


def test_a_lost_image_of_the_background_is_taken_off_its_count(library):
    background = library.current_background()
    record = background_images(library.workshop, background.id)[0]
    library.blobs.original(record.sha256, record.format).unlink()
    library.check(repair=True)
    assert library.current_background().count == background.count - 1


def test_hits_that_name_an_image_without_being_stored_are_found(library):
    with library.database.write() as session:
        session.execute(update(Hit).filter_by(image_sha256=some_original(library).sha256).values(outcome=None))
    assert {finding.kind for finding in library.check().findings} == {"broken-row"}


def test_who_writes_is_told_without_the_values_of_settings(library, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/usr/bin/mofu", "build", WORD, "--set", "sources.flickr.key=s3cr3t"])
    with library.writing():
        told = (library.root / "writer.txt").read_text("utf-8")
    assert "build もふもふ --set sources.flickr.key=…" in told
    assert "s3cr3t" not in told


def test_two_threads_do_not_share_the_writing_place(library):
    with library.writing(), ThreadPoolExecutor(1) as thread:
        attempt = thread.submit(lambda: library.writing().__enter__())
        with pytest.raises(LibraryBusyError, match="another thread"):
            attempt.result()


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[: len(content) // 2]])
def test_damaged_thumbnails_are_found_and_made_again(library, damage):
    contents = {image.thumbnail: image.thumbnail.read_bytes() for image in library.dataset(WORD).top(3)}
    for path, content in contents.items():
        path.write_bytes(damage(content))
    assert [finding.kind for finding in library.check().findings] == ["damaged-thumbnail"] * 3
    library.check(repair=True)
    assert {path: path.read_bytes() for path in contents} == contents


def test_a_thumbnail_that_cannot_be_made_again_is_told(library):
    image = some_original(library)
    image.thumbnail.unlink()
    with Library(library.root, library.settings.changed(["crawler.max_pixels=4096"])) as strict:
        (finding,) = strict.check(repair=True).findings
    assert "cannot be made again" in finding.detail


def test_a_build_under_a_licence_gives_nothing_of_another(library):
    image = library.dataset(WORD).content.images[3]
    with library.database.write() as session:
        session.execute(update(Hit).filter_by(image_sha256=image.sha256).values(license="CC-BY-4.0"))
    dataset = library.build(WORD, source="folder", n=1, license="commercial")
    assert [(found.sha256, found.rank) for found in dataset] == [(image.sha256, 4)]
    assert len(library.dataset(WORD)) == 14
