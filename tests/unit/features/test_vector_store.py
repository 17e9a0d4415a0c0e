"""Shards of activations: what is written is read, and damage is noticed."""

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.db.files import sha256_of
from mofu.errors import DamagedError
from mofu.features import store
from mofu.features.store import ShardFile, is_named, read_ids, read_rows


def ids(count: int) -> list[str]:
    return [hashlib.sha256(bytes([number])).hexdigest() for number in range(count)]


def write_shard(folder: Path, names: list[str], rows: np.ndarray) -> ShardFile:
    return store.write_shard(lambda name, content: (folder / name).write_bytes(content), names, rows)


def is_whole(path: Path) -> bool:
    return is_named(path.name, sha256_of(path))


def vectors(count: int, dimension: int) -> np.ndarray:
    return np.arange(count * dimension, dtype=np.float32).reshape(count, dimension) / 7


@settings(max_examples=40, deadline=None)
@given(data=st.data(), count=st.integers(1, 20), dimension=st.integers(1, 50))
def test_any_rows_come_back_in_the_order_asked(data: st.DataObject, count: int, dimension: int) -> None:
    wanted = data.draw(st.lists(st.integers(0, count - 1), max_size=30))
    with tempfile.TemporaryDirectory() as folder:
        shard = write_shard(Path(folder), ids(count), vectors(count, dimension))
        found = read_rows(Path(folder) / shard.name, wanted)
        assert is_whole(Path(folder) / shard.name)
    assert (shard.count, shard.dimension) == (count, dimension)
    assert found.tobytes() == vectors(count, dimension)[wanted].tobytes()
    assert found.shape == (len(wanted), dimension)


def test_equal_activations_are_one_file(tmp_path: Path) -> None:
    names = {write_shard(tmp_path, ids(3), vectors(3, 4)).name for _ in range(3)}
    assert [file.name for file in tmp_path.iterdir()] == list(names)


def test_other_images_are_another_file(tmp_path: Path) -> None:
    first = write_shard(tmp_path, ids(2), vectors(2, 4))
    assert write_shard(tmp_path, ids(3)[1:], vectors(2, 4)).name != first.name


def test_a_shard_names_its_images(tmp_path: Path) -> None:
    shard = write_shard(tmp_path, ids(5), vectors(5, 2))
    assert read_ids(tmp_path / shard.name) == tuple(ids(5))


def test_a_shard_is_plain_safetensors(tmp_path: Path) -> None:
    shard = write_shard(tmp_path, ids(2), vectors(2, 3))
    assert safetensors.numpy.load_file(tmp_path / shard.name)["vectors"].tolist() == vectors(2, 3).tolist()


@pytest.mark.parametrize("count", [0, 2])
def test_one_id_a_row_is_asked_for(tmp_path: Path, count: int) -> None:
    with pytest.raises(ValueError, match="one id for each row"):
        write_shard(tmp_path, ids(count), vectors(3, 2) if count else vectors(0, 2))
    assert not list(tmp_path.iterdir())


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = tmp_path / write_shard(tmp_path, ids(4), vectors(4, 8)).name
    content = bytearray(path.read_bytes())
    content[-3] ^= 0x10
    path.write_bytes(content)
    assert not is_whole(path)


@pytest.mark.parametrize("left", [0, 5, 40, -1])
def test_a_torn_file_is_not_read(tmp_path: Path, left: int) -> None:
    path = tmp_path / write_shard(tmp_path, ids(4), vectors(4, 8)).name
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(DamagedError):
        read_rows(path, [3])
    assert not is_whole(path)


def test_a_header_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "lie.safetensors"
    header = b'{"vectors":{"dtype":"F32","shape":[1000000,1000],"data_offsets":[0,4000000000]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
    with pytest.raises(DamagedError):
        read_rows(path, [0])
    with pytest.raises(DamagedError):
        read_ids(path)


def test_no_file_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_rows(tmp_path / "gone.safetensors", [0])
