"""A library whose files are in S3: the same as one in a folder, also for a second machine and after what goes wrong."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from quick_web import WORD, N, flags, outcome, quick_web
from s3_server import KEYS, Way, started
from serving import Web, serving

from mofu.errors import LibraryError
from mofu.library import Library
from mofu.workers import check


@pytest.fixture(scope="module")
def settings():
    with quick_web() as settings:
        yield settings


@pytest.fixture(scope="module")
def opened(settings):
    """Open a library at a folder with its files elsewhere."""
    return lambda folder, url, **files: Library.open(folder, **settings, files={"url": url} | files)


def build(library):
    library.build(WORD, n=N)


@pytest.fixture(scope="module")
def s3():
    """A server that fsspec finds in the environment."""
    server = started()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        yield server
    server.stop()


@pytest.fixture(scope="module")
def expected(settings, tmp_path_factory):
    """What a build in a folder gives."""
    with Library.open(tmp_path_factory.mktemp("plain") / "library", **settings) as library:
        build(library)
        return outcome(library)


@pytest.fixture(scope="module")
def built(s3, opened, tmp_path_factory):
    """A library with files in the bucket `built`; whoever changes it takes a copy (`machine`)."""
    folder = tmp_path_factory.mktemp("s3") / "library"
    with opened(folder, s3.make("built")) as library:
        build(library)
    return folder


@pytest.fixture
def machine(built, s3, opened, tmp_path):
    """Another machine with the same rows, an empty cache and a bucket of its own."""
    folder = tmp_path / "library"
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("cache"))
    bucket = f"copy{abs(hash(tmp_path)):x}"
    with opened(folder, s3.copy("built", bucket)) as library:
        library.bucket = bucket
        yield library


def original(library, place=0):
    """The name of an image's object, its SHA-256."""
    image = list(library.dataset(WORD))[place]
    return f"originals/{image.sha256[:2]}/{image.sha256[2:]}.jpg", image.sha256


def test_a_build_in_s3_ends_as_one_in_a_folder(built, s3, opened, expected):
    with opened(built, "s3://built/team") as library:
        assert outcome(library) == expected
        assert library.check().is_sound
    assert {name.split("/")[0] for name in s3.names("built")} == {
        "originals", "thumbnails", "activations", "mofu-files.txt",
    }  # fmt: skip
    assert not any((built / folder).exists() for folder in ("originals", "thumbnails", "activations"))
    assert list((built / "incoming").iterdir()) == []


def test_another_machine_ranks_exports_and_reads_by_paths(machine, expected, tmp_path):
    assert not (machine.root / "cache").exists()
    machine.rank(WORD)
    assert outcome(machine) == expected
    report = machine.dataset(WORD).export(tmp_path / "word.zip")
    assert (report.images, report.missing) == (len(expected), ())
    with zipfile.ZipFile(tmp_path / "word.zip") as archive:
        names = [json.loads(line)["file_name"] for line in archive.read("metadata.jsonl").decode().splitlines()]
        assert all(archive.read(name)[:2] == b"\xff\xd8" for name in names)
    image = next(iter(machine.dataset(WORD)))
    assert len(image.path.read_bytes()) > len(image.thumbnail.read_bytes()) > 0


def test_pages_show_pictures_that_are_in_s3(built, opened):
    with serving(built, files={"url": "s3://built/team"}) as app:
        client = Web(app).client("viewer")
        shutil.rmtree(built / "cache")
        with opened(built, "s3://built/team") as library:
            _, sha256 = original(library)
        for address in (f"/pictures/{sha256}/thumbnail.jpg", f"/pictures/{sha256}/large"):
            answer = client.get(address)
            assert (answer.status_code, answer.content_type, answer.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert client.get(f"/pictures/{'0' * 64}/thumbnail.jpg").status_code == 404


def test_what_is_gone_or_damaged_in_s3_is_found_and_repaired(machine, s3, expected):
    gone, damaged, bare = original(machine, 0), original(machine, 1), original(machine, 2)
    list(machine.dataset(WORD))[1].path.read_bytes()  # that a good copy is in the cache changes nothing
    s3.remove(machine.bucket, gone[0])
    s3.put(machine.bucket, damaged[0], b"other bytes")
    s3.remove(machine.bucket, f"thumbnails/{bare[1][:2]}/{bare[1][2:]}.jpg")
    (shard, *_) = s3.names(machine.bucket, "activations/")
    s3.put(machine.bucket, shard, b"other bytes")
    kinds = {(finding.kind, finding.subject) for finding in machine.check().findings}
    assert kinds == {
        ("missing-original", gone[1]), ("damaged-original", damaged[1]),
        ("missing-thumbnail", bare[1]), ("damaged-shard", shard.split("/")[1]),
    }  # fmt: skip
    assert not machine.check(repair=True).is_sound
    assert machine.check().is_sound
    assert len(list((machine.root / "quarantine").iterdir())) == 2
    build(machine)
    assert outcome(machine) == expected


def test_files_that_no_row_names_are_collected_once_nobody_can_be_about_to_name_them(machine, s3, monkeypatch):
    s3.put(machine.bucket, "originals/ab/stray.jpg", b"sent by a machine that was killed")
    s3.put(machine.bucket, "activations/stray.safetensors", b"likewise")
    assert machine.check(repair=True).orphans == 0
    monkeypatch.setattr(check, "COLLECTABLE_S", -60)
    assert machine.check(repair=True).orphans == 2
    assert not [name for name in s3.names(machine.bucket) if "stray" in name]


def test_what_is_purged_is_gone_from_s3_and_from_the_cache(machine, s3):
    name, sha256 = original(machine)
    path = machine.blobs.original(sha256, "jpeg")
    assert path.exists()
    machine.delete(WORD)
    machine.purge(WORD, confirm=WORD)
    assert name not in s3.names(machine.bucket)
    assert not path.exists()
    assert machine.check().is_sound


def test_a_bucket_that_is_not_there_is_named(s3, opened, tmp_path):
    line = r"s3://nowhere/team is not there: make the bucket"
    with opened(tmp_path / "library", "s3://nowhere/team") as library, pytest.raises(LibraryError, match=line):
        build(library)


def test_a_place_without_the_files_is_refused_and_nothing_is_forgotten(machine, s3, opened):
    with opened(machine.root, s3.make("emptied" + machine.bucket)) as library:
        for work in (library.check, lambda: library.check(repair=True), lambda: build(library)):
            with pytest.raises(LibraryError, match="holds no files of mofu"):
                work()
    assert machine.check().is_sound


def test_credentials_that_are_missing_or_wrong_are_one_clear_line(s3, opened, tmp_path, monkeypatch):
    strict = started(INITIAL_NO_AUTH_ACTION_COUNT="0")
    options = {"endpoint_url": strict.address, "key": "wrong", "secret": "a-password"}
    try:
        library = opened(tmp_path / "one", "s3://built/team", options=options)
        with library, pytest.raises(LibraryError, match=r"refuses .*check the credentials") as wrong:
            build(library)
    finally:
        strict.stop()
    assert "a-password" not in str(wrong.value) + repr(library.settings)
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    library = opened(tmp_path / "two", "s3://built/other", options={"endpoint_url": s3.address})
    with library, pytest.raises(LibraryError, match="check the credentials"):
        build(library)


def test_a_server_that_goes_away_in_mid_build_costs_nothing_that_was_stored(s3, opened, expected, tmp_path):
    url, way = s3.make("away"), Way(s3.address)
    options = {"endpoint_url": way.address, "config_kwargs": {"retries": {"total_max_attempts": 1}}}
    with opened(tmp_path / "library", url, options=options) as library:
        library.crawl(WORD, library.request(n=6))
        way.close()
        with pytest.raises(LibraryError, match=r"does not answer .* the same command goes on"):
            build(library)
    with opened(tmp_path / "library", url) as library:
        assert library.check().is_sound
        build(library)
        assert outcome(library) == expected


def test_a_build_killed_in_mid_upload_goes_on(s3, settings, opened, expected, tmp_path):
    url = s3.make("killed")
    command = [sys.executable, "-m", "mofu", "build", WORD, "-n", str(N), "--library", str(tmp_path / "library")]
    command += [part for flag in [*flags(settings), f"files.url={url}"] for part in ("--set", flag)]
    environment = os.environ | s3.environment | {"PYTHONPATH": str(Path(__file__).parents[2])}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    with contextlib.closing(running.stdout):
        while len(s3.names("killed")) < 6 and running.poll() is None:
            pass
        running.kill()
        assert running.wait() == -signal.SIGKILL
    with opened(tmp_path / "library", url) as library:
        assert library.check().is_sound
        build(library)
        assert library.check().is_sound
        assert outcome(library) == expected
