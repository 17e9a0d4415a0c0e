"""A library's key is made once, at random, for its owner's eyes; any other is refused."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from mofu.errors import LibraryError
from mofu.workers.place import check_is_free
from mofu.workers.secret_key import secret_key


def test_a_key_is_random_kept_and_for_its_owner_alone(tmp_path):
    key = secret_key(tmp_path)
    assert len(key) == 32
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert secret_key(other) != key


def test_whoever_comes_at_once_gets_the_same_key_and_nothing_else_stays(tmp_path):
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: secret_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("text", ["", "secret", "dev", "00" * 32, "ab" * 31, "0123" * 16, "ぱ" * 64], ids=range(7))
def test_a_default_a_short_and_a_damaged_key_are_refused_unshown(tmp_path, text):
    (tmp_path / "secret.key").write_text(text, "utf-8")
    (tmp_path / "secret.key").chmod(0o600)
    with pytest.raises(LibraryError, match="holds no key"):
        secret_key(tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    secret_key(tmp_path)
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(LibraryError, match="others may have read it: delete it"):
        secret_key(tmp_path)


def test_a_key_that_was_there_first_does_not_keep_a_library_from_being_made(tmp_path):
    secret_key(tmp_path)
    check_is_free(tmp_path)
