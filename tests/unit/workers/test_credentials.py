"""Passwords are hashed by argon2id and never shown; random secrets are kept as their SHA-256."""

import hashlib

import pytest
from argon2 import PasswordHasher

from mofu.errors import InvalidInputError
from mofu.workers.credentials import (
    check_password,
    hash_password,
    is_outdated,
    is_password,
    new_secret,
    sha256_of,
)

GOOD = "correct horse battery"


def test_a_password_is_known_by_its_hash_and_no_other_is():
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored
    assert is_password(GOOD, stored)
    assert not is_password(GOOD + "!", stored)
    assert hash_password(GOOD) != stored


def test_without_a_hash_the_answer_is_no():
    assert not is_password(GOOD, None)
    assert not is_password("", None)


def test_letters_written_in_two_ways_are_the_same_password():
    decomposed = "カ\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}ラスのもふもふたち"
    assert is_password("ガラスのもふもふたち", hash_password(decomposed))


@pytest.mark.parametrize("hostile", ["", "x" * 100_000, "\ud800 lone surrogate", "nul\0nul"])
def test_hostile_passwords_are_just_wrong(hostile):
    assert not is_password(hostile, hash_password(GOOD))


def test_a_damaged_hash_lets_nobody_in():
    assert not is_password(GOOD, "not a hash")


@pytest.mark.parametrize("poor", ["short", "aaaaaaaaaaaaaaaa", "x" * 201, "hanako yamada"])
def test_poor_passwords_are_refused_unshown(poor):
    with pytest.raises(InvalidInputError) as caught:
        check_password(poor, "Hanako Yamada")
    assert poor not in str(caught.value)


def test_a_good_password_is_taken():
    check_password(GOOD, "ada")


def test_a_hash_of_weaker_days_is_outdated():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD))
    assert not is_outdated(hash_password(GOOD))


def test_secrets_are_new_each_time_and_stand_in_addresses_as_they_are():
    one, other = new_secret(), new_secret("mofu_")
    assert one != other
    assert len(one) == 43
    assert other.startswith("mofu_")
    assert set(one) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert sha256_of(one) == hashlib.sha256(one.encode()).hexdigest()
