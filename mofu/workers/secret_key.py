"""A library's folder → the key that signs its sessions: random, made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from mofu.db.durable import disk_errors, fsync_file, fsync_folder, temporary_beside
from mofu.errors import LibraryError

KEY_FILE = "secret.key"
BYTES = 32
FEWEST_VALUES = 8
"""Different byte values: 32 random bytes have fewer with a probability below 10^-35."""


def secret_key(root: Path) -> bytes:
    """The library's key, made where it is new; of several processes that come at once, all get the same.

    Raises:
        LibraryError: others can read the file, or it does not hold 64 random hexadecimal digits.
        DiskFullError: there is no room for it.
    """
    file = root / KEY_FILE
    if not file.exists():
        _make(file)
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise LibraryError(
            f"{file} has mode {mode:04o}, others may have read it: delete it and start again, "
            "which makes a new one of mode 0600; everybody logs in anew"
        )
    try:
        key = bytes.fromhex(file.read_text("ascii"))
    except (ValueError, OSError):
        key = b""
    if len(key) < BYTES or len(set(key)) < FEWEST_VALUES:
        raise LibraryError(
            f"{file} holds no key: expected {2 * BYTES} random hexadecimal digits; delete it and start again"
        )
    return key


def _make(file: Path) -> None:
    temporary = temporary_beside(file)
    with disk_errors(file):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_hex(BYTES))
            fsync_file(temporary)
            _link_once(temporary, file)
            fsync_folder(file.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _link_once(temporary: Path, file: Path) -> None:
    # Unlike a rename, a link never replaces: of two processes the first one's key stands.
    try:
        os.link(temporary, file)
    except FileExistsError:
        return
