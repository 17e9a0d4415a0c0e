"""Passwords and random secrets → what may be kept of them: argon2id hashes, and SHA-256."""

from __future__ import annotations

import functools
import hashlib
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mofu.errors import InvalidInputError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
FEWEST_CHARACTERS = 5
"""Different ones in a password: `aaaaaaaaaa` is long and no secret."""

_hasher = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
"""A hash takes 64 MiB: a crowd at the door waits its turn instead of filling the memory."""


def new_secret(prefix: str = "") -> str:
    """256 random bits in letters that stand in an address as they are."""
    return prefix + secrets.token_urlsafe(32)


def sha256_of(secret: str) -> str:
    """What is kept of a random secret, in hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_password(password: str, name: str) -> None:
    """Raise InvalidInputError, which never shows it, where a password is too short, too long or too plain."""
    length = len(password)
    if not SHORTEST_PASSWORD <= length <= LONGEST_PASSWORD:
        raise InvalidInputError(
            f"a password of {length} characters: expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}, e.g. four words"
        )
    if len(set(password)) < FEWEST_CHARACTERS or password.casefold() == name.casefold():
        raise InvalidInputError("a password that is guessed at once: expected neither the name nor one letter repeated")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    with _AT_ONCE:
        return _hasher.hash(_normal(password))


def is_password(password: str, stored: str | None) -> bool:
    """Whether a password has this hash; without one the answer is no, after the same work."""
    with _AT_ONCE:
        try:
            matches = _hasher.verify(stored or _decoy(), _normal(password if len(password) <= LONGEST_PASSWORD else ""))
        except (VerificationError, InvalidHashError):
            return False
    return matches and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(stored)


@functools.cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _normal(password: str) -> bytes:
    # Keyboards and input methods write the same letters in several ways (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
