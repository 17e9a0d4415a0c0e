"""What is at the target when an export is killed or the disk is full: the earlier one, whole, no half of a new one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mofu.errors import DiskFullError, InvalidInputError
from mofu.export import ExportOptions, find

FORMATS = ["zip", "imagefolder"]


def contents(target: Path) -> dict[str, bytes]:
    if target.is_file():
        return {target.name: target.read_bytes()}
    return {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def members(target: Path) -> list[str]:
    if target.is_file():
        with zipfile.ZipFile(target) as archive:
            return archive.namelist()
    return [path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("images_before", [1, 3])
def test_kill_9_in_the_middle_leaves_the_earlier_export_whole(
    make_dataset, export_alone, tmp_path, name, images_before
):
    target = tmp_path / "out"
    find(name)(make_dataset(2), target, ExportOptions())
    before = contents(target)
    process = export_alone(name, make_dataset(4), target)
    for _ in range(images_before):
        assert process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
    process.kill()
    process.communicate()
    assert contents(target) == before


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_clears_what_a_killed_one_left_an_hour_ago(make_dataset, export_alone, tmp_path, name):
    target = tmp_path / "out"
    process = export_alone(name, make_dataset(2), target)
    process.stdout.readline()
    process.kill()
    process.communicate()
    (left,) = tmp_path.glob(".out.*.part")
    find(name)(make_dataset(2), target, ExportOptions())
    assert left.exists(), "it may belong to an export that still runs"
    os.utime(left, (0, 0))
    find(name)(make_dataset(2), target, ExportOptions())
    assert not list(tmp_path.glob(".out.*.part"))


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_that_takes_hours_is_not_cleared_by_another_of_the_same_target(
    make_dataset, export_alone, tmp_path, name
):
    target = tmp_path / "out"
    process = export_alone(name, make_dataset(3), target)
    process.stdout.readline()
    (written,) = tmp_path.glob(".out.*.part")
    os.utime(written, (0, 0))
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    find(name)(make_dataset(2), target, ExportOptions())
    assert written.exists()
    process.communicate("\n" * 10)
    assert process.returncode == 0
    assert len([member for member in members(target) if member.startswith("images/")]) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX's")
@pytest.mark.parametrize("name", FORMATS)
def test_a_write_that_is_refused_ends_in_one_clear_error_and_no_file(make_dataset, export_alone, tmp_path, name):
    dataset = make_dataset(3)
    target = tmp_path / "out"
    process = export_alone(name, dataset, target, file_limit=dataset.images[0].path.stat().st_size - 100)
    _, errors = process.communicate("\n" * 10)
    assert process.returncode == 1
    assert errors.startswith("DiskFullError: no room left at ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blobs", "dataset.pickle"]


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).returncode:
        pytest.skip("NOT TESTED: a full tmpfs needs the right to mount one")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("name", [*FORMATS, "contact-sheet", "contact-sheet-png"])
def test_a_full_disk_keeps_the_earlier_export_and_nothing_else(make_dataset, small_disk, name):
    target = small_disk / "out"
    if name == "imagefolder":
        find(name)(make_dataset(1), target, ExportOptions())
    else:
        target.write_bytes(b"an earlier export")
    before = contents(target)
    with pytest.raises(DiskFullError, match=r"no room left at .*/out"):
        find(name)(make_dataset(30), target, ExportOptions())
    assert contents(target) == before
    assert [path.name for path in small_disk.iterdir()] == ["out"]


def test_the_folder_holds_what_the_zip_holds(make_dataset, tmp_path):
    dataset = make_dataset(3)
    find("zip")(dataset, tmp_path / "a.zip", ExportOptions())
    report = find("imagefolder")(dataset, tmp_path / "folder", ExportOptions())
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert contents(tmp_path / "folder") == members
    assert report.size_bytes == sum(map(len, members.values()))


def test_a_temporary_file_that_another_export_removes_meanwhile_is_none_of_this_one_s(make_dataset, tmp_path):
    (tmp_path / ".a.zip.abcdef12.part").symlink_to(tmp_path / "gone")  # listed, and not there when it is looked at
    assert find("zip")(make_dataset(1), tmp_path / "a.zip", ExportOptions()).images == 1


def test_an_earlier_folder_is_replaced_whole(make_dataset, tmp_path):
    find("imagefolder")(make_dataset(3), tmp_path / "folder", ExportOptions())
    find("imagefolder")(make_dataset(3), tmp_path / "folder", ExportOptions(top=1))
    assert len(list((tmp_path / "folder" / "images").iterdir())) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blobs", "folder"]


def test_a_folder_with_anything_of_the_users_is_refused(make_dataset, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("years of work")
    with pytest.raises(InvalidInputError, match=r"chapter1\.tex"):
        find("imagefolder")(make_dataset(1), tmp_path / "thesis", ExportOptions())
    assert (tmp_path / "thesis" / "chapter1.tex").read_text() == "years of work"
