"""Durable files: whole or not there, and never half-made under their name."""

import sys

import pytest

from mofu.db.durable import TEMPORARY_SUFFIX, exchange, publish, temporary_beside, write_file


def test_a_written_file_holds_its_chunks_and_nothing_else_stays_in_its_folder(tmp_path):
    write_file(tmp_path / "new" / "file.bin", [b"ab", b"", b"c"])
    assert (tmp_path / "new" / "file.bin").read_bytes() == b"abc"
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["file.bin"]


def test_a_write_that_fails_midway_leaves_the_old_file_and_no_temporary_one(tmp_path):
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")

    def chunks():
        yield b"half of the new"
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_file(target, chunks())
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_publish_replaces_in_one_step(tmp_path):
    target = tmp_path / "名前.txt"
    target.write_text("old")
    temporary = temporary_beside(target)
    temporary.write_text("new")
    assert temporary.name.endswith(TEMPORARY_SUFFIX)
    publish(temporary, target)
    assert target.read_text() == "new"
    assert not temporary.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: only Linux changes two names in one step")
def test_two_folders_change_names_in_one_step_or_not_at_all(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if exchange(tmp_path / "new", tmp_path / "old"):
        assert [path.name for path in (tmp_path / "old").iterdir()] == ["new"]
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["old"]
    assert not exchange(tmp_path / "none", tmp_path / "old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]
