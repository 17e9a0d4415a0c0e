"""The error tree: what went wrong, what was expected, what to do, and the exit status that says so to a script.

    MofuError                     1  something failed
    ├── UsageError                2  the words of the call are off
    │   ├── UnknownNameError      2  no such source, backbone, word, licence … (lists the known ones and the nearest)
    │   ├── InvalidSettingError   2  a setting has a value that it cannot have
    │   └── InvalidInputError     2  a file or value given by the user cannot be read
    ├── PartialError              3  what there is can be used; the rest comes when the same call is made again
    │   └── QuotaPausedError      3  a service asks to wait longer than the settings allow
    ├── MissingError              4  something is missing
    │   ├── MissingKeyError       4  a service needs a key
    │   ├── MissingWeightsError   4  a backbone's weights are neither cached nor to be fetched
    │   ├── MissingPackageError   4  an optional extra is not installed
    │   └── ServiceUnreachableError 4  a search service does not answer
    ├── NothingFoundError         5  the search gave no image
    ├── ConflictError             1  somebody else changed it first; nothing was overwritten
    ├── InterruptedWork         130  stopped by the user; the same call resumes
    └── LibraryError              1  the library itself
        ├── LibraryVersionError   1  written by a newer mofu
        ├── LibraryBusyError      1  another process is writing to it
        ├── DiskFullError         1  no room left; nothing half-written stays
        └── DamagedError          1  a file does not hold what its name or row says

Messages are one line each: the value, what was expected, what to do.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable


class MofuError(Exception):
    """Root of everything that mofu raises on purpose; its message is one line that says what to do."""

    exit_code = 1


class UsageError(MofuError):
    """The words of the call are off."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that no registry or table holds; the message lists the known names, the nearest first."""

    def __init__(self, kind: str, value: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        listing = ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")
        super().__init__(f"unknown {kind} {value!r}: {hint}known: {listing or 'none yet'}")
        self.kind, self.value, self.known, self.nearest = kind, value, names, near[0] if near else None


class InvalidSettingError(UsageError):
    """A setting has a name that does not exist or a value that it cannot have."""


class InvalidInputError(UsageError):
    """A file, folder or value given by the user cannot be read as what it should be."""


class PartialError(MofuError):
    """What there is can be used; the rest comes when the same call is made again."""

    exit_code = 3


class QuotaPausedError(PartialError):
    """A service asks to wait longer than `crawler.max_pause_s`; `until` is a UTC POSIX time in seconds."""

    def __init__(self, message: str, until: float) -> None:
        super().__init__(message)
        self.until = until


class MissingError(MofuError):
    """Something that the call needs is missing on this machine."""

    exit_code = 4


class MissingKeyError(MissingError):
    """A service needs a key that no setting gives."""


class MissingWeightsError(MissingError):
    """A backbone's weights are neither cached nor to be fetched."""


class MissingPackageError(MissingError):
    """An optional extra is not installed."""


class ServiceUnreachableError(MissingError):
    """A search service does not answer, or answers what it should not."""


class NothingFoundError(MofuError):
    """The search gave nothing that could be stored."""

    exit_code = 5


class ConflictError(MofuError):
    """Somebody else changed it in the meantime; nothing was overwritten."""


class InterruptedWork(MofuError):  # noqa: N818 - a stop asked for is not an error
    """Stopped by the user; the same call resumes."""

    exit_code = 130


class LibraryError(MofuError):
    """The library itself: its files, its database, its version."""


class LibraryVersionError(LibraryError):
    """The library was written by a newer mofu than this one."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Numbers of the operating system's errors that mean it."""


class DiskFullError(LibraryError):
    """No room left; nothing half-written stays."""


class DamagedError(LibraryError):
    """A file does not hold what its name or its row says."""
